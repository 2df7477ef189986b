"""The stage of the demo: machines with homes of their own, each command a process.

What stands on the screen is what the processes printed. The stage keeps no state of
theirs and reads none of their files.
"""

from __future__ import annotations

import asyncio
import json
import os
import socket
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from sync.cli.printing import Paper
from sync.cli.tables import shown
from sync.link import Link

RATE_BITS: Final = 64_000
DELAY_SECONDS: Final = 0.3
STOP_SECONDS: Final = 10
_WATCH_SECONDS: Final = 0.05
_INDENT: Final = "  "


class DemoFailed(Exception):
    """A command of the demo ended otherwise than it must."""

    def __init__(self, command: str, status: int, messages: str) -> None:
        super().__init__(f"{command}: {status}")
        self.command = command
        self.status = status
        self.messages = messages


@dataclass(frozen=True, slots=True)
class Station:
    """One machine of the demo."""

    label: str
    home: Path
    person: str


@dataclass(frozen=True, slots=True)
class Ended:
    """A command that has ended."""

    status: int
    output: str
    messages: str

    @property
    def document(self) -> dict[str, Any]:
        """What it printed with --json."""
        found: dict[str, Any] = json.loads(self.output)
        return found


class Stage:
    """Runs commands of the machines and the hub's server."""

    def __init__(self, paper: Paper, *, is_silent: bool) -> None:
        self._paper = paper
        self._is_silent = is_silent
        self._hub: asyncio.subprocess.Process | None = None
        self.port = _free_port()

    @property
    def hub_address(self) -> str:
        """Where the hub listens when its door is open."""
        return f"http://127.0.0.1:{self.port}"

    def tell(self, key: str, **fields: object) -> None:
        """A sentence of the story."""
        if not self._is_silent:
            self._paper.say(key, **fields)

    def scene(self, number: int, key: str, **fields: object) -> None:
        """The heading of a scene."""
        if not self._is_silent:
            self._paper.line()
            title = self._paper.words.say(key, **fields)
            self._paper.line(self._paper.words.say("demo.scene", n=number, title=title))

    def table(self, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Figures in columns."""
        if not self._is_silent:
            self._paper.table(heads, rows)

    async def run(
        self,
        station: Station,
        *arguments: str,
        must: Sequence[int] = (0,),
        road: Link | None = None,
    ) -> Ended:
        """Run a command of *station* and show it with all that it prints.

        A cut of *road* is told the moment it happens.

        Raises:
            DemoFailed: its exit status is none of *must*.
        """
        if not self._is_silent:
            told = " ".join(_quoted(argument) for argument in arguments)
            self._paper.indented(f"dangyi {told}", f"{_INDENT}[{station.label}] ")
        watch = asyncio.create_task(self._watch(road))
        try:
            ended = await self._process(station, arguments)
        finally:
            watch.cancel()
        if not self._is_silent:
            for line in (ended.output + ended.messages).splitlines():
                self._paper.line(f"{_INDENT * 2}{shown(line)}")
        return self._require(ended, arguments, must)

    async def ask(self, station: Station, *arguments: str) -> dict[str, Any]:
        """Run a command with --json behind the scenes; its document."""
        ended = await self._process(station, [*arguments, "--json"])
        return self._require(ended, arguments, (0,)).document

    async def _watch(self, road: Link | None) -> None:
        """Tell every cut of the road."""
        told = 0
        while road is not None:
            if road.cuts_made > told:
                told = road.cuts_made
                passed = road.bytes_up + road.bytes_down
                self.tell("demo.road_is_cut", bytes=f"{passed:,}")
            await asyncio.sleep(_WATCH_SECONDS)

    @staticmethod
    def _require(ended: Ended, arguments: Sequence[str], must: Sequence[int]) -> Ended:
        if ended.status not in must:
            told = " ".join(arguments)
            raise DemoFailed(told, ended.status, ended.messages or ended.output)
        return ended

    async def _process(self, station: Station, arguments: Sequence[str]) -> Ended:
        process = await asyncio.create_subprocess_exec(
            *_command(station, self._paper.words.language),
            *arguments,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=self._environment(),
        )
        try:
            output, messages = await process.communicate()
        except asyncio.CancelledError:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
            raise
        return Ended(process.returncode or 0, output.decode(), messages.decode())

    def _environment(self) -> dict[str, str]:
        """The environment of a command: its lines are as wide as the stage is."""
        width = self._paper.width - 2 * len(_INDENT)
        return {**os.environ, "COLUMNS": str(width), "PYTHONIOENCODING": "utf-8"}

    async def open_hub(self, hub: Station) -> None:
        """Start the hub's server as a process; returns when its door is open."""
        listen = f"127.0.0.1:{self.port}"
        if not self._is_silent:
            told = f"dangyi hub serve --listen {listen}"
            self._paper.line(f"{_INDENT}[{hub.label}] {told}")
        self._hub = await asyncio.create_subprocess_exec(
            *_command(hub, self._paper.words.language),
            *("hub", "serve", "--listen", listen),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env=self._environment(),
        )
        stream = self._hub.stdout
        first = (await stream.readline()).decode().strip() if stream else ""
        if not first:
            raise DemoFailed(command="hub serve", status=1, messages=listen)
        if not self._is_silent:
            self._paper.line(f"{_INDENT * 2}{shown(first)}")

    async def close_hub(self) -> None:
        """Stop the hub's server, if it runs."""
        if self._hub is None:
            return
        process, self._hub = self._hub, None
        with suppress(ProcessLookupError):
            process.terminate()
        try:
            async with asyncio.timeout(STOP_SECONDS):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()

    def road(self) -> Link:
        """A good road to the hub's door; use it with ``async with``."""
        return Link("127.0.0.1", self.port)

    def bad_road(self, cut_after_bytes: int | None = None) -> Link:
        """A slow and far one, which may be cut on the way up."""
        return Link(
            "127.0.0.1",
            self.port,
            rate_bits=RATE_BITS,
            delay_seconds=DELAY_SECONDS,
            cut_after_bytes=cut_after_bytes,
        )


def _command(station: Station, language: str) -> list[str]:
    return [
        sys.executable,
        "-P",
        "-m",
        "sync.cli",
        *("--home", str(station.home)),
        *("--as", station.person),
        *("--lang", language),
    ]


def _quoted(argument: str) -> str:
    """An argument as a person would type it."""
    name = Path(argument).name if argument.startswith("/") else argument
    return f"'{name}'" if " " in name else name


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
