"""The entry of the program: read the arguments, run one command, say what went wrong.

Errors become one sentence and the next step, both from the catalogue, and an exit
status (docs/operations.md, Exit codes).
"""

from __future__ import annotations

import asyncio
import importlib
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Final

from sync.cli.parser import UsageError, parse
from sync.cli.printing import Paper
from sync.words.catalogue import Words, choose_language

if TYPE_CHECKING:
    from sync.cli.call import Call

EXIT_USAGE: Final = 2
EXIT_INTERRUPTED: Final = 130
EXIT_PIPE: Final = 141
_GIVES_WAY: Final = 5
"""How much lower the priority of work is that another program waits for."""


def main(arguments: Sequence[str] | None = None, *, desk: str = "") -> int:
    """Run one command and return its exit status.

    *desk* ("module:function") opens the desk: for ``dangyi desk``, and where a person
    at a terminal gives no command.
    """
    given = sys.argv[1:] if arguments is None else arguments
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    language = choose_language(_language_option(given), os.environ.get("LANG"))
    words = Words.load(language)
    try:
        options = parse(given, words, desk=desk, is_terminal=_is_at_terminal())
    except UsageError as error:
        return _report_usage(error, Paper(words, is_json=False))
    paper = Paper(
        words, is_json=options.is_json, has_lines=options.progress is not None
    )
    if paper.has_lines:
        _serve_a_program()
    from sync.cli.call import Call  # noqa: PLC0415 (an unreadable line needs none)

    return _run(Call(options, words, paper))


def _is_at_terminal() -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty()


def _serve_a_program() -> None:
    """Speak UTF-8 whatever the language, end on SIGINT, and let the asker go first.

    The program may have been started with SIGINT ignored, which its children inherit.
    """
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.nice(_GIVES_WAY)


def _run(call: Call) -> int:
    """Run the command of *call*, telling apart what can go wrong."""
    from node.errors import NodeError  # noqa: PLC0415
    from protocol.errors import ProtocolError  # noqa: PLC0415
    from sync.errors import SyncError  # noqa: PLC0415

    try:
        return asyncio.run(_command(call))
    except UsageError as error:
        return _report_usage(error, call.paper)
    except (ProtocolError, NodeError, SyncError) as error:
        return _report(error, call.paper)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_PIPE
    except OSError as error:
        return _report_file(error, call.paper)
    except KeyboardInterrupt:
        call.paper.note(call.words.say("interrupted"))
        return EXIT_INTERRUPTED


async def _command(call: Call) -> int:
    module, name = str(call.options.run).split(":")
    command: Callable[[Call], Awaitable[int]] = getattr(
        importlib.import_module(module), name
    )
    return await command(call)


def _report_usage(error: UsageError, paper: Paper) -> int:
    text = paper.words.say(error.key, **error.fields)
    if paper.has_lines:
        paper.fault(error.key.replace("_", "-").replace(".", "-"), error.fields, text)
        return EXIT_USAGE
    paper.note(text)
    if error.usage:
        paper.note(error.usage.rstrip("\n"))
    return EXIT_USAGE


def _report(error: Exception, paper: Paper) -> int:
    """One sentence for *error*, the next step under it, its code in brackets."""
    from sync.cli.sentences import error_fields, error_sentence  # noqa: PLC0415
    from sync.errors import exit_status  # noqa: PLC0415

    text, step = error_sentence(error, paper.words)
    if paper.has_lines:
        code = str(getattr(error, "code", "unknown"))
        paper.fault(code, error_fields(error), text, step)
        return exit_status(error)
    paper.note(text)
    if step:
        paper.note(step)
    return exit_status(error)


def _report_file(error: OSError, paper: Paper) -> int:
    """A file or folder that cannot be used."""
    from sync.cli.sentences import file_fault  # noqa: PLC0415
    from sync.errors import EXIT_INPUT  # noqa: PLC0415

    code, fields = file_fault(error, paper.words)
    text = paper.words.say(f"error.{code}.text", **fields)
    step = paper.words.find(f"error.{code}.next", **fields)
    if paper.has_lines:
        paper.fault(code, fields, text, step)
        return EXIT_INPUT
    paper.note(text)
    if step:
        paper.note(step)
    return EXIT_INPUT


def _language_option(arguments: Sequence[str]) -> str | None:
    """The value of --lang, read before the parser that speaks it exists."""
    for place, argument in enumerate(arguments):
        if argument == "--lang" and place + 1 < len(arguments):
            return arguments[place + 1]
        if argument.startswith("--lang="):
            return argument.removeprefix("--lang=")
    return None
