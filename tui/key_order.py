"""Keys do what they do one after the other, however fast they come.

Over a slow line, or from one who types ahead, many keys arrive at once. What Enter or
a function key does takes a few messages from widget to widget; a letter that came
behind it would fall into the field that was just left. So the keys behind such a key
wait until it has done its work. Letters behind letters never wait.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from textual.app import ScreenStackError
from textual.dom import DOMNode
from textual.events import Event, Key, Paste
from textual.message_pump import MessagePump

from tui.screens.desk_screen import DeskScreen
from tui.widgets.form_field import is_letter

if TYPE_CHECKING:
    from textual.app import App

Deliver = Callable[[Event], Awaitable[None]]

_LOOK_SECONDS: Final = 0.05
"""How often it is looked whether a widget is still there."""
_MOST_SECONDS: Final = 10.0
"""A key that is not done by then holds up the others no longer."""


class KeyOrder:
    """Hands keys and pasted text to the program in their order."""

    def __init__(self, app: App[int], deliver: Deliver) -> None:
        self._app = app
        self._deliver = deliver
        self._waiting: deque[Event] = deque()
        self._task: asyncio.Task[None] | None = None

    async def take(self, event: Event) -> None:
        """A key came, or a piece of pasted text."""
        if self._task is not None:
            self._waiting.append(event)
            return
        is_plain = self._is_plain(event)
        await self._deliver(event)
        if not is_plain:
            self._task = asyncio.create_task(self._hold())

    def _is_plain(self, event: Event) -> bool:
        """Whether the key only puts letters into the field that has the focus."""
        if isinstance(event, Paste):
            return True
        has_field = hasattr(self._app.focused, "type_in")
        return has_field and isinstance(event, Key) and is_letter(event)

    async def _hold(self) -> None:
        """Wait until the last key is done; then hand over what came meanwhile."""
        try:
            await self._done()
            while self._waiting and self._app.screen_stack:
                event = self._waiting.popleft()
                is_plain = self._is_plain(event)
                await self._deliver(event)
                if not is_plain:
                    await self._done()
        finally:
            self._task = None
            if self._waiting and self._app.is_running:
                self._task = asyncio.create_task(self._hold())

    async def _done(self) -> None:
        """Wait until every widget that the key can reach has seen it."""
        with suppress(TimeoutError, ScreenStackError):
            async with asyncio.timeout(_MOST_SECONDS):
                await self._passed_up()
                for screen in reversed(self._app.screen_stack):
                    if isinstance(screen, DeskScreen):
                        await screen.at_rest()
                        break
                await self._passed_up()

    async def _passed_up(self) -> None:
        """From the widget with the focus up to the program, and to the new focus."""
        start: DOMNode = self._app.focused or self._app.screen
        for pump in (*start.ancestors_with_self, self._app):
            await _emptied(pump)
        if self._app.focused is not None:
            await _emptied(self._app.focused)


async def _emptied(pump: MessagePump) -> None:
    """Wait until *pump* has seen all that was sent to it, or is no more."""
    seen = asyncio.Event()
    if not pump.call_later(seen.set):
        return
    while not seen.is_set() and pump.is_running:
        with suppress(TimeoutError):
            async with asyncio.timeout(_LOOK_SECONDS):
                await seen.wait()
