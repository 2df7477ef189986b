"""Machines of a journey: homes in a folder, each command a process."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from node.clock import SystemClock
from tests.support.forks import Forked, run

COMMAND = (sys.executable, "-P", "-m", "sync.cli")
SERVE = ("hub", "serve", "--listen")
PATIENCE_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Said:
    """What a process printed, and how it ended."""

    status: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        return json.loads(self.out)


@dataclass(frozen=True, slots=True)
class Station:
    """One machine."""

    home: Path
    person: str = "乌兰"
    lang: str = "zh"

    def run(self, *arguments: str, status: int | None = 0) -> Said:
        """Run a command; its exit status is *status*, unless that is None."""
        done = run(
            [*COMMAND, *self._options(), *arguments],
            text=True,
            encoding="utf-8",
            timeout=PATIENCE_SECONDS,
            env=environment(),
        )
        said = Said(done.returncode, done.stdout, done.stderr)
        if status is not None:
            assert said.status == status, (arguments, said)
        return said

    def ask(self, *arguments: str) -> Any:
        """The document of a command with --json."""
        return self.run(*arguments, "--json").document

    def _options(self) -> list[str]:
        return ["--home", str(self.home), "--as", self.person, "--lang", self.lang]

    @contextmanager
    def open_door(self, port: int) -> Iterator[str]:
        """Serve as the hub; the address."""
        process = Forked(
            [*COMMAND, *self._options(), *SERVE, f"127.0.0.1:{port}"],
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            env=environment(),
        )
        try:
            assert process.stdout is not None
            first = process.stdout.readline()
            assert f"127.0.0.1:{port}" in first
            yield f"http://127.0.0.1:{port}"
        finally:
            process.send_signal(signal.SIGTERM)
            assert process.wait(PATIENCE_SECONDS) == 0
            if process.stdout is not None:
                process.stdout.close()


def environment() -> dict[str, str]:
    """The environment of a process: Chinese, eighty columns, no home of its own."""
    kept = {name: value for name, value in os.environ.items() if name != "DANGYI_HOME"}
    return {**kept, "COLUMNS": "80", "LANG": "C.UTF-8", "PYTHONIOENCODING": "utf-8"}


def next_second() -> None:
    """Wait until the clock has gone on: a hub's word on a stick counts by seconds."""
    clock = SystemClock()
    begun = clock.now()
    while clock.now() <= begun:
        time.sleep(0.02)


def free_port() -> int:
    """A port where nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
