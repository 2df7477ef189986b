"""What screens ask. Behind it stands a machine (tui/desk); in front of it, people.

Each noun has a port of its own in this folder; the desk brings them together. Every
act is done in the name of ``person``.
"""

from __future__ import annotations

from typing import Protocol

from node.catalogue.pack import Pack
from tui.port.acts import ActsPort
from tui.port.entries import EntriesPort
from tui.port.exchanges import ExchangesPort
from tui.port.facts import FactsPort
from tui.port.filings import FilingsPort
from tui.port.fonds import FondsPort
from tui.port.imports import ImportsPort
from tui.port.joining import JoiningPort
from tui.port.own_values import OwnValuesPort
from tui.port.practice import PracticePort
from tui.port.records import RecordsPort
from tui.port.rooms import RoomsPort
from tui.port.searches import SearchesPort
from tui.port.shelves import ShelvesPort
from tui.port.tickets import TicketsPort


class Desk(Protocol):
    """A person's desk at one machine."""

    @property
    def person(self) -> str:
        """Who acts; stands in every change."""

    @property
    def room(self) -> str:
        """The machine's name."""

    @property
    def is_hub(self) -> bool:
        """Whether the machine is a hub."""

    @property
    def pack(self) -> Pack:
        """The rules of the category that is catalogued here."""

    @property
    def filings(self) -> FilingsPort:
        """Groups that are arranged, numbered, filed and printed."""

    @property
    def fonds(self) -> FondsPort:
        """The fonds of this machine, and opening new ones."""

    @property
    def acts(self) -> ActsPort:
        """What this person did here, and taking it back."""

    @property
    def imports(self) -> ImportsPort:
        """Workbooks that are taken in."""

    @property
    def joining(self) -> JoiningPort:
        """Becoming one of a hub's rooms."""

    @property
    def practice(self) -> PracticePort:
        """The practice room of this machine."""

    @property
    def shelves(self) -> ShelvesPort:
        """Leafing through the catalogue."""

    @property
    def searches(self) -> SearchesPort:
        """Searching while typing."""

    @property
    def entries(self) -> EntriesPort:
        """Forms, drafts, and what is offered while typing."""

    @property
    def records(self) -> RecordsPort:
        """One record as a whole."""

    @property
    def facts(self) -> FactsPort:
        """What waits, and how the carriage stands."""

    @property
    def exchanges(self) -> ExchangesPort:
        """Exchanges with the hub."""

    @property
    def tickets(self) -> TicketsPort:
        """Contradictions, and what operators make of them."""

    @property
    def own_values(self) -> OwnValuesPort:
        """What became of the values that this room wrote."""

    @property
    def rooms(self) -> RoomsPort:
        """The rooms that exchange with this hub."""

    async def close(self) -> None:
        """Give the machine back."""
