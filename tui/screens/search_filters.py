"""What a search is narrowed by, and the lists from which that is chosen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

from tui.port.searches import Offer
from tui.screens.choosing import Choice, ChoosingScreen

if TYPE_CHECKING:
    from tui.screens.desk_screen import DeskScreen

FILTERS: Final = ("year", "retention_code", "fonds", "state")
_STATES: Final = ("waiting", "filed", "withdrawn", "all")


class SearchFilters:
    """Filters of one search, and what people call their values."""

    def __init__(self, screen: DeskScreen, changed: Callable[[], None]) -> None:
        self._screen = screen
        self._changed = changed
        self.values: dict[str, str] = {}
        self._labels: dict[str, str] = {}

    def texts(self) -> list[str]:
        """Each filter with its value, in words."""
        say = self._screen.say
        return [
            say(
                "search.filter",
                name=say(f"search.filter_name.{name}"),
                value=self._labels.get(name) or say(f"search.any.{name}"),
            )
            for name in FILTERS
        ]

    def put(self, name: str, value: str, label: str) -> None:
        """Filter by *value*; empty: not any more."""
        if value:
            self.values[name], self._labels[name] = value, label
        else:
            self.values.pop(name, None)
            self._labels.pop(name, None)
        self._changed()

    def clear(self) -> None:
        """Filter by nothing."""
        self.values.clear()
        self._labels.clear()
        self._changed()

    async def choose(self, name: str) -> None:
        """Let a person choose what to filter by."""
        say = self._screen.say
        if name == "state":
            choices = [Choice(n, say(f"search.states.{n}")) for n in _STATES]
            await self._offer(name, choices, "")
            return
        offers = await self._screen.desk.searches.offers()
        offered = {
            "year": offers.years,
            "retention_code": offers.terms,
            "fonds": offers.fonds,
        }[name]
        choices = [self._choice(name, offer) for offer in offered]
        await self._offer(name, choices, say("search.amount"))

    async def _offer(
        self, name: str, choices: Sequence[Choice], note_title: str
    ) -> None:
        say = self._screen.say
        labels = {choice.value: choice.label for choice in choices}

        def chosen(value: str) -> None:
            self.put(name, value, labels.get(value, ""))

        screen = ChoosingScreen(
            say(f"search.filter_name.{name}"),
            [Choice("", say(f"search.any.{name}")), *choices],
            chosen,
            current=self.values.get(name, ""),
            note_title=note_title,
        )
        await self._screen.app.push_screen(screen)

    def _choice(self, name: str, offer: Offer) -> Choice:
        label = offer.label
        if name == "retention_code":
            offered = self._screen.desk.pack.form.values.get(name, ())
            meaning = {each.value: each.meaning for each in offered}.get(label, "")
            label = f"{label} {meaning}".strip()
        elif name == "fonds":
            label = f"{offer.value} {offer.label}"
        note = self._screen.say("search.items", count=offer.amount)
        return Choice(offer.value, label, note)
