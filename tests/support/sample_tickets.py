"""A desk with a queue made by hand: what its screens ask, and what they had done."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

from textual.pilot import Pilot

from node.catalogue.deciding.bulk import Likeness
from node.catalogue.deciding.faults import StaleTicket
from node.catalogue.deciding.likes import pick_of
from node.catalogue.deciding.ruling import offers
from node.catalogue.pack import Pack
from node.catalogue.record import Record
from node.operator_errors import WrongPassphrase
from sync.words.catalogue import Words
from tests.support.desks import settled
from tui.app import WORDS_FOLDER, DeskApp
from tui.port.own_values import MyCounts, MyValue, Question
from tui.port.rooms import RoomHealth, RoomsHealth
from tui.port.tickets import (
    Alike,
    AlikePreview,
    Bulk,
    Decided,
    DecisionView,
    FieldChange,
    FieldPair,
    Held,
    Neighbour,
    OnProgress,
    OpenTicket,
    Preview,
    PriorView,
    Ruling,
    RulingKind,
    SideDetail,
    SideView,
    SignIn,
    Subject,
    TakenBack,
    TalkState,
    TicketClass,
    TicketCounts,
    TicketDetail,
    TicketPage,
    TicketView,
    Wanted,
    subject_of,
)

NOW = 1_699_963_800
DAY = 86_400
BASE = "关于做好2020年防汛工作的通知"
FIRST = "关于做好2020年防汛抗旱工作的通知"
SECOND = "关于做好2021年防汛工作的通知"
ROOMS = ("甲室", "乙室")


def a_record(number: int, **fields: str) -> Record:
    """A record of a sample."""
    return Record(
        id=f"R-{number}",
        level="item",
        fonds="0001",
        code=f"0001-WS·2020-Y-BGS-{number:04}",
        state="active",
        fields={"title": f"第{number}号文件的题名", "year": 2020, **fields},
        open_fields=(),
    )


def a_side(number: int, text: str, *, who: str, machine: str) -> SideDetail:
    """One side."""
    side = SideView(number, text, text, who, machine, NOW - DAY, NOW - 60, False, "R-1")
    return SideDetail(side, (BASE,), 1, 7)


def a_ticket(
    number: int,
    *,
    ticket_class: TicketClass = TicketClass.FIELD,
    sides: Sequence[SideDetail] = (),
    talk: TalkState = TalkState.NONE,
) -> TicketDetail:
    """A ticket with all that its page shows."""
    told = tuple(sides) or (
        a_side(1, FIRST, who="乌兰", machine=ROOMS[0]),
        a_side(2, SECOND, who="张敏", machine=ROOMS[1]),
    )
    record = a_record(number)
    is_two = ticket_class in (TicketClass.CODE, TicketClass.DUPLICATE)
    view = TicketView(
        id=f"{number:016x}",
        ticket_class=ticket_class,
        fonds="0001",
        record=record.id,
        code=record.code or "",
        title=str(record.fields["title"]),
        field="" if is_two else "title",
        weight=80 if number % 2 else 50,
        opened_at=NOW - number * DAY,
        rooms=tuple(dict.fromkeys(each.side.machine for each in told)),
        sides=tuple(each.side for each in told),
        talk=talk,
        scope_no=1,
        subject=b"\x01" + number.to_bytes(8, "big"),
    )
    pairs = (
        FieldPair("title", FIRST, SECOND, False),
        FieldPair("doc_no", "", "库政发〔2020〕12号", False),
        FieldPair("year", "2020", "2020", True),
    )
    return TicketDetail(
        ticket=view,
        base=None if is_two else PriorView(BASE, BASE, "乌兰", ROOMS[0], NOW - 9 * DAY),
        sides=told,
        record=record,
        other=a_record(number + 100) if is_two else None,
        pairs=pairs if is_two else (),
        neighbours=(Neighbour(True, "R-0", "0001-WS·2020-Y-BGS-0000", "前面一件"),),
        talk=(),
        decisions=(),
        offers=offers(ticket_class, len(told), is_objected=False),
    )


@dataclass(slots=True)
class SampleTickets:
    """The Tickets port over a list."""

    tickets: dict[str, TicketDetail]
    can_decide: bool = True
    others: dict[Subject, Held] = field(default_factory=dict)
    passphrase: str = ""
    """Asked before the first decision; empty: nothing is."""
    mine: Subject | None = None
    made: list[tuple[str, Ruling, str]] = field(default_factory=list)
    asked: list[tuple[str, str]] = field(default_factory=list)
    undone: list[str] = field(default_factory=list)
    past: list[DecisionView] = field(default_factory=list)
    pages: list[tuple[int, int]] = field(default_factory=list)
    alikes: list[tuple[Alike, str]] = field(default_factory=list)
    signed_in: str = ""
    changes: int = 1

    async def counts(self) -> TicketCounts:
        by_class: dict[TicketClass, int] = {}
        by_room: dict[str, int] = {}
        for each in self._views():
            by_class[each.ticket_class] = by_class.get(each.ticket_class, 0) + 1
            for room in each.rooms:
                by_room[room] = by_room.get(room, 0) + 1
        return TicketCounts(len(self.tickets), 2, by_class, by_room)

    async def page(self, wanted: Wanted, offset: int, limit: int) -> TicketPage:
        self.pages.append((offset, limit))
        found = [
            each
            for each in self._views()
            if (not wanted.classes or each.ticket_class in wanted.classes)
            and (not wanted.room or wanted.room in each.rooms)
        ]
        return TicketPage(len(found), tuple(found[offset : offset + limit]))

    async def held(self) -> Mapping[Subject, Held]:
        own = {self.mine: Held("乌兰", NOW, is_here=True)} if self.mine else {}
        return {**self.others, **own}

    async def open(self, ticket_id: str) -> OpenTicket:
        detail = await self.look(ticket_id)
        subject = subject_of(detail.ticket)
        self.mine = None
        if subject in self.others:
            return OpenTicket(detail, self.others[subject])
        self.mine = subject
        return OpenTicket(detail, Held("乌兰", NOW, is_here=True))

    async def look(self, ticket_id: str) -> TicketDetail:
        if ticket_id not in self.tickets:
            raise StaleTicket(ticket_id, "李四", NOW)
        return self.tickets[ticket_id]

    async def leave(self) -> None:
        self.mine = None

    async def preview(self, ticket_id: str, ruling: Ruling) -> Preview:
        detail = await self.look(ticket_id)
        texts = {each.side.number: each.side.text for each in detail.sides}
        after = ruling.value or texts.get(ruling.side, "")
        record = detail.record
        change = FieldChange(record.id, record.code or "", "", "title", BASE, after)
        made = 1 if ruling.kind is RulingKind.BOTH else 0
        reason = "经核对,采用此值"
        return Preview(ticket_id, ruling, reason, (change,), (record,), made)

    async def decide(self, ticket_id: str, ruling: Ruling, reason: str) -> Decided:
        detail = await self.look(ticket_id)
        del self.tickets[ticket_id]
        self.changes += 1
        self.made.append((ticket_id, ruling, reason))
        return Decided("D-1", (detail.record,))

    async def ask(self, ticket_id: str, question: str) -> None:
        detail = self.tickets[ticket_id]
        self.asked.append((ticket_id, question))
        view = replace(detail.ticket, talk=TalkState.ASKED)
        self.tickets[ticket_id] = replace(detail, ticket=view)

    async def alike(self, alike: Alike) -> AlikePreview:
        found = [each for each in self._views() if pick_of(alike, each)]
        sample = [Likeness(each, 1, each.sides[0].text) for each in found[:5]]
        choices = tuple((e.scope_no, e.subject, b"", "take", 1) for e in found)
        reason = "经核对,采用此值"
        return AlikePreview(alike, len(found), tuple(sample), choices, reason)

    async def decide_alike(
        self, preview: AlikePreview, reason: str, on_progress: OnProgress
    ) -> Bulk:
        subjects = {(scope_no, subject) for scope_no, subject, *_ in preview.choices}
        self.alikes.append((preview.alike, reason))
        for detail in list(self.tickets.values()):
            if subject_of(detail.ticket) in subjects:
                del self.tickets[detail.ticket.id]
        on_progress(preview.total, preview.total)
        return Bulk(1, preview.total, 0)

    async def decided(self, offset: int, limit: int) -> Sequence[DecisionView]:
        return self.past[offset : offset + limit]

    async def undo(self, decision_id: str) -> TakenBack:
        self.undone.append(decision_id)
        self.past = [
            replace(e, is_standing=e.is_standing and e.id != decision_id)
            for e in self.past
        ]
        return TakenBack(1, 0)

    async def sign_in_needed(self) -> SignIn | None:
        if not self.passphrase or self.signed_in:
            return None
        return SignIn(("张三", "李四"), is_named=True)

    async def sign_in(self, name: str, passphrase: str) -> None:
        if passphrase != self.passphrase:
            raise WrongPassphrase(name)
        self.signed_in = name

    def now(self) -> int:
        return NOW

    async def version(self) -> int:
        return self.changes

    def _views(self) -> list[TicketView]:
        return [each.ticket for each in self.tickets.values()]


@dataclass(slots=True)
class SampleOwnValues:
    """The own values port over lists."""

    mine: list[MyValue] = field(default_factory=list)
    asked: list[Question] = field(default_factory=list)
    answers: list[tuple[str, str]] = field(default_factory=list)
    objections: list[tuple[str, str]] = field(default_factory=list)

    async def counts(self) -> MyCounts:
        return MyCounts(0, len(self.asked), 0)

    async def values(self, offset: int, limit: int) -> Sequence[MyValue]:
        return self.mine[offset : offset + limit]

    async def questions(self) -> Sequence[Question]:
        return self.asked

    async def seen(self) -> None:
        pass

    async def answer(self, ticket_id: str, text: str) -> None:
        self.answers.append((ticket_id, text))

    async def object(self, decision_id: str, reason: str) -> None:
        self.objections.append((decision_id, reason))


@dataclass(slots=True)
class SampleRooms:
    """The rooms port over a list."""

    rooms: list[RoomHealth] = field(default_factory=list)

    async def all(self) -> RoomsHealth:
        return RoomsHealth(NOW, self.rooms)


class _NothingAside:
    """A sample has no sets."""

    async def aside(self) -> Sequence[object]:
        return ()


class _NoActs:
    """A sample has nothing that was cut off."""

    async def recover(self) -> Sequence[object]:
        return ()


class SampleDesk:
    """A hub's desk with nothing behind it but tickets."""

    person = "张三"
    room = "旗档案馆"
    is_hub = True

    def __init__(self, tickets: SampleTickets) -> None:
        self.pack = Pack.load()
        self.tickets = tickets
        self.acts = _NoActs()
        self.own_values = SampleOwnValues()
        self.rooms = SampleRooms()
        self.exchanges = _NothingAside()

    async def close(self) -> None:
        pass


def sample_tickets(*tickets: TicketDetail) -> SampleTickets:
    """A queue of these."""
    return SampleTickets({each.ticket.id: each for each in tickets})


@asynccontextmanager
async def at_sample(
    tickets: SampleTickets,
    *,
    first: str = "queue",
    size: tuple[int, int] = (80, 24),
    language: str = "zh",
    desk: SampleDesk | None = None,
) -> AsyncIterator[Pilot[int]]:
    """The program at a desk with these tickets."""
    desk = desk or SampleDesk(tickets)
    words = Words.load(language, WORDS_FOLDER)
    app = DeskApp(desk, words, first=first)  # type: ignore[arg-type]
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        yield pilot
