"""Nine repositories as nine offline rooms; the hub brings them together.

Every day's edits of a repository are one save of its room. What a room has goes to
the hub late, twice and out of order: over the network, over a link that breaks, and on
sticks that are read days after, some of them cut or read again. In the end the hub
must hold what the plain replay of the same edits holds, in every description.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from random import Random  # noqa: TID251 (the same deliveries every time, no secret)

from bench.figures import Figure
from bench.repositories import (
    RECORDS,
    Change,
    Day,
    Description,
    Key,
    Values,
    baseline,
    days,
    folder,
    replay,
    repository_of,
)
from bench.stations import Station, serving
from node.catalogue.fields import LEVEL, LEVEL_ITEM, TITLE
from node.history.digest import read_digest
from node.history.journal import save_all
from node.history.state_packing import unpack_state
from node.history.survivors import confirmed, existence, fields_of
from node.home import Home
from node.machine import Machine
from node.store.port import Rows
from protocol.identity import Dot, Scope
from protocol.operations import (
    Actor,
    Create,
    Operation,
    Seen,
    Set,
    Withdraw,
    Write,
)
from sync.carriage import exchange
from sync.courier import read_bundle, write_bundle
from sync.enrolment import make_invitation
from sync.errors import BundleDamaged, ReceiverUnheard
from sync.joining import join
from sync.link import Link

ACTOR = Actor("archivist")
MADE_AT = 1_689_000_000
SEED = 4
AT_ONCE = 200
FIELDS = {"title": TITLE, "file": 1000, "id": 1001, "parent": 1002, "pos": 1003}
"""Field numbers by name; what the rule pack does not know stands from 1000 on."""
OTHERS = (
    "level",
    "date",
    "unitid",
    "container",
    "extent",
    "scopecontent",
    "lang",
    "accessrestrict",
    "subjects",
    "creator",
    "bioghist",
    "arrangement",
    "acqinfo",
    "userestrict",
    "processinfo",
    "custodhist",
)
FIELDS |= {name: 1010 + place for place, name in enumerate(OTHERS)}
NAMES = {number: name for name, number in FIELDS.items()}


class StateDiffers(Exception):
    """The hub does not hold what the plain replay holds."""


@dataclass(slots=True)
class Desk:
    """A repository's room, and which of its operations wrote what."""

    machine: Machine
    scope: Scope
    scope_no: int
    log: bytes
    record_of: dict[Key, int] = field(default_factory=dict)
    """Number of the operation that made the newest record of that key."""
    made: dict[Key, list[int]] = field(default_factory=dict)
    """All of them, of keys that were made more than once."""
    written: dict[int, dict[int, int]] = field(default_factory=dict)
    """Record to field to the operation that wrote it last, if not the first."""

    async def create(self, wanted: Sequence[tuple[Key, Values]]) -> None:
        """Records of the time before; each an act of its own, as of an import."""

        def make(n: int) -> list[Operation]:
            return [
                self._create(n + step, key, values, MADE_AT)
                for step, (key, values) in enumerate(wanted)
            ]

        await self.machine.store.write(
            lambda rows: save_all(rows, self.scope_no, make, is_one_act=False)
        )

    async def save(self, day: Day) -> None:
        """A day's edits as one act."""

        def make(n: int) -> list[Operation]:
            return [
                self._operation(n + step, change, day.time)
                for step, change in enumerate(day.changes)
            ]

        await self.machine.store.write(lambda rows: save_all(rows, self.scope_no, make))

    def _create(self, n: int, key: Key, values: Values, made_at: int) -> Create:
        if key in self.record_of:
            self.made.setdefault(key, [self.record_of[key]]).append(n)
        self.record_of[key] = n
        given = {FIELDS[name]: value for name, value in values.items() if value != ""}
        return Create(n, ACTOR, made_at, ((LEVEL, LEVEL_ITEM), *sorted(given.items())))

    def _operation(self, n: int, change: Change, made_at: int) -> Operation:
        kind, key, values = change
        if kind == "create":
            return self._create(n, key, values, made_at)
        number = self.record_of[key]
        written = self.written.setdefault(number, {})
        record = self._dot(number)
        if kind == "delete":
            seen = tuple(
                Seen(each, (self._dot(at),)) for each, at in sorted(written.items())
            )
            return Withdraw(n, ACTOR, made_at, record, (record,), seen, "")
        writes = []
        for each, value in sorted((FIELDS[name], v) for name, v in values.items()):
            named = self._dot(written.get(each, number))
            writes.append(Write(each, None if value == "" else value, (named,)))
            written[each] = n
        return Set(n, ACTOR, made_at, record, tuple(writes))

    def _dot(self, n: int) -> Dot:
        return Dot(self.log, n)


@dataclass(slots=True)
class Stick:
    """A file on its way to the hub, or to a room."""

    due: int
    """The day on which it is read."""
    path: Path
    reader: Machine


@dataclass(slots=True)
class Union:
    """The hub, its nine rooms, and what is on the way between them."""

    folder: Path
    hub: Machine
    port: int
    """Where the hub listens."""
    dice: Random = field(default_factory=lambda: Random(SEED))
    desks: dict[str, Desk] = field(default_factory=dict)
    sticks: list[Stick] = field(default_factory=list)
    carried_bytes: int = 0
    """Let out by the links in both directions, and written to sticks."""
    counts: dict[str, int] = field(default_factory=dict)

    async def open_room(self, name: str) -> Desk:
        """A room with a fonds of its own that has joined the hub."""
        code = f"{len(self.desks) + 1:04}"
        home = Home(self.folder / name)
        machine = await Machine.init_room(home, name, {code: name})
        address = f"http://127.0.0.1:{self.port}"
        invitation = await make_invitation(self.hub, name, {code: name}, address)
        await join(machine, invitation)
        fonds = (await machine.catalogue.fonds(ACTOR))[0]

        def read(rows: Rows) -> Desk:
            own = rows.logs.own()
            assert own is not None
            scope = rows.scopes.row(fonds.scope_no).scope
            return Desk(machine, scope, fonds.scope_no, own.log)

        desk = self.desks[name] = await machine.store.read(read)
        return desk

    async def begin(self, begun: Mapping[Key, Values]) -> None:
        """Every room makes what it had before, and hands it over."""
        waiting: dict[str, list[tuple[Key, Values]]] = {}
        for key, values in begun.items():
            name = repository_of(key[0])
            if name not in self.desks:
                await self.open_room(name)
            part = waiting.setdefault(name, [])
            part.append((key, values))
            if len(part) == AT_ONCE:
                await self.desks[name].create(part)
                part.clear()
        for name, part in waiting.items():
            if part:
                await self.desks[name].create(part)

    async def meet(self, desk: Desk, *, is_cut: bool = False) -> None:
        """An exchange over the network, perhaps over a link that breaks once."""
        after = self.dice.randint(500, 20_000) if is_cut else None
        async with Link("127.0.0.1", self.port, cut_after_bytes=after) as link:
            await exchange(desk.machine, link.address)
            self.carried_bytes += link.bytes_up + link.bytes_down
        self._count("exchanges, broken once" if is_cut else "exchanges")

    async def write_stick(self, desk: Desk, day: int) -> None:
        """A stick that is read late, perhaps twice, perhaps cut."""
        path = self.folder / f"stick-{self.counts.get('sticks', 0)}"
        written = await write_bundle(desk.machine, path)
        self.carried_bytes += written.bytes
        self._count("sticks")
        times = self.dice.choice((1, 1, 1, 2, 3))
        for _ in range(times):
            due = day + self.dice.randint(1, 60)
            self.sticks.append(Stick(due, path, self.hub))
        if self.dice.random() < 0.1:
            with path.open("r+b") as file:
                file.truncate(max(1, int(written.bytes * self.dice.random())))

    async def write_stick_back(self, name: str, day: int) -> None:
        """A stick from the hub for a room, read late."""
        path = self.folder / f"stick-{self.counts.get('sticks', 0)}"
        try:
            written = await write_bundle(self.hub, path, receiver=name)
        except ReceiverUnheard:
            return
        self.carried_bytes += written.bytes
        self._count("sticks")
        due = day + self.dice.randint(1, 60)
        self.sticks.append(Stick(due, path, self.desks[name].machine))

    async def read_sticks(self, day: int) -> None:
        """What is due by that day, in any order."""
        due = [stick for stick in self.sticks if stick.due <= day]
        self.sticks = [stick for stick in self.sticks if stick.due > day]
        self.dice.shuffle(due)
        for stick in due:
            try:
                report = await read_bundle(stick.reader, stick.path)
            except BundleDamaged:
                self._count("sticks that were cut")
            else:
                self._count("sticks read")
                for verdict, number in report.results.items():
                    self._count(f"sets on sticks: {verdict}", number)
        for path in {stick.path for stick in due} - {each.path for each in self.sticks}:
            path.unlink()

    async def work(self, days_of_work: Sequence[Day]) -> None:
        """The edits of two years, and deliveries between them."""
        for day in days_of_work:
            await self.read_sticks(day.number)
            name = day.repository
            if name not in self.desks:
                await self.open_room(name)
            desk = self.desks[name]
            await desk.save(day)
            match self.dice.randrange(10):
                case 0 | 1:
                    await self.meet(desk)
                case 2:
                    await self.meet(desk, is_cut=True)
                case 3 | 4 | 5:
                    await self.write_stick(desk, day.number)
                case 6:
                    await self.write_stick_back(name, day.number)
                case _:
                    pass

    async def rest(self) -> None:
        """All sticks are read, and every room meets the hub."""
        await self.read_sticks(1 << 30)
        for desk in self.desks.values():
            await self.meet(desk)

    async def compare(self, wanted: Mapping[Key, Sequence[Description]]) -> int:
        """How many descriptions the hub holds, all as they must be.

        Raises:
            StateDiffers: one is missing, another, or not what the replay has.
        """
        held: dict[bytes, dict[int, tuple[Values, bool]]] = {}
        for name, desk in self.desks.items():
            scopes = [desk.machine, self.hub]
            digests = [await digest_at(machine, desk.scope) for machine in scopes]
            if len(set(digests)) > 1:
                raise StateDiffers(f"{name}: digests {digests}")
            held[desk.log] = await descriptions_at(self.hub, desk)
        for key, descriptions in wanted.items():
            desk = self.desks[repository_of(key[0])]
            numbers = desk.made.get(key) or [desk.record_of[key]]
            found = [held[desk.log].pop(number, None) for number in numbers]
            expected = [
                (
                    {name: v for name, v in each.values.items() if v != ""},
                    each.is_deleted,
                )
                for each in descriptions
            ]
            if found != expected:
                raise StateDiffers(f"{key}: {found} instead of {expected}")
        left = {log.hex(): list(rest)[:3] for log, rest in held.items() if rest}
        if left:
            raise StateDiffers(f"descriptions that nobody made: {left}")
        return sum(len(each) for each in wanted.values())

    async def close(self) -> None:
        """Close the rooms."""
        for desk in self.desks.values():
            await desk.machine.close()

    def _count(self, what: str, number: int = 1) -> None:
        self.counts[what] = self.counts.get(what, 0) + number


async def digest_at(machine: Machine, scope: Scope) -> str:
    """What the machine holds of a scope, as one hash."""

    def read(rows: Rows) -> str:
        number = rows.scopes.number_of(scope)
        return "" if number is None else read_digest(rows, number).hex()

    return await machine.store.read(read)


async def descriptions_at(hub: Machine, desk: Desk) -> dict[int, tuple[Values, bool]]:
    """What the hub holds of a room's records: values, and whether withdrawn."""
    found: dict[int, tuple[Values, bool]] = {}
    after = 0

    def part(rows: Rows) -> int:
        scope_no = rows.scopes.number_of(desk.scope)
        log_no = rows.logs.number_of(desk.log)
        assert scope_no is not None
        last = 0
        for row in rows.records.in_scope(scope_no, after, 1_000):
            last = row.record_no
            state = unpack_state((row.log_no, row.n), row.state)
            values: Values = {}
            for number in fields_of(state):
                if number not in NAMES:
                    continue
                survivors = list(confirmed(state, number).values())
                if len(survivors) != 1:
                    raise StateDiffers(f"{row.n}, field {number}: {survivors}")
                if survivors[0] is not None:
                    values[NAMES[number]] = survivors[0]  # type: ignore[assignment]
            if row.log_no == log_no and "file" in values:
                found[row.n] = (values, existence(state)[0])
        return last

    while after := await hub.store.read(part):
        pass
    return found


async def bench_union(workplace: Path, sized: Callable[[int], int]) -> list[Figure]:
    """The whole replay, timed; the hub a process of its own."""
    source = folder()
    if source is None:
        return []
    station = Station(workplace / "hub")
    await station.run("init", "--hub", "--name", "union")
    async with serving(station) as door:
        hub = await Machine.open(Home(station.home))
        union = Union(workplace, hub, door.port)
        try:
            figures = await _replayed(union, source, sized(RECORDS))
        finally:
            await union.close()
            await hub.close()
        memory = door.peak_bytes
    size = sum(each.stat().st_size for each in station.home.iterdir() if each.is_file())
    return [
        *figures,
        Figure(
            "memory of the hub",
            memory / 1e6,
            "MB",
            at_most=300,
            counted="highest resident size of `dangyi hub serve` over all of the above;"
            " sticks are read by another process",
        ),
        Figure("the hub on the disk", size / 1e6, "MB"),
    ]


async def _replayed(union: Union, source: Path, records: int) -> list[Figure]:
    begun = dict(baseline(source, records))
    files = {key[0] for key in begun}
    days_of_work = days(source, files.__contains__)
    clock = [time.perf_counter()]
    await union.begin(begun)
    clock.append(time.perf_counter())
    for desk in union.desks.values():
        await union.meet(desk)
    clock.append(time.perf_counter())
    first_bytes = union.carried_bytes
    await union.work(days_of_work)
    await union.rest()
    clock.append(time.perf_counter())
    compared = await union.compare(replay(begun, days_of_work))
    clock.append(time.perf_counter())
    made, synced, worked, checked = (
        after - before for before, after in pairwise(clock)
    )
    edits = sum(len(day.changes) for day in days_of_work)
    carried = union.carried_bytes - first_bytes
    told = ", ".join(f"{number:,} {what}" for what, number in union.counts.items())
    return [
        Figure(
            "descriptions equal to the plain replay",
            compared,
            "",
            at_least=len(begun),
            counted=f"all of them, {edits:,} edits in {len(days_of_work)} saves of"
            f" {len(union.desks)} rooms; digests of hub and rooms equal; checked in"
            f" {checked:.0f} s",
        ),
        Figure(
            "rooms make what they had",
            made,
            "s",
            counted=f"{len(begun):,} records, {len(begun) / made:,.0f} a second",
        ),
        Figure(
            "first exchange of all rooms",
            synced,
            "s",
            counted=f"one after the other; {len(begun) / synced:,.0f} records a second",
        ),
        Figure(
            "bytes a creation",
            first_bytes / len(begun),
            "B",
            counted=f"{first_bytes:,} bytes at the links in both directions",
        ),
        Figure("two years of saves and deliveries", worked, "s", counted=told),
        Figure(
            "bytes an edit",
            carried / edits,
            "B",
            counted=f"{carried:,} bytes at the links in both directions and written to"
            " sticks, what was carried twice included",
        ),
    ]
