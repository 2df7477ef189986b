"""A county of whole machines: who contradicts whom, and who decides.

Beside the clerks of the convergence county there are an operator at the hub, owners
of fonds, questions and objections, and codes stamped by several rooms. Decisions go
through the face that the desk uses.
"""

from __future__ import annotations

from collections.abc import Awaitable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

from node.catalogue.deciding.ruling import Ruling, RulingKind
from node.catalogue.deciding.views import TicketView, Wanted
from node.catalogue.door import Catalogue
from node.catalogue.fields import CODE, DATE, DOC_NO, NOTES, RETENTION, STATE, TITLE
from node.catalogue.sequences import next_code
from node.catalogue.shown import values_shown
from node.errors import NodeError
from node.history.claims import holder_of, is_final
from node.history.effects import DotNo, Effect, ElementNo, effect_of
from node.history.logbook import read_operations
from node.history.proof import digest_at_head
from node.history.registering import say
from node.history.registers import OWNER, own_key
from node.history.state_packing import unpack_state
from node.home import Home
from node.machine import Machine
from node.store.port import Rows
from node.store.row_types import RecordFlag, RecordRow, SetState
from protocol.identity import Scope
from protocol.operations import Actor, Create, Elements, Tag, Value
from tests.support.convergence import County
from tests.support.exchanges import CLERK, LEVEL, Site, exchange, join
from tests.support.machines import FixedClock

OPERATOR = Actor("乌日娜")
PERSONAL = 25
LEGACY = 45
COMPONENTS = 49
STEM = "0152-WS·2020-Y-BGS-"
CODES = tuple(f"{STEM}000{number}" for number in (1, 2, 3))
CHOICES: dict[int, tuple[Value, ...]] = {
    CODE: CODES,
    RETENTION: ("Y", "D30", "D10"),
    STATE: ("draft", "filed"),
    PERSONAL: ("无", "一般", "敏感"),
    COMPONENTS: (
        (int(Tag.GROUP), "p1", "p2"),
        (int(Tag.GROUP), "p2", "p1"),
        (int(Tag.GROUP), "p1", "p2", "p3"),
    ),
}
"""What may stand in the fields whose values repeat."""


@dataclass(slots=True)
class Office(Site):
    """A machine with its whole catalogue."""

    machine: Machine | None = None

    @classmethod
    def of(cls, name: str, machine: Machine, clock: FixedClock) -> Office:
        office = cls(name, machine.home, machine.keys, clock, machine.store)
        office.machine = machine
        office.open_sides()
        return office

    @property
    def whole(self) -> Machine:
        assert self.machine is not None
        return self.machine

    def open_sides(self) -> None:
        self.room_side, self.hub_side = self.whole.room, self.whole.hub

    async def reopen_closed(self) -> None:
        self.machine = await Machine.open(self.home, clock=self.clock)
        self.store = self.machine.store
        self.open_sides()

    async def open_fonds(self, code: str) -> Scope:
        fonds = await self.whole.catalogue.open_fonds(CLERK, code, f"{code}全宗")
        scope = await self.store.read(
            lambda rows: rows.scopes.row(fonds.scope_no).scope
        )
        self.fonds[code] = scope
        return scope


@dataclass(slots=True)
class ConflictCounty(County):
    """Rooms a, b, c of one fonds; b and c have another one."""

    fields: ClassVar[tuple[int, ...]] = (
        TITLE,
        CODE,
        RETENTION,
        STATE,
        TITLE,
        CODE,
        DOC_NO,
        PERSONAL,
        LEGACY,
        COMPONENTS,
    )
    notes: ClassVar[int] = NOTES
    refused: list[str] = field(default_factory=list)
    """Codes of errors with which the face refused what it had offered."""

    @classmethod
    async def make(cls, folder: Path) -> ConflictCounty:
        clock = FixedClock()
        hub = Office.of(
            "hub",
            await Machine.init_hub(Home(folder / "hub"), "馆", clock=clock),
            clock,
        )
        await hub.hub.prepare()
        rooms: dict[str, Site] = {}
        for name in "abc":
            home = Home(folder / name)
            machine = await Machine.init_room(home, name, {}, clock=FixedClock())
            rooms[name] = Office.of(name, machine, FixedClock())
        shared = await rooms["a"].open_fonds("0152")
        lone = await rooms["b"].open_fonds("0153")
        await join(hub, rooms["a"], {"0152": shared})
        await rooms["b"].open_fonds("0152")
        await join(hub, rooms["b"], {"0152": shared, "0153": lone})
        await join(hub, rooms["c"], {"0152": shared, "0153": lone})
        county = cls(folder, hub, rooms, {"s": shared, "t": lone})
        await county.create("a", "s")
        for room in (*rooms.values(), *rooms.values()):
            await exchange(hub, room)
        return county

    @classmethod
    async def open(
        cls, folder: Path, scopes: dict[str, Scope], saved: set[str]
    ) -> ConflictCounty:
        sites = {}
        for name in ("hub", "a", "b", "c"):
            clock = FixedClock()
            machine = await Machine.open(Home(folder / name), clock=clock)
            sites[name] = Office.of(name, machine, clock)
        county = cls(folder, sites.pop("hub"), {**sites}, scopes)
        county.saved = dict.fromkeys(saved, False)
        county.counter = 1000
        return county

    def value(self, number: int, which: int) -> Value:
        choices = CHOICES.get(number)
        return self.text() if choices is None else choices[which % len(choices)]

    async def records(self, room: str, scope: Scope) -> list[RecordRow]:
        found = await super(ConflictCounty, self).records(room, scope)
        return [
            row for row in found if row.flags & RecordFlag.CREATED and row.level == 3
        ]

    async def stamp(self, room: str, scope: str, which: int) -> None:
        """A new item with a code that others may stamp too."""
        now = self.rooms[room].clock.now()
        values: tuple[tuple[int, Value], ...] = (
            (LEVEL, 3),
            (CODE, CODES[which % len(CODES)]),
            (TITLE, self.text()),
        )
        await self.save(
            room,
            self.scopes[scope],
            lambda n, _rows: Create(
                n, CLERK, now, values, (Elements(self.notes, (self.text(),)),)
            ),
        )

    async def number(self, room: str) -> None:
        """A new item with the next code that the machine may give."""
        now = self.rooms[room].clock.now()
        title = self.text()

        def make(n: int, rows: Rows) -> Create:
            scope_no = rows.scopes.number_of(self.scopes["s"])
            assert scope_no is not None
            code = next_code(rows, scope_no, CODES[0]).code
            given: tuple[tuple[int, Value], ...] = ((CODE, code),) if code else ()
            return Create(n, CLERK, now, ((LEVEL, 3), *given, (TITLE, title)))

        await self.save(room, self.scopes["s"], make)

    async def catalogue_twice(self, room: str, scope: str, which: int) -> None:
        """A new item that tells of a paper which others may have catalogued too."""
        now = self.rooms[room].clock.now()
        values: tuple[tuple[int, Value], ...] = (
            (LEVEL, 3),
            (TITLE, f"关于做好第{which % 2}季度春耕生产工作的通知"),
            (DOC_NO, f"库政发〔2020〕{which % 2 + 1}号"),
            (DATE, "20200601"),
        )
        await self.save(
            room, self.scopes[scope], lambda n, _rows: Create(n, CLERK, now, values)
        )

    async def ask_for_numbers(self, room: str, amount: int) -> None:
        """A room asks for a block of numbers."""
        await self._try(self.of(room).sequences.ask(CLERK, STEM, amount))

    async def give_numbers_back(self, room: str) -> None:
        """A room gives back what is left of its blocks."""
        await self._try(self.of(room).sequences.give_back(CLERK, STEM))

    async def appoint(self, name: str) -> None:
        """The hub says which machine numbers."""
        sequences = self.of("hub").sequences
        await self._try(sequences.appoint(OPERATOR, "0152", STEM, name))

    async def close_sequence(self, name: str) -> None:
        """A machine seals the sequence."""
        closed = self.of(name).sequences.close(
            CLERK, STEM, "封册", closes_gaps=True, ends_leases=True
        )
        await self._try(closed)

    async def look_for_twins(self, name: str) -> None:
        """A machine looks for papers that may be one."""
        await self.of(name).papers.refresh(CLERK)

    def of(self, name: str) -> Catalogue:
        """The catalogue of a machine."""
        office = self.hub if name == "hub" else self.rooms[name]
        assert isinstance(office, Office)
        return office.whole.catalogue

    async def name_owner(self, scope: str, rooms: str) -> None:
        """The hub says whose a fonds is; nobody's alone where *rooms* is empty."""
        keys = [await self.rooms[name].store.read(own_key) for name in rooms]

        def do(rows_of: Rows) -> None:
            number = rows_of.scopes.number_of(self.scopes[scope])
            assert number is not None
            words: list[Sequence[Value]] = [(rooms, *keys)]
            now = self.hub.clock.now()
            say(rows_of, number, OPERATOR, now, {OWNER: words})

        await self.hub.store.write(do)

    async def tickets(self, site: Site) -> tuple[TicketView, ...]:
        """The queue of a machine."""
        assert isinstance(site, Office)
        page = await site.whole.catalogue.decisions.list(OPERATOR, Wanted(), 0, 50)
        return page.tickets

    def remark(self) -> str:
        """Something said that nobody said before; the face may refuse it."""
        self.counter += 1
        return f"r{self.counter}"

    async def decide(self, which: int, how: int) -> None:
        """The operator decides one ticket in one of the ways that are offered."""
        waiting = await self.tickets(self.hub)
        if not waiting:
            return
        ticket = waiting[which % len(waiting)]
        assert isinstance(self.hub, Office)
        decisions = self.hub.whole.catalogue.decisions
        offers = (await decisions.show(OPERATOR, ticket.id)).offers
        offer = offers[how % len(offers)]
        value = ""
        if offer.kind is RulingKind.WRITE:
            value = {"code": "", "retention_code": "D30"}.get(
                ticket.field, self.remark()
            )
        ruling = Ruling(offer.kind, offer.side or 1, value)
        await self._try(decisions.decide(OPERATOR, None, ticket.id, ruling))

    async def undo(self, which: int) -> None:
        """The operator takes a decision back."""
        assert isinstance(self.hub, Office)
        decisions = self.hub.whole.catalogue.decisions
        made = [
            each
            for each in await decisions.decided(OPERATOR, 0, 20)
            if each.is_standing
        ]
        if made:
            chosen = made[which % len(made)]
            await self._try(decisions.undo(OPERATOR, None, chosen.id))

    async def ask(self, which: int) -> None:
        """The operator sends a ticket back with a question."""
        waiting = await self.tickets(self.hub)
        if waiting:
            assert isinstance(self.hub, Office)
            ticket = waiting[which % len(waiting)]
            asked = self.hub.whole.catalogue.decisions.ask(
                OPERATOR, None, ticket.id, self.remark()
            )
            await self._try(asked)

    async def answer(self, room: str, which: int) -> None:
        """A room answers what it was asked."""
        office = self.rooms[room]
        assert isinstance(office, Office)
        decisions = office.whole.catalogue.decisions
        asked = await decisions.questions(CLERK)
        if asked:
            ticket = asked[which % len(asked)].ticket
            await self._try(decisions.answer(CLERK, ticket.id, self.remark()))

    async def contest(self, room: str, which: int) -> None:
        """A room objects to what became of its value."""
        office = self.rooms[room]
        assert isinstance(office, Office)
        decisions = office.whole.catalogue.decisions
        mine = [each for each in await decisions.mine(CLERK, 0, 20) if each.can_object]
        if mine:
            chosen = mine[which % len(mine)]
            await self._try(decisions.object(CLERK, chosen.decision, self.remark()))

    async def _try(self, work: Awaitable[object]) -> None:
        """What the face refuses is noted; anything else that it raises is a fault."""
        try:
            await work
        except NodeError as error:
            self.refused.append(error.code)

    async def shown_at(self, site: Site, scope: Scope) -> object:
        """What a machine shows, its tickets of every class, holders and digest."""
        assert isinstance(site, Office)
        pack = site.whole.pack

        def read(rows: Rows) -> object:
            scope_no = rows.scopes.number_of(scope)
            if scope_no is None:
                return None

            def name(row: RecordRow) -> str:
                return f"{rows.logs.id_of(row.log_no).hex()[:6]}-{row.n}"

            found: dict[str, object] = {}
            for row in rows.records.in_scope(scope_no, 0, 1_000):
                state = unpack_state((row.log_no, row.n), row.state)
                assert not state.pending, (site.name, name(row))
                shown = values_shown(rows, row, state, pack)
                found[name(row)] = (shown, row.flags)
            found["tickets"] = sorted(
                (each.subject.hex(), each.version.hex(), each.ticket_class, each.weight)
                for each in rows.tickets.all()
                if each.scope_no == scope_no
            )
            codes = {row.code for row in rows.records.in_scope(scope_no, 0, 1_000)}
            for code in sorted(filter(None, codes)):
                held = holder_of(rows, scope_no, code)
                row_held = None if held is None else rows.records.row(held.record_no)
                if row_held is not None:
                    is_sure = is_final(rows, row_held, code)
                    found[f"holder of {code}"] = name(row_held), is_sure
            found["digest"] = digest_at_head(rows, scope_no).hex()
            return found

        return await site.store.write(read)

    async def check_log(self) -> None:
        """Survivors are what was written less what was named, by the log itself.

        Whatever a room ever saved is in the hub's log, so every value is a survivor or
        named there by a later write.
        """
        texts: set[str] = set()
        for name, scope in self.scopes.items():
            effects = await effects_at(self.hub, scope, texts)
            survivors = await self.hub.store.read(
                lambda rows, scope=scope: survivors_at(rows, scope)  # type: ignore[misc]
            )
            assert survivors == survivors_of(effects), name
        lost = set(self.saved) - texts - self.maybe_lost
        assert not lost, f"never reached the hub's log: {sorted(lost)}"

    async def check_rows(self) -> None:
        """A rebuild of the hub's rows from its log finds nothing to mend."""
        assert isinstance(self.hub, Office)
        report = await self.hub.whole.verify(rebuild=True)
        assert not report.faults
        assert not report.rebuilt


Cells = dict[tuple[DotNo, int], dict[DotNo | ElementNo, Value]]
"""Record and field to what survives there."""


async def effects_at(site: Site, scope: Scope, texts: set[str]) -> list[Effect]:
    """What the operations do that the machine's order of the scope admits."""

    def read(rows: Rows) -> list[Effect]:
        scope_no = rows.scopes.number_of(scope)
        found = []
        for log in rows.logs.all():
            for row in rows.sets.range(log.log_no, 1, 1 << 40):
                if row.state != SetState.ADMITTED or row.scope_no != scope_no:
                    continue
                for operation in read_operations(rows, row):
                    effect = effect_of(operation, log.log_no, rows.logs.ensure)
                    if effect is not None:
                        found.append(effect)
        return found

    found = await site.store.write(read)
    for effect in found:
        values = [write.value for write in effect.writes]
        values += [added.value for added in effect.adds]
        for value in values:
            texts |= set(map(str, value if isinstance(value, tuple) else (value,)))
    return found


def survivors_of(effects: list[Effect]) -> Cells:
    """What is written less what is named; whatever the order."""
    cells: Cells = {}
    named: set[tuple[DotNo, int, DotNo | ElementNo]] = set()
    for effect in effects:
        for write in effect.writes:
            cells.setdefault((effect.record, write.field), {})[effect.dot] = write.value
            named |= {(effect.record, write.field, name) for name in write.names}
        for added in effect.adds:
            element = (*effect.dot, added.position)
            cells.setdefault((effect.record, added.field), {})[element] = added.value
        for removal in effect.removals:
            named |= {
                (effect.record, removal.field, element) for element in removal.elements
            }
    for record, number, name in named:
        cells.get((record, number), {}).pop(name, None)
    return {key: plain(cell) for key, cell in cells.items() if cell}


def survivors_at(rows: Rows, scope: Scope) -> Cells:
    """What the machine's rows have."""
    scope_no = rows.scopes.number_of(scope)
    found: Cells = {}
    if scope_no is None:
        return found
    for row in rows.records.in_scope(scope_no, 0, 1_000):
        state = unpack_state((row.log_no, row.n), row.state)
        for cells in (state.live, state.elements):
            for number, cell in cells.items():
                found[(row.log_no, row.n), number] = plain(cell)
    return found


def plain(cell: object) -> dict[DotNo | ElementNo, Value]:
    """A cell whose copies do not say what they copied."""
    assert isinstance(cell, dict)
    return {
        dot: value[:3] if isinstance(value, tuple) and value[0] == Tag.COPY else value
        for dot, value in cell.items()
    }
