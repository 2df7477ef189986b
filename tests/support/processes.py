"""Real processes of the command line, which tests start, ask and kill."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.forks import REPOSITORY, Forked, run

START_SECONDS = 30.0


def _command(home: Path, arguments: tuple[str, ...]) -> list[str]:
    return [sys.executable, "-m", "sync.cli", "--home", str(home), *arguments]


def _environment(fault: str | None) -> dict[str, str]:
    environment = dict(os.environ, PYTHONPATH=str(REPOSITORY))
    environment.pop("DANGYI_FAULT", None)
    if fault is not None:
        environment["DANGYI_FAULT"] = fault
    return environment


def dangyi(home: Path, *arguments: str, fault: str | None = None) -> Any:
    """The document that a command gives.

    Raises:
        CalledProcessError: it failed, or was killed.
    """
    done = run(
        [*_command(home, arguments), "--json"],
        env=_environment(fault),
        cwd=REPOSITORY,
        timeout=60,
    )
    done.check_returncode()
    return json.loads(done.stdout)


def start(
    home: Path, *arguments: str, fault: str | None = None
) -> subprocess.Popen[bytes]:
    """A command that runs beside the test."""
    return Forked(
        [*_command(home, arguments), "--json"],
        env=_environment(fault),
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )


@dataclass
class HubProcess:
    """A hub that listens on one port, whoever kills it."""

    home: Path
    port: int = 0
    process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self, fault: str | None = None) -> None:
        listen = f"127.0.0.1:{self.port}"
        self.process = start(self.home, "hub", "serve", "--listen", listen, fault=fault)
        if self.process.stdout is None:
            message = "the hub's output is not read"
            raise RuntimeError(message)
        document = b""
        for line in self.process.stdout:
            document += line
            if line.startswith(b"}"):
                self.port = int(json.loads(document)["address"].rpartition(":")[2])
                return

    @property
    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            if self.process.stdout is not None:
                self.process.stdout.close()

    def stop(self) -> None:
        """Let it end as an operator would."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(timeout=20)
        self.kill()
