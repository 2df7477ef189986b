"""Pages whose keys begin errands: what reads or writes, and may ask on the way.

The keys behind such a key wait until its errand is done or asks something; one errand
goes on at a time, and what a page still does ends with it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from tui.screens.desk_screen import DeskScreen
from tui.screens.entry_questions import Questions

Errand = Callable[[], Awaitable[None]]


class ErrandScreen(DeskScreen):
    """A page with one errand at a time."""

    def __init__(self) -> None:
        super().__init__()
        self.questions = Questions(self)
        self._errand: asyncio.Task[None] | None = None

    @property
    def is_free(self) -> bool:
        """Whether nothing goes on."""
        return self._errand is None or self._errand.done()

    def go(self, work: Errand) -> None:
        """Do *work* beside the screen; an errand that still goes on is ended."""
        if self._errand is not None:
            self._errand.cancel()
        self._errand = asyncio.create_task(self._guard(work))

    async def failed(self, error: Exception) -> None:
        """An errand could not be done."""
        self.tell_error(error)

    async def at_rest(self) -> None:
        """Wait until the errand is done, or a question stands on the screen."""
        if self._errand is None or self._errand.done():
            return
        asked = asyncio.ensure_future(self.questions.asked.wait())
        await asyncio.wait((self._errand, asked), return_when=asyncio.FIRST_COMPLETED)
        asked.cancel()

    def on_unmount(self) -> None:
        """Nothing goes on behind a page that is gone."""
        if self._errand is not None and not self._is_own_errand():
            self._errand.cancel()

    def _is_own_errand(self) -> bool:
        return asyncio.current_task() is self._errand

    async def _guard(self, work: Errand) -> None:
        try:
            await work()
        except self.desk_app.known_errors as error:
            await self.failed(error)
