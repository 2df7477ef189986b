"""How a ticket can be decided, as digits: what is offered, with its ready reason.

The digits are the same for every class where they mean the same: 1 and 2 the two that
are shown, 3 something else, 5 both of them. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from tui.port.tickets import Offer, Ruling, RulingKind, TicketDetail

UPHOLD_DIGITS: Final = "11"
_FIRST, _SECOND, _OTHER, _BOTH = "1", "2", "3", "5"
_TWO_RECORDS: Final = (RulingKind.MERGE, RulingKind.RENUMBER)
_WHOLE: Final = {
    RulingKind.KEEP: _FIRST,
    RulingKind.WITHDRAW: _SECOND,
    RulingKind.ADOPT: _FIRST,
    RulingKind.REFUSE: _SECOND,
    RulingKind.DISTINCT: _BOTH,
    RulingKind.UPHOLD: UPHOLD_DIGITS,
}


@dataclass(frozen=True, slots=True)
class Way:
    """One way of deciding the ticket that is shown."""

    digits: str
    words: str
    """Key of its name; a side's name goes into it."""
    side: int
    """Whose name goes into it; 0 where none does."""
    ruling: Ruling
    reason: str
    """Stands ready; a person may write another."""
    asks_value: bool = False
    """Something has to be typed first."""

    def with_value(self, text: str) -> Ruling:
        """The ruling with what was typed."""
        return replace(self.ruling, value=text)


def ways_of(
    detail: TicketDetail,
    shown: tuple[int, int],
    picks: Mapping[str, int | str] | None = None,
) -> list[Way]:
    """The ways, by digits; *shown* are the numbers of the two sides on the screen."""
    found: dict[str, Way] = {}
    for offer in detail.offers:
        for way in _ways(offer, shown, picks or {}):
            found.setdefault(way.digits, way)
    return sorted(found.values(), key=lambda way: int(way.digits))


def shown_sides(detail: TicketDetail, page: int) -> tuple[int, int]:
    """Numbers of the two sides of a page; the last pair is never half empty."""
    count = len(detail.sides)
    first = min(page * 2 + 1, max(1, count - 1))
    return first, min(first + 1, max(1, count))


def side_pages(detail: TicketDetail) -> int:
    """How many pages the sides take."""
    return max(1, -(-len(detail.sides) // 2))


def _ways(
    offer: Offer, shown: tuple[int, int], picks: Mapping[str, int | str]
) -> Sequence[Way]:
    kind, side = offer.kind, offer.side
    name = f"ticket.way.{kind.value}"
    digits = _side_digits(side, shown)
    match kind:
        case RulingKind.TAKE if digits:
            return (Way(digits, name, side, Ruling(kind, side), offer.reason),)
        case RulingKind.WRITE:
            ruling = Ruling(kind)
            return (Way(_OTHER, name, 0, ruling, offer.reason, asks_value=True),)
        case RulingKind.BOTH if side in (0, shown[0]):
            return (Way(_BOTH, name, 0, Ruling(kind, shown[0]), offer.reason),)
        case RulingKind.MERGE if digits:
            ruling = Ruling(kind, side, picks=dict(picks))
            return (Way(digits, name, side, ruling, offer.reason),)
        case RulingKind.RENUMBER if digits:
            ways = [Way(digits, name, side, Ruling(kind, side), offer.reason)]
            if digits == _FIRST:
                ways.append(_new_code(side, shown, offer.reason))
            return ways
        case _ if kind in _WHOLE:
            return (Way(_WHOLE[kind], name, 0, Ruling(kind), offer.reason),)
        case _:
            return ()


def _new_code(side: int, shown: tuple[int, int], reason: str) -> Way:
    """The first keeps the code, the other gets one that is typed."""
    other = shown[1] if side == shown[0] else shown[0]
    ruling = Ruling(RulingKind.RENUMBER, side)
    words = "ticket.way.new_code"
    return Way(_OTHER, words, other, ruling, reason, asks_value=True)


def _side_digits(side: int, shown: tuple[int, int]) -> str:
    if side == shown[0]:
        return _FIRST
    return _SECOND if side == shown[1] else ""
