"""The program's entry: commands go to the command line, none at all to the desk."""

from __future__ import annotations

from collections.abc import Sequence

from sync.cli.main import main as command_line


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line, with the desk behind it for who gives no command."""
    return command_line(arguments, desk="tui.start:desk")
