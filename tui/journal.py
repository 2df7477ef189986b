"""A form's journal: what is typed is on the disk within a second, off the key path.

A key only says that something changed. A moment later, and at the latest before a
second is over, what stands in the form then is written in one piece. Writes never
overlap; what was typed during one is written by the next.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from node.errors import NodeError

QUIET_SECONDS: Final = 0.3
"""After the last key."""
LATEST_SECONDS: Final = 0.7
"""After the first key that is not kept."""
AGAIN_SECONDS: Final = 3.0
"""After a write that failed."""

Write = Callable[[], Awaitable[None]]
Told = Callable[[Exception | None], None]
"""Told what kept a write from being done; nothing once one was done again."""


class Journal:
    """Calls *write* when there is something to keep."""

    def __init__(self, write: Write, told: Told) -> None:
        self._write = write
        self._told = told
        self._is_dirty = False
        self._lock = asyncio.Lock()
        self._timer: asyncio.TimerHandle | None = None
        self._deadline = 0.0
        self._task: asyncio.Task[None] | None = None
        self._has_failed = False
        self._is_closed = False

    @property
    def is_dirty(self) -> bool:
        """Something was typed that is not kept yet."""
        return self._is_dirty

    def touch(self) -> None:
        """Something was typed."""
        if self._is_closed:
            return
        loop = asyncio.get_running_loop()
        now = loop.time()
        if not self._is_dirty:
            self._is_dirty = True
            self._deadline = now + LATEST_SECONDS
        if self._timer is not None:
            self._timer.cancel()
        self._timer = loop.call_at(min(now + QUIET_SECONDS, self._deadline), self._due)

    async def flush(self) -> None:
        """Keep now what is not kept yet, and wait for it."""
        self._stop_timer()
        async with self._lock:
            if self._is_dirty:
                self._is_dirty = False
                try:
                    await self._write()
                except BaseException:
                    self._is_dirty = True
                    raise

    async def forget(self) -> None:
        """Nothing is to be kept any more; a write that runs is waited for."""
        self._stop_timer()
        self._is_dirty = False
        async with self._lock:
            self._is_dirty = False

    async def close(self) -> None:
        """The form is left: nothing is kept from now on."""
        self._is_closed = True
        await self.forget()

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _due(self) -> None:
        self._timer = None
        self._task = asyncio.create_task(self._flush_quietly())

    async def _flush_quietly(self) -> None:
        try:
            await self.flush()
        except (NodeError, OSError) as error:
            self._has_failed = True
            self._told(error)
            self._timer = asyncio.get_running_loop().call_later(
                AGAIN_SECONDS, self._due
            )
        else:
            if self._has_failed:
                self._has_failed = False
                self._told(None)
