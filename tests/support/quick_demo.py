"""``python -m tests.support.quick_demo …``: the demo without what only takes time.

The road is faster, and the commands are forks (tests/support/forks.py); what goes over
the road is the same. That the demo runs as people start it is another test's promise.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Mapping

from sync import demo_stage
from sync.cli.main import main
from tests.support.forks import Forked


class _Lines:
    """What a process prints, line by line."""

    def __init__(self, process: Forked) -> None:
        self._process = process

    async def readline(self) -> bytes:
        stream = self._process.stdout
        return b"" if stream is None else await asyncio.to_thread(stream.readline)


class _Beside:
    """A forked process as asyncio shows one, as far as the demo asks."""

    def __init__(self, process: Forked) -> None:
        self._process = process
        self.stdout = _Lines(process)
        self.kill = process.kill
        self.terminate = process.terminate

    @property
    def returncode(self) -> int | None:
        return self._process.poll()

    async def communicate(self) -> tuple[bytes, bytes]:
        return await asyncio.to_thread(self._process.communicate)

    async def wait(self) -> int:
        return await asyncio.to_thread(self._process.wait)


async def fork(
    *command: str, stdin: int, stdout: int, stderr: int, env: Mapping[str, str]
) -> _Beside:
    """Instead of ``asyncio.create_subprocess_exec``."""
    return _Beside(
        Forked(command, stdin=stdin, stdout=stdout, stderr=stderr, env=dict(env))
    )


if __name__ == "__main__":
    vars(demo_stage).update(RATE_BITS=512_000, DELAY_SECONDS=0.02)
    vars(asyncio)["create_subprocess_exec"] = fork
    sys.exit(main(sys.argv[1:]))
