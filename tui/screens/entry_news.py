"""What others write under an open form: told, and chosen by the person, field by field.

Nothing of theirs is covered unseen and nothing of this form is overwritten: whoever
has not chosen has not saved.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tui.open_form import text_of
from tui.port.entries import Arrival
from tui.screens.entry_opening import EntryOpening
from tui.screens.entry_questions import BOTH, HIS, MINE

_WATCH_SECONDS: Final = 2.0
"""How often a form looks whether something came under it."""
_TOLD_CHARACTERS: Final = 20


class EntryNews(EntryOpening):
    """A form that looks now and then what came under it."""

    _version = 0
    """Of the store, when it was last looked at."""

    def on_mount(self) -> None:
        """Look now and then whether something came under the form."""
        self.set_interval(_WATCH_SECONDS, self._watch)

    def _watch(self) -> None:
        """Whether somebody else wrote to the record under the form."""
        if self._form.seen is not None and self._is_ready and self.is_current:
            self.run_worker(self._look_for_news(), group="news", exclusive=True)

    async def _look_for_news(self) -> None:
        try:
            version = await self.desk.entries.version()
            if version != self._version and self.is_at_rest:
                self._version = version
                await self._take_in()
        except self.desk_app.known_errors as error:
            self.tell_error(error)

    async def _take_in(self) -> None:
        """Note what others wrote since the form was filled, and say so."""
        form = self._form
        if form.seen is None:
            return
        found = await self.desk.entries.arrived(form.record_id, form.seen)
        form.is_filed = found.now.is_filed
        fresh = form.take_in(found, self._texts(), self.desk.pack)
        for arrival in fresh.values():
            self.tell(self._told(arrival), is_fault=True)
        if any(arrival.field is None for arrival in found.arrivals):
            self.tell(self.say("entry.arrived.withdrawn"), is_fault=True)
        if fresh:
            self.renew_commands()

    def _told(self, arrival: Arrival) -> str:
        """Who wrote what, on which machine, and what becomes of it."""
        name = arrival.field or ""
        return self.say(
            "entry.arrived.told" if self._is_own(name) else "entry.arrived.told_other",
            who=self._drawn(arrival.who),
            machine=self._drawn(arrival.machine),
            field=self._fields.label(name),
            text=self._drawn(self._text_of(arrival))[:_TOLD_CHARACTERS],
        )

    def _is_own(self, name: str) -> bool:
        """Whether the person at this form wrote in the field."""
        field = self._field(name)
        mine = "" if field is None else field.text.strip()
        return mine != self._form.base.get(name, "").strip()

    def _text_of(self, arrival: Arrival) -> str:
        return text_of(self.desk.pack.field(arrival.field or ""), arrival.value)

    async def _settle(self) -> None:
        if await self._settled(is_asked_for=True):
            self.tell(self.say("entry.arrived.settled"))

    async def _settled(self, *, is_asked_for: bool = False) -> bool:
        """Whether the person has chosen in every field that others wrote.

        In a field that nobody touched here theirs stands, unless one asks to choose.
        """
        form, pack = self._form, self.desk.pack
        for name, arrival in list(form.arrivals.items()):
            field = self._field(name)
            if not is_asked_for and not self._is_own(name):
                his = form.take_his(name, pack)
                if field is not None:
                    field.put(his)
                continue
            mine = "" if field is None else field.text
            answer = await self._questions.about_arrival(
                self._fields.label(name), arrival, mine, self._text_of(arrival)
            )
            if answer == MINE:
                form.take_mine(name, pack)
            elif answer == HIS:
                his = form.take_his(name, pack)
                if field is not None:
                    field.put(his)
            elif answer == BOTH:
                form.keep_both(name, pack)
            else:
                return False
            self._journal.touch()
        self.renew_commands()
        return True

    def _start_correction(self) -> None:
        self._start(self._correct())

    async def _correct(self) -> None:
        """Ask for the reason, then open the fields."""
        if await self._ask_reason():
            self._ready_at_cursor()
            self._journal.touch()

    async def _ask_reason(self) -> bool:
        form = self._form
        title = self.say(
            "entry.correction.title", title=self._short_title(self._texts())
        )
        form.reason = await self._questions.about_reason(title) or ""
        return bool(form.reason)

    def _short_title(self, texts: Mapping[str, str]) -> str:
        return self._drawn(texts.get("title", ""))[:_TOLD_CHARACTERS]
