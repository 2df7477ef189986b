"""Two records field by field: 重号 and 疑似重复; for a merge, which value stays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from tui.display import drawable
from tui.port.tickets import FieldPair, TicketClass, TicketDetail
from tui.widgets.ledger import Column, Ledger, Line

if TYPE_CHECKING:
    from tui.screens.desk_screen import DeskScreen
    from tui.ticket_lines import TicketLines

_LETTERS: Final = 2


class Pairs:
    """The rows of two records, and what was picked in them."""

    def __init__(self, screen: DeskScreen) -> None:
        self._screen = screen
        self._rows: tuple[FieldPair, ...] = ()
        self._same = 0
        self._stays = 1
        self.is_shown = False
        self.can_pick = False
        """A merge may take some values from the one that goes."""
        self.picks: dict[str, int | str] = {}
        """By field: whose value stays, or the value itself."""

    def ledger(self) -> Ledger:
        """The rows; empty until a ticket of two records is open."""
        return Ledger((), id="ticket-pairs")

    def show(self, detail: TicketDetail, lines: TicketLines) -> None:
        """Show the fields in which the two records differ."""
        self._rows = tuple(pair for pair in detail.pairs if not pair.is_same)
        self._same = len(detail.pairs) - len(self._rows)
        self._stays = 1
        self.is_shown = detail.other is not None
        self.can_pick = detail.ticket.ticket_class is TicketClass.DUPLICATE
        self.picks = {}
        self._lines = lines
        columns = [
            Column(self._screen.say("ticket.pair_field"), 10),
            *(Column(lines.letter(n + 1), 14, share=1) for n in range(_LETTERS)),
        ]
        if self.can_pick:
            title = self._screen.say("ticket.pair_merged")
            columns.append(Column(title, 14, share=1))
        ledger = self._ledger
        ledger.columns = tuple(columns)
        ledger.empty = self._screen.say("ticket.pair_none")
        ledger.show(len(self._rows), self._fetch)

    def same_text(self) -> str:
        """How many fields are not listed."""
        count = self._same
        return self._screen.say("ticket.pair_same", count=count) if count else ""

    def merged_into(self, side: int) -> None:
        """This record stays: where nothing was picked, its values do."""
        if side in (1, 2) and side != self._stays:
            self._stays = side
            self._renew()

    def turn(self, row: int) -> None:
        """The other record's value in this field."""
        if not self.can_pick or row >= len(self._rows):
            return
        pair = self._rows[row]
        now = self.picks.get(pair.field, self._usual(pair))
        self.picks[pair.field] = 1 if now == 2 else 2
        self._renew()

    def write(self, text: str) -> None:
        """Another value in the current field."""
        place = self._ledger.current
        if place < len(self._rows):
            self.picks[self._rows[place].field] = text
            self._renew()

    @property
    def current(self) -> tuple[str, str]:
        """Name and merged value of the current field; empty where there is none."""
        place = self._ledger.current
        if place >= len(self._rows):
            return "", ""
        pair = self._rows[place]
        return self._lines.field(pair.field), self._merged(pair)

    @property
    def _ledger(self) -> Ledger:
        return self._screen.query_one("#ticket-pairs", Ledger)

    def _renew(self) -> None:
        self._ledger.show(len(self._rows), self._fetch, keep_place=True)

    async def _fetch(self, start: int, count: int) -> Sequence[Line]:
        return [self._line(pair) for pair in self._rows[start : start + count]]

    def _line(self, pair: FieldPair) -> Line:
        cells = [self._lines.field(pair.field), pair.first, pair.second]
        if self.can_pick:
            cells.append(self._merged(pair))
        sign = "*" if pair.field in self.picks else ""
        return Line(pair.field, tuple(self._drawn(cell) for cell in cells), sign)

    def _usual(self, pair: FieldPair) -> int:
        """The value of the record that stays, unless it has none."""
        own = pair.first if self._stays == 1 else pair.second
        return self._stays if own else 3 - self._stays

    def _merged(self, pair: FieldPair) -> str:
        picked = self.picks.get(pair.field, self._usual(pair))
        if isinstance(picked, str):
            return picked
        return pair.first if picked == 1 else pair.second

    def _drawn(self, text: str) -> str:
        return drawable(text, lambda n: self._screen.say("shell.mongolian", letters=n))
