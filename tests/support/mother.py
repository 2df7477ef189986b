"""``python -m tests.support.mother FD``: reads the program once, and forks on demand.

Orders come on a socket with the streams of the new process and a socket on which its
number and its end are told (tests/support/forks.py).
"""

from __future__ import annotations

import atexit
import gc
import importlib
import io
import json
import os
import pkgutil
import runpy
import select
import signal
import socket
import sys
import threading
import time
import traceback
from contextlib import suppress
from typing import Any, NoReturn

from node.faults import VARIABLE

_PACKAGES = ("protocol", "node", "sync", "tui")
_ORDER_BYTES = 1 << 20
_STREAMS = 3


def read_program() -> None:
    """Every module of ours, but those that run when imported or cannot be read."""
    for name in _PACKAGES:
        package = importlib.import_module(name)
        for module in pkgutil.walk_packages(package.__path__, f"{name}."):
            if not module.name.endswith("__main__"):
                with suppress(Exception):
                    importlib.import_module(module.name)
    importlib.import_module("tests.support.machines")
    gc.collect()
    gc.freeze()


def take_orders(control: socket.socket) -> dict[str, Any]:
    """Bear a process for each order; returns in each, with its order."""
    ends: dict[int, socket.socket] = {}
    woken, waker = os.pipe()
    os.set_blocking(woken, False)
    os.set_blocking(waker, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(waker, warn_on_full_buffer=False)
    while True:
        ready, _, _ = select.select([control.fileno(), woken], [], [])
        if woken in ready:
            with suppress(BlockingIOError):
                os.read(woken, 4096)
            _tell_ends(ends)
        if control.fileno() not in ready:
            continue
        text, given, _, _ = socket.recv_fds(control, _ORDER_BYTES, _STREAMS + 1)
        if not text:
            os._exit(0)
        pid = os.fork()
        if pid == 0:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            order: dict[str, Any] = json.loads(text)
            _settle(order, given[:_STREAMS])
            for each in (*given, woken, waker):
                os.close(each)
            for socket_ in (control, *ends.values()):
                socket_.close()
            return order
        for each in given[:_STREAMS]:
            os.close(each)
        ends[pid] = socket.socket(fileno=given[_STREAMS])
        _tell(ends[pid], pid)


def _tell_ends(ends: dict[int, socket.socket]) -> None:
    """Say of each process that has ended how it did."""
    with suppress(ChildProcessError):
        while True:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if not pid:
                return
            with ends.pop(pid) as told:
                _tell(told, status)


def _tell(told: socket.socket, number: int) -> None:
    with suppress(OSError):
        told.sendall(number.to_bytes(4, "big", signed=True))


def _settle(order: dict[str, Any], streams: list[int]) -> None:
    """The folder, environment, terminal and streams of a new process."""
    os.chdir(order["folder"])
    os.environ.clear()
    os.environ.update(order["environment"])
    time.tzset()
    if os.environ.get(VARIABLE):
        importlib.reload(sys.modules["node.faults"])
    if order["tty"]:
        os.setsid()
        line = os.open(order["tty"], os.O_RDWR)
        streams = [line] * _STREAMS
    for number, each in enumerate(streams):
        os.dup2(each, number)
    encoding = os.environ.get("PYTHONIOENCODING") or "utf-8"
    sys.stdin = sys.__stdin__ = _text(0, "r", encoding, "strict")  # type: ignore[misc]
    sys.stdout = sys.__stdout__ = _text(1, "w", encoding, "strict")  # type: ignore[misc]
    errors = "backslashreplace"
    sys.stderr = sys.__stderr__ = _text(2, "w", encoding, errors)  # type: ignore[misc]


def _text(number: int, mode: str, encoding: str, errors: str) -> io.TextIOWrapper:
    binary = open(number, mode + "b", closefd=False)  # noqa: SIM115
    lines = os.isatty(number) or number == 2
    return io.TextIOWrapper(binary, encoding, errors, line_buffering=lines)


def live(order: dict[str, Any]) -> NoReturn:
    """Be the process that was ordered, to its end."""
    sys.argv = ["", *order["arguments"]]
    status = 0
    try:
        runpy.run_module(order["module"], run_name="__main__", alter_sys=True)
    except SystemExit as left:
        if isinstance(left.code, str):
            print(left.code, file=sys.stderr)
        status = left.code if isinstance(left.code, int) else int(bool(left.code))
    except BaseException:
        traceback.print_exc()
        status = 1
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
    os._exit(status & 0xFF)


if __name__ == "__main__":
    _control = socket.socket(fileno=int(sys.argv[1]))
    read_program()
    live(take_orders(_control))
