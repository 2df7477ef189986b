"""Processes of ours that begin where Python has read the program already.

Most of a short command is Python reading modules. A mother process reads them once;
each process of a test is a fork of her: a process like any other, with its own store,
locks and end, which may be killed at any instant. What a start is like (modules, time,
memory, options of Python) is proved by tests that use ``subprocess`` itself.
"""

from __future__ import annotations

import atexit
import json
import os
import select
import socket
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

REPOSITORY: Final = Path(__file__).parents[2]
_MOTHER: Final = "tests.support.mother"
_NUMBER_BYTES: Final = 4


class _Mother:
    """The mother of this process's forks."""

    def __init__(self) -> None:
        self._control, hers = socket.socketpair(type=socket.SOCK_SEQPACKET)
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", _MOTHER, str(hers.fileno())],
            cwd=REPOSITORY,
            env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
            pass_fds=[hers.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )
        hers.close()
        self._lock = threading.Lock()

    def bear(self, order: object, streams: Sequence[int]) -> tuple[int, socket.socket]:
        """A new process: its number, and where its end will be told."""
        told, ours = socket.socketpair()
        with told, self._lock:
            socket.send_fds(
                self._control,
                [json.dumps(order).encode()],
                [*streams, told.fileno()],
            )
        return _number(ours), ours

    def leave(self) -> None:
        """She ends with her last order."""
        self._control.close()
        self._process.wait()


_mothers: Final[list[_Mother]] = []
_first: Final = threading.Lock()


def _mother() -> _Mother:
    with _first:
        if not _mothers:
            _mothers.append(_Mother())
            atexit.register(_mothers[0].leave)
        return _mothers[0]


class Forked(subprocess.Popen[Any]):
    """``python -m MODULE …`` without its start; otherwise as Popen.

    With *tty* the process is the first of a session and that terminal is its own.
    """

    def __init__(self, args: Sequence[str], *, tty: str = "", **settings: Any) -> None:
        self._tty = tty
        self._told: socket.socket | None = None
        super().__init__(list(args), **settings)

    def _execute_child(self, args: list[str], *settings: Any) -> None:
        """Instead of fork and exec: the mother is asked."""
        cwd, env = settings[4], settings[5]
        pipes = settings[9:15]
        at = args.index("-m")
        order = {
            "module": args[at + 1],
            "arguments": args[at + 2 :],
            "folder": os.fspath(cwd or Path.cwd()),
            "environment": dict(os.environ if env is None else env),
            "tty": self._tty,
        }
        ends = (pipes[0], pipes[3], pipes[5])
        streams = [each if each != -1 else number for number, each in enumerate(ends)]
        self.pid, self._told = _mother().bear(order, streams)
        self._child_created = True
        self._close_pipe_fds(*pipes)  # type: ignore[attr-defined]

    def _try_wait(self, wait_flags: int) -> tuple[int, int]:
        """How it ended; 0 where *wait_flags* do not wait and it goes on."""
        return self._end(0 if wait_flags & os.WNOHANG else None)

    def _internal_poll(self, *_: Any, **__: Any) -> int | None:
        if self.returncode is None and self._told is not None:
            with self._waitpid_lock:  # type: ignore[attr-defined]
                self._keep(self._end(0))
        return self.returncode

    def _wait(self, timeout: float | None) -> int:
        if self.returncode is None:
            with self._waitpid_lock:  # type: ignore[attr-defined]
                self._keep(self._end(timeout))
        if self.returncode is None:
            raise subprocess.TimeoutExpired(self.args, timeout or 0)
        return self.returncode

    def _end(self, seconds: float | None) -> tuple[int, int]:
        if self._told is None or self.returncode is not None:
            return self.pid, 0
        ready, _, _ = select.select([self._told], [], [], seconds)
        if not ready:
            return 0, 0
        status = _number(self._told)
        self._told.close()
        self._told = None
        return self.pid, status

    def _keep(self, end: tuple[int, int]) -> None:
        pid, status = end
        if pid and self.returncode is None:
            self._handle_exitstatus(status)  # type: ignore[attr-defined]


def run(args: Sequence[str], *, timeout: float, **settings: Any) -> Any:
    """As ``subprocess.run`` with ``capture_output``, of a forked process.

    Raises:
        TimeoutExpired: it went on for longer; it is ended.
    """
    pipe = subprocess.PIPE
    with Forked(args, stdout=pipe, stderr=pipe, **settings) as process:
        try:
            out, err = process.communicate(timeout=timeout)
        except BaseException:
            process.kill()
            raise
    return subprocess.CompletedProcess(process.args, process.returncode, out, err)


def _number(told: socket.socket) -> int:
    data = told.recv(_NUMBER_BYTES, socket.MSG_WAITALL)
    if len(data) < _NUMBER_BYTES:
        message = "the mother of processes has ended"
        raise RuntimeError(message)
    return int.from_bytes(data, "big", signed=True)
