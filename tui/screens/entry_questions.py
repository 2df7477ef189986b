"""The questions of a form: drafts that wait, leaving, what came from elsewhere."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, TypeVar

from tui.display import drawable, time_text
from tui.port.entries import Arrival, Draft, Fonds
from tui.screens.asking import Ask, Asked, Choice, Option, Question

if TYPE_CHECKING:
    from tui.screens.desk_screen import DeskScreen

T = TypeVar("T")

GO_ON: Final = "go-on"
GIVE_UP: Final = "give-up"
LATER: Final = "later"
KEEP: Final = "keep"
DROP: Final = "drop"
MINE: Final = "mine"
HIS: Final = "his"
LOOK: Final = "look"
BOTH: Final = "both"
REASON: Final = "reason"
_TOLD_CHARACTERS: Final = 40


class Questions:
    """Asks over one screen; nothing (None) is the answer of who steps back."""

    def __init__(self, screen: DeskScreen) -> None:
        self._screen = screen
        self._say = screen.say
        self.asked = asyncio.Event()
        """A question stands on the screen."""

    async def answered(self, question: Question[T]) -> T | None:
        """The answer to *question*."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[T | None] = loop.create_future()

        def told(found: T | None) -> None:
            self.asked.clear()
            if not answer.done():
                answer.set_result(found)

        await self._screen.app.push_screen(question, told)
        if not answer.done():
            self.asked.set()
        return await answer

    async def about_draft(self, drafts: Sequence[Draft]) -> str | None:
        """What to do with what was not finished: GO_ON:n, GIVE_UP or LATER."""
        say = self._say
        options = [
            Option(f"{GO_ON}:{place}", say("entry.draft.go_on"), self.told(draft))
            for place, draft in enumerate(drafts)
        ]
        if len(drafts) == 1:
            options.append(Option(GIVE_UP, say("entry.draft.give_up")))
        else:
            options.append(Option(LATER, say("entry.draft.later")))
        return await self.answered(Choice(say("entry.draft.title"), options))

    async def about_leaving(self) -> str | None:
        """KEEP or DROP what was typed."""
        options = (
            Option(KEEP, self._say("entry.leave.keep")),
            Option(DROP, self._say("entry.leave.drop")),
        )
        return await self.answered(Choice(self._say("entry.leave.title"), options))

    async def about_fonds(self, fonds: Sequence[Fonds]) -> str | None:
        """The code of a fonds."""
        options = [Option(each.code, each.code, each.title) for each in fonds]
        return await self.answered(Choice(self._say("entry.which_fonds"), options))

    async def about_arrival(
        self, label: str, arrival: Arrival, mine: str, his: str
    ) -> str | None:
        """MINE, HIS or BOTH."""
        say, told = self._say, self._shown
        title = say(
            "entry.arrived.title",
            who=told(arrival.who),
            machine=told(arrival.machine),
            field=label,
        )
        options = (
            Option(MINE, say("entry.arrived.mine")),
            Option(HIS, say("entry.arrived.his")),
            Option(LOOK, say("entry.arrived.look")),
        )
        answer = await self.answered(Choice(title, options))
        if answer != LOOK:
            return answer
        options = (*options[:2], Option(BOTH, say("entry.arrived.both")))
        lines = (
            say("entry.arrived.mine_is", text=told(mine)),
            say(
                "entry.arrived.his_is",
                text=told(his),
                who=told(arrival.who),
                machine=told(arrival.machine),
                time=time_text(arrival.time),
            ),
        )
        return await self.answered(Choice(title, options, lines))

    async def about_reason(self, title: str) -> str | None:
        """The reason of a correction."""
        say = self._say

        def check(texts: object) -> str:
            found = texts.get(REASON, "") if isinstance(texts, dict) else ""
            return "" if found.strip() else say("entry.correction.empty")

        asked = (Asked(REASON, say("entry.correction.reason")),)
        question = Ask(title, asked, (say("entry.correction.why"),), check)
        texts = await self.answered(question)
        return None if texts is None else texts[REASON].strip()

    async def chosen_value(self, label: str, options: Sequence[Option]) -> str | None:
        """A value from the list of a field."""
        title = self._say("entry.values.title", field=label)
        return await self.answered(Choice(title, options))

    def told(self, draft: Draft) -> str:
        """A draft in a few words."""
        typed = draft.typed
        text = typed.get("title") or typed.get("doc_no") or "、".join(typed.values())
        return self._say(
            "entry.draft.told",
            kind=self._say(f"entry.kind.{draft.kind}"),
            text=self._shown(text)[:_TOLD_CHARACTERS],
            time=time_text(draft.changed_at),
        )

    def _shown(self, text: str) -> str:
        return drawable(text, lambda n: self._say("shell.mongolian", letters=n))
