"""封册: what sealing a sequence would come to, and the sealing itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.widgets import Static

from node.catalogue.closing import Closed, ClosingLook, Move
from tui.commands import Command
from tui.display import drawable
from tui.messages import CatalogueChanged
from tui.screens.asking import Ask, Asked, Choice, Option, last_four
from tui.screens.desk_screen import DeskScreen
from tui.widgets.ledger import Column, Ledger, Line

_SHOWN_GAPS: Final = 6
_CLOSE, _KEEP = "close", "keep"


class SealingScreen(DeskScreen):
    """One sequence: gaps and what would move, then the seal."""

    TITLE_KEY: ClassVar[str] = "sealing.title"
    HELP_KEY: ClassVar[str] = "sealing"

    def __init__(self, stem: str) -> None:
        super().__init__()
        self._stem = stem
        self._look: ClosingLook | None = None

    def title_text(self) -> str:
        """Which sequence."""
        return self.say("sealing.title_of", stem=self._stem)

    def body(self) -> ComposeResult:
        """How it stands, and a line for each code that would move."""
        yield Static("", id="sealing-facts", markup=False)
        yield Ledger(
            (
                Column(self.say("sealing.before"), 26, is_cut_left=True),
                Column(self.say("sealing.after"), 26, is_cut_left=True),
                Column(self.say("sealing.item_title"), 12, share=1),
            ),
            id="moves",
            empty=self.say("sealing.no_moves"),
        )

    def on_mount(self) -> None:
        """Look at the sequence."""
        super().on_mount()
        self.query_one("#moves").focus()
        self.put_on(self._read, group="read")

    def commands(self) -> Sequence[Command]:
        """Seal, give back, back."""
        return (
            Command("1", "sealing.seal", self._seal, "f2"),
            Command("2", "sealing.give_back", self._give_back),
            Command("0", "filing.back", self.step_back),
        )

    async def on_ledger_opened(self, event: Ledger.Opened) -> None:
        """Look at the item."""
        event.stop()
        await self.desk_app.open("record", event.line.id)

    async def _read(self) -> None:
        try:
            look = await self.desk.filings.sealing(self._stem)
        except self.desk_app.known_errors as error:
            self.tell_error(error)
            return
        self._look = look
        self.query_one("#sealing-facts", Static).update(self._facts(look))
        lines = [_line(move, self._drawn) for move in look.moves]

        async def fetch(start: int, count: int) -> Sequence[Line]:
            return lines[start : start + count]

        self.query_one("#moves", Ledger).show(len(lines), fetch)
        if not look.is_allowed:
            holder = look.holder or self.say("sealing.nobody")
            self.tell(self.say("sealing.not_here", holder=holder), is_fault=True)

    def _facts(self, look: ClosingLook) -> str:
        parts = [self.say("sealing.stands", last=look.last, amount=look.amount)]
        if look.sealed_to:
            parts.append(self.say("sealing.sealed_to", last=look.sealed_to))
        if look.gaps:
            shown = "、".join(_span(gap) for gap in look.gaps[:_SHOWN_GAPS])
            parts.append(self.say("sealing.gaps", gaps=shown, count=len(look.gaps)))
        for name, count in (
            ("contested", len(look.contested)),
            ("unfiled", look.unfiled),
            ("lent", look.lent),
        ):
            if count:
                parts.append(self.say(f"sealing.{name}", count=count))
        return "  ".join(parts)

    def _seal(self) -> None:
        self.put_on(self._ask, group="ask")

    async def _ask(self) -> None:
        """A sequence cannot be sealed by a slip of the finger."""
        look = self._look
        if look is None:
            return
        closes: bool | None = None
        if look.gaps:
            chosen = await self.desk_app.push_screen_wait(
                Choice(
                    self.say("sealing.gaps_ask"),
                    [
                        Option(_CLOSE, self.say("sealing.gaps_close"), ""),
                        Option(_KEEP, self.say("sealing.gaps_keep"), ""),
                    ],
                )
            )
            if not chosen:
                return
            closes = chosen == _CLOSE
        last = look.last_behind if closes else look.last
        end = f"{last:04d}"

        def check(texts: Mapping[str, str]) -> str:
            if last_four(texts["end"]) == end[-4:]:
                return ""
            return self.say("sealing.confirm_again", end=end)

        lines = [self.say("sealing.confirm", stem=self._stem, end=end)]
        if look.lent:
            lines.append(self.say("sealing.confirm_lent", count=look.lent))
        answer = await self.desk_app.push_screen_wait(
            Ask(
                self.say("sealing.seal"),
                (Asked("end", self.say("sealing.confirm_field")),),
                lines,
                check,
            )
        )
        if not answer:
            return
        reason = self.say("numbers.gaps_reason")
        try:
            closed = await self.desk.filings.seal(
                self._stem, reason, closes_gaps=closes, ends_leases=bool(look.lent)
            )
        except self.desk_app.known_errors as error:
            self.tell_error(error)
            return
        await self._read()
        self._tell(closed)

    def _tell(self, closed: Closed) -> None:
        key = "sealing.done_moved" if closed.moves else "sealing.done"
        count = len(closed.moves)
        self.tell(self.say(key, last=closed.last, amount=closed.amount, count=count))
        for screen in self.desk_app.screen_stack:
            screen.post_message(CatalogueChanged())

    async def _give_back(self) -> None:
        try:
            spans = await self.desk.filings.give_back(self._stem)
        except self.desk_app.known_errors as error:
            self.tell_error(error)
            return
        text = "、".join(_span(span) for span in spans)
        key = "sealing.given_back" if spans else "sealing.nothing_back"
        self.tell(self.say(key, spans=text))
        await self._read()

    def _drawn(self, text: str) -> str:
        return drawable(text, lambda n: self.say("shell.mongolian", letters=n))


def _line(move: Move, drawn: Callable[[str], str]) -> Line:
    return Line(move.record, (move.before, move.after, drawn(move.title)))


def _span(span: tuple[int, int]) -> str:
    first, last = span
    return str(first) if first == last else f"{first}-{last}"
