"""Machines of the bench: each a home of its own, each command a process.

Seconds are of the wall clock, from the start of a process to its end; memory is the
highest resident size that the kernel noted for the process.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).parents[1]
LOOK_SECONDS = 0.005


class CommandFailed(Exception):
    """A command of the bench ended otherwise than it must."""


def peak_of(pid: int) -> int:
    """Highest resident size so far of a process that runs, else 0.

    Not ``ru_maxrss``: that begins with the size of the process which started it.
    """
    try:
        status = Path(f"/proc/{pid}/status").read_text("utf-8")
    except (FileNotFoundError, ProcessLookupError):
        return 0
    for line in status.splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    return 0


class Peaks(threading.Thread):
    """Watches the highest resident size of a process until it ends."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self._pid = pid
        self.peak_bytes = 0

    def run(self) -> None:
        """Look every few milliseconds."""
        while (peak := peak_of(self._pid)) > 0:
            self.peak_bytes = max(self.peak_bytes, peak)
            time.sleep(LOOK_SECONDS)


@dataclass(frozen=True, slots=True)
class Ended:
    """A command that has ended."""

    status: int
    output: str
    messages: str
    seconds: float
    peak_bytes: int
    """Highest resident size."""
    cpu_seconds: float

    @property
    def document(self) -> Any:
        """What it printed with --json."""
        return json.loads(self.output)


@dataclass(frozen=True, slots=True)
class Station:
    """A machine with a home."""

    home: Path
    person: str = "量"

    def command(self, *arguments: str) -> list[str]:
        """The words of a process."""
        own = ["--home", str(self.home), "--as", self.person]
        return [sys.executable, "-P", "-m", "sync.cli", *own, *arguments]

    async def attempt(self, *arguments: str) -> Ended:
        """Run a command with --json, however it ends."""
        return await asyncio.to_thread(self._run, [*arguments, "--json"])

    async def run(self, *arguments: str) -> Ended:
        """Run a command with --json to its good end.

        Raises:
            CommandFailed: it ended otherwise.
        """
        ended = await self.attempt(*arguments)
        if ended.status != 0:
            told = " ".join(arguments)
            raise CommandFailed(f"{told}: {ended.status}\n{ended.messages}")
        return ended

    def _run(self, arguments: list[str]) -> Ended:
        with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as messages:
            began = time.perf_counter()
            process = subprocess.Popen(
                self.command(*arguments),
                cwd=REPOSITORY,
                env=environment(),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=messages,
            )
            peaks = Peaks(process.pid)
            peaks.start()
            _, status, usage = os.wait4(process.pid, 0)
            seconds = time.perf_counter() - began
            peaks.join()
            process.returncode = os.waitstatus_to_exitcode(status)
            output.seek(0)
            messages.seek(0)
            return Ended(
                process.returncode,
                output.read().decode(),
                messages.read().decode(),
                seconds,
                peaks.peak_bytes,
                usage.ru_utime + usage.ru_stime,
            )


@dataclass(slots=True)
class Serving:
    """The hub's server while it runs."""

    port: int
    process: subprocess.Popen[bytes]

    @property
    def peak_bytes(self) -> int:
        """Highest resident size so far."""
        return peak_of(self.process.pid)


@asynccontextmanager
async def serving(hub: Station) -> AsyncIterator[Serving]:
    """The hub's server as a process; its door is open inside the block."""
    port = free_port()
    listen = ("hub", "serve", "--listen", f"127.0.0.1:{port}")
    process = await asyncio.to_thread(
        subprocess.Popen,
        hub.command(*listen),
        cwd=REPOSITORY,
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        await _wait_for_door(port, process)
        yield Serving(port, process)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            await asyncio.to_thread(process.wait, 20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


async def _wait_for_door(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(400):
        if process.poll() is not None:
            raise CommandFailed(f"hub serve ended with {process.returncode}")
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.05)
            continue
        writer.close()
        await writer.wait_closed()
        return
    raise CommandFailed("the hub opened no door within 20 s")


def environment() -> dict[str, str]:
    """The environment of a command; Python keeps compiled files, as it does at home."""
    kept = dict(os.environ)
    kept.pop("PYTHONDONTWRITEBYTECODE", None)
    return kept


def free_port() -> int:
    """A port that is free just now."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


async def joined_room(
    folder: Path, hub: Station, door: Serving, fonds: dict[str, str], name: str = "室"
) -> Station:
    """A new room with *fonds* that has joined the hub."""
    room = Station(folder)
    named = [f"--fonds={code}={title}" for code, title in fonds.items()]
    await room.run("init", "--name", name, *named)
    address = f"http://127.0.0.1:{door.port}"
    codes = [f"--fonds={code}" for code in fonds]
    invited = await hub.run("invite", "--name", name, *codes, "--address", address)
    await room.run("join", invited.document["invitation"])
    return room
