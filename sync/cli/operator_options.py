"""The arguments by which an operator is named, added, and signed in."""

from __future__ import annotations

import argparse
from typing import Protocol


class Commands(Protocol):
    """Where commands are added; sync/cli/parser.py has it."""

    def add(self, name: str, run: str, *, key: str = "") -> argparse.ArgumentParser:
        """A command that *run* ("module:function") carries out."""
        ...

    def help(self, name: str) -> str:
        """What is said of an option."""
        ...


def add_operator_commands(tree: Commands) -> None:
    """``add``, ``list`` and ``remove``, for who looks after the hub."""
    for name in ("add", "list", "remove"):
        command = tree.add(name, f"sync.cli.operators:{name}", key=f"operator_{name}")
        if name != "list":
            command.add_argument(
                "name", metavar="NAME", help=tree.help("operator_name")
            )
        if name == "add":
            _add_passphrase_file(tree, command)
            command.add_argument(
                "--no-passphrase", action="store_true", help=tree.help("no_passphrase")
            )


def add_operator_options(tree: Commands, command: argparse.ArgumentParser) -> None:
    """Who signs the decisions that *command* makes."""
    command.add_argument("--operator", metavar="NAME", help=tree.help("operator"))
    _add_passphrase_file(tree, command)


def _add_passphrase_file(tree: Commands, command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--passphrase-file", metavar="FILE", help=tree.help("passphrase_file")
    )
