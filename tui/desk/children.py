"""Runs commands of the program in processes of their own.

What takes long runs beside the desk and not in it: an import, an exchange, a check.
The screen never waits for it, and memory it took goes back when it ends. Several
processes may work on one machine's folder at once. A child speaks JSON: lines on
stderr about how far it is, one document on stdout.

Where the desk is killed, its terminal closed or its line cut, a child goes on by
itself to its end.
"""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tui.port.failures import ChildFailed

OnProgress = Callable[[Mapping[str, object]], None]
"""Told what a line of the child says: ``done`` and ``total``, or other facts."""

_PATIENCE_SECONDS: Final = 20.0
"""How long a child that was asked to stop may take to leave things tidy."""
_LINE_LIMIT_BYTES: Final = 1 << 24
_LINES_KEPT: Final = 5


@dataclass(frozen=True, slots=True)
class Children:
    """Starts commands for one person on one machine's folder."""

    home: Path
    person: str
    language: str

    async def run(
        self, *arguments: str, on_progress: OnProgress | None = None
    ) -> Mapping[str, object]:
        """The document that ``dangyi`` *arguments* gives.

        Cancelling asks the child to stop, and waits until it has: what it saved
        stays, an import that did not come to its end is taken back by itself.

        Raises:
            ChildFailed: it ended with an error.
        """
        child = await asyncio.create_subprocess_exec(
            *self._command(arguments),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=PIPE,
            stderr=PIPE,
            limit=_LINE_LIMIT_BYTES,
            start_new_session=True,
        )
        listening = asyncio.create_task(_listen(child, on_progress))
        try:
            told = await asyncio.shield(listening)
        except asyncio.CancelledError:
            await _stop(child, listening)
            raise
        except BaseException:
            await _end(child)
            raise
        return told.document()

    def _command(self, arguments: tuple[str, ...]) -> tuple[str, ...]:
        return (
            *(sys.executable, "-P", "-m", "sync.cli"),
            *arguments,
            *("--home", str(self.home), "--as", self.person, "--lang", self.language),
            *("--json", "--progress", "lines"),
        )


@dataclass(slots=True)
class _Told:
    """What a child said by its end."""

    status: int = 0
    output: bytes = b""
    fault: Mapping[str, object] | None = None
    other: deque[str] = field(default_factory=lambda: deque(maxlen=_LINES_KEPT))
    """The last lines that are no JSON."""

    def document(self) -> Mapping[str, object]:
        """The document.

        Raises:
            ChildFailed: there is an error in its place.
        """
        if self.fault is not None:
            raise _failure(self.fault)
        try:
            document = json.loads(self.output)
        except ValueError:
            document = None
        if not isinstance(document, dict):
            told = "; ".join(self.other) or f"exit {self.status}"
            raise ChildFailed(ChildFailed.UNTOLD, {"told": told})
        return document


async def _listen(child: Process, on_progress: OnProgress | None) -> _Told:
    """Hear a child out, to its end."""
    told = _Told()
    if child.stdout is None or child.stderr is None:
        return told
    output = asyncio.create_task(child.stdout.read())
    async for raw in child.stderr:
        line = raw.decode("utf-8", "replace").strip()
        said = _object_in(line)
        if said is None:
            if line:
                told.other.append(line)
            continue
        fault = said.get("error")
        if isinstance(fault, dict):
            told.fault = fault
        elif on_progress is not None:
            on_progress(said)
    told.output = await output
    told.status = await child.wait()
    return told


async def _stop(child: Process, listening: asyncio.Task[_Told]) -> None:
    """Ask a child to end, and insist where it does not."""
    try:
        if child.returncode is None:
            child.send_signal(signal.SIGINT)
        async with asyncio.timeout(_PATIENCE_SECONDS):
            await asyncio.shield(listening)
    except (ProcessLookupError, TimeoutError, asyncio.CancelledError):
        if child.returncode is None:
            child.kill()
        await listening


async def _end(child: Process) -> None:
    """Ask a child to end to which nobody listens any more."""
    if child.returncode is not None:
        return
    with suppress(ProcessLookupError):
        child.send_signal(signal.SIGINT)
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            await child.wait()
    except TimeoutError:
        child.kill()
        await child.wait()


def _object_in(line: str) -> Mapping[str, object] | None:
    """The JSON object that a line is, if it is one."""
    if not line.startswith("{"):
        return None
    try:
        said = json.loads(line)
    except ValueError:
        return None
    return said if isinstance(said, dict) else None


def _failure(fault: Mapping[str, object]) -> ChildFailed:
    fields = fault.get("fields")
    return ChildFailed(
        str(fault.get("code", ChildFailed.UNTOLD)),
        fields if isinstance(fields, dict) else {},
        str(fault.get("text", "")),
        str(fault.get("next", "")),
    )
