"""Which tickets are alike, and which side "same for all" takes of each. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from node.catalogue.deciding.ruling import RulingKind
from node.catalogue.deciding.views import SideView, TicketView, Wanted
from node.store.ticket_port import TicketClass

_SILENT: Final = re.compile(r"[\W_]+")
_DECIDED_ALIKE: Final = frozenset(
    {
        TicketClass.NOTE,
        TicketClass.FIELD,
        TicketClass.ORDER,
        TicketClass.STATE,
        TicketClass.PROPOSAL,
    }
)
_TWO: Final = 2


class Pattern(StrEnum):
    """How the two values of a ticket differ."""

    ANY = "any"
    PUNCTUATION = "punctuation"
    """Only in punctuation, spaces, and full or half width."""
    CONTAINED = "contained"
    """One stands whole in the other."""
    EMPTY = "empty"
    """One is empty."""


class Pick(StrEnum):
    """Which value is taken."""

    LONGER = "longer"
    SHORTER = "shorter"
    EARLIER = "earlier"
    LATER = "later"
    ROOM = "room"
    """The one of a certain room."""
    FILLED = "filled"
    """The one that is not empty."""
    ADOPT = "adopt"
    REFUSE = "refuse"


@dataclass(frozen=True, slots=True)
class Alike:
    """Which tickets are alike, and what is done with them."""

    wanted: Wanted = field(default_factory=Wanted)
    rooms: tuple[str, ...] = ()
    """Both sides are of these rooms, one of each; empty: of whichever."""
    pattern: Pattern = Pattern.ANY
    pick: Pick = Pick.LONGER
    pick_room: str = ""


def pick_of(alike: Alike, ticket: TicketView) -> tuple[RulingKind, int] | None:
    """The ruling and the side for one ticket; None where it is not like the others."""
    if ticket.ticket_class not in _DECIDED_ALIKE:
        return None
    machines = {side.machine for side in ticket.sides}
    if alike.rooms and machines != set(alike.rooms):
        return None
    if alike.pick in (Pick.ADOPT, Pick.REFUSE):
        if ticket.ticket_class is not TicketClass.PROPOSAL:
            return None
        return RulingKind(alike.pick.value), 0
    if len(ticket.sides) != _TWO or ticket.ticket_class is TicketClass.PROPOSAL:
        return None
    first, second = ticket.sides
    if not _FITS[alike.pattern](first.text, second.text):
        return None
    side = _picked(alike, first, second)
    return None if side is None else (RulingKind.TAKE, side.number)


def bare(text: str) -> str:
    """*text* without punctuation and spaces, of one width and case."""
    return _SILENT.sub("", unicodedata.normalize("NFKC", text)).casefold()


def _picked(alike: Alike, first: SideView, second: SideView) -> SideView | None:
    """The side that is taken; None where both are as good."""
    if alike.pick is Pick.ROOM:
        found = [s for s in (first, second) if s.machine == alike.pick_room]
        return found[0] if len(found) == 1 else None
    measure, is_most = _MEASURES[alike.pick]
    one, other = measure(first), measure(second)
    if one == other:
        return None
    return first if (one > other) is is_most else second


def _is_punctuation(one: str, other: str) -> bool:
    return one != other and bare(one) == bare(other)


def _is_contained(one: str, other: str) -> bool:
    return bool(one and other) and (one in other or other in one)


def _has_empty(one: str, other: str) -> bool:
    return bool(one) is not bool(other)


_FITS: Final[Mapping[Pattern, Callable[[str, str], bool]]] = {
    Pattern.ANY: lambda _one, _other: True,
    Pattern.PUNCTUATION: _is_punctuation,
    Pattern.CONTAINED: _is_contained,
    Pattern.EMPTY: _has_empty,
}
_MEASURES: Final[Mapping[Pick, tuple[Callable[[SideView], int], bool]]] = {
    Pick.LONGER: (lambda side: len(side.text), True),
    Pick.SHORTER: (lambda side: len(side.text), False),
    Pick.EARLIER: (lambda side: side.time, False),
    Pick.LATER: (lambda side: side.time, True),
    Pick.FILLED: (lambda side: bool(side.text), True),
}
