"""The desk at a machine: each noun of the port, bound to one machine and one person."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from node.catalogue.pack import Pack
from node.machine import Machine
from protocol.operations import Actor

if TYPE_CHECKING:
    from tui.desk.acts import DeskActs
    from tui.desk.entries import DeskEntries
    from tui.desk.exchanges import MachineExchanges
    from tui.desk.facts import MachineFacts
    from tui.desk.filings import DeskFilings
    from tui.desk.fonds import DeskFonds
    from tui.desk.imports import MachineImports
    from tui.desk.joining import DeskJoining
    from tui.desk.own_values import DeskOwnValues
    from tui.desk.practice import Practice
    from tui.desk.records import DeskRecords
    from tui.desk.rooms import DeskRooms
    from tui.desk.searches import DeskSearches
    from tui.desk.shelves import DeskShelves
    from tui.desk.tickets import DeskTickets


class MachineDesk:
    """The Desk port on an opened machine."""

    def __init__(self, machine: Machine, actor: Actor) -> None:
        self._machine = machine
        self._actor = actor

    @property
    def person(self) -> str:
        """Who acts; stands in every change."""
        return self._actor.name

    @property
    def room(self) -> str:
        """The machine's name."""
        return self._machine.name

    @property
    def is_hub(self) -> bool:
        """Whether the machine is a hub."""
        return self._machine.is_hub

    @property
    def pack(self) -> Pack:
        """The rules of the category that is catalogued here."""
        return self._machine.pack

    @cached_property
    def filings(self) -> DeskFilings:
        """Groups that are arranged, numbered, filed and printed."""
        from tui.desk.filings import DeskFilings  # noqa: PLC0415 (few ask for it)

        return DeskFilings(self._machine, self._actor)

    @cached_property
    def fonds(self) -> DeskFonds:
        """The fonds of this machine, and opening new ones."""
        from tui.desk.fonds import DeskFonds  # noqa: PLC0415 (few ask for it)

        return DeskFonds(self._machine, self._actor)

    @cached_property
    def acts(self) -> DeskActs:
        """What this person did here, and taking it back."""
        from tui.desk.acts import DeskActs  # noqa: PLC0415 (first screen)

        return DeskActs(self._machine, self._actor)

    @cached_property
    def imports(self) -> MachineImports:
        """Workbooks that are taken in."""
        from tui.desk.imports import MachineImports  # noqa: PLC0415 (few ask for it)

        return MachineImports(self._machine, self._actor)

    @cached_property
    def joining(self) -> DeskJoining:
        """Becoming one of a hub's rooms."""
        from tui.desk.joining import DeskJoining  # noqa: PLC0415 (once in its life)

        return DeskJoining(self._machine.home.path, self._actor.name)

    @cached_property
    def practice(self) -> Practice:
        """The practice room of this machine."""
        from tui.desk.practice import Practice  # noqa: PLC0415 (few ask for it)

        return Practice(self._machine.home.path, self._actor)

    @cached_property
    def shelves(self) -> DeskShelves:
        """Leafing through the catalogue."""
        from tui.desk.shelves import DeskShelves  # noqa: PLC0415 (first screen)

        return DeskShelves(self._machine.catalogue, self._actor)

    @cached_property
    def searches(self) -> DeskSearches:
        """Searching while typing."""
        from tui.desk.searches import DeskSearches  # noqa: PLC0415 (first screen)

        return DeskSearches(self._machine.catalogue, self._actor)

    @cached_property
    def entries(self) -> DeskEntries:
        """Forms, drafts, and what is offered while typing."""
        from tui.desk.entries import DeskEntries  # noqa: PLC0415 (first screen)

        return DeskEntries(self._machine, self._actor)

    @cached_property
    def records(self) -> DeskRecords:
        """One record as a whole."""
        from tui.desk.records import DeskRecords  # noqa: PLC0415 (first screen)

        return DeskRecords(self._machine, self._actor)

    @cached_property
    def facts(self) -> MachineFacts:
        """What waits, and how the carriage stands."""
        from tui.desk.facts import MachineFacts  # noqa: PLC0415 (first screen)

        return MachineFacts(self._machine, self._actor)

    @cached_property
    def exchanges(self) -> MachineExchanges:
        """Exchanges with the hub."""
        from tui.desk.exchanges import MachineExchanges  # noqa: PLC0415 (asked late)

        return MachineExchanges(self._machine, self._actor)

    @cached_property
    def tickets(self) -> DeskTickets:
        """Contradictions, and what operators make of them."""
        from tui.desk.tickets import DeskTickets  # noqa: PLC0415 (first screen)

        return DeskTickets(self._machine, self._actor)

    @cached_property
    def own_values(self) -> DeskOwnValues:
        """What became of the values that this room wrote."""
        from tui.desk.own_values import DeskOwnValues  # noqa: PLC0415 (first screen)

        return DeskOwnValues(self._machine, self._actor)

    @cached_property
    def rooms(self) -> DeskRooms:
        """The rooms that exchange with this hub."""
        from tui.desk.rooms import DeskRooms  # noqa: PLC0415 (a hub's operator asks)

        return DeskRooms(self._machine, self._actor)

    async def close(self) -> None:
        """Give the machine back, and the ticket that is on the page."""
        if "tickets" in self.__dict__:
            await self.tickets.leave()
        await self._machine.close()
