"""Tickets and decisions as people get them: values only, nothing that reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from node.catalogue.deciding.ruling import Offer, Ruling
from node.catalogue.record import Record
from node.store.ticket_port import TicketClass, TicketOrder


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which tickets are meant; what is not said does not matter."""

    classes: tuple[TicketClass, ...] = ()
    """Empty: all but notes."""
    room: str = ""
    """Name of a machine that wrote one of the sides."""
    fonds: str = ""
    field: str = ""
    opened_before: int | None = None
    order: TicketOrder = TicketOrder.WEIGHT


class TalkState(StrEnum):
    """How far the talk about a ticket is."""

    NONE = "none"
    ASKED = "asked"
    """退回待答: the hub waits for the room's answer."""
    ANSWERED = "answered"
    OBJECTED = "objected"
    """A room objected to what was decided."""


class TalkKind(StrEnum):
    """What was said about a ticket."""

    QUESTION = "question"
    ANSWER = "answer"
    OBJECTION = "objection"


@dataclass(frozen=True, slots=True)
class SideView:
    """One of the values, or one of the records, between which a person decides."""

    number: int
    """From 1: 甲, 乙, …"""
    value: object
    """As JSON shows it."""
    text: str
    who: str
    machine: str
    time: int
    """Unix seconds by the author's clock."""
    received: int
    """Unix seconds when this machine stored it; 0 where it is its own."""
    is_own: bool
    """This machine wrote it."""
    record: str
    """Printed id of the record that has it."""

    def to_json(self) -> dict[str, object]:
        """The side as JSON shows it."""
        return {
            "number": self.number,
            "value": self.value,
            "who": self.who,
            "machine": self.machine,
            "time": self.time,
            "received": self.received,
            "record": self.record,
        }


@dataclass(frozen=True, slots=True)
class TicketView:
    """A contradiction, as a line of the list shows it."""

    id: str
    """Names the ticket as it stands; another one as soon as a side changes."""
    ticket_class: TicketClass
    fonds: str
    record: str
    """Printed id of the record under which it is listed."""
    code: str
    title: str
    field: str
    """English name; empty where it is about the whole record."""
    weight: int
    opened_at: int
    rooms: tuple[str, ...]
    """Machines that wrote the sides, none twice."""
    sides: tuple[SideView, ...]
    talk: TalkState
    scope_no: int
    subject: bytes
    """Names the ticket as long as it is open, whatever its sides."""

    def to_json(self) -> dict[str, object]:
        """The ticket as JSON shows it."""
        return {
            "id": self.id,
            "class": self.ticket_class.name.lower(),
            "fonds": self.fonds,
            "record": self.record,
            "code": self.code or None,
            "title": self.title or None,
            "field": self.field or None,
            "weight": self.weight,
            "opened_at": self.opened_at,
            "rooms": list(self.rooms),
            "talk": self.talk.value,
            "values": [side.to_json() for side in self.sides],
        }


@dataclass(frozen=True, slots=True)
class TicketPage:
    """A part of the tickets that were asked for."""

    total: int
    tickets: tuple[TicketView, ...]


@dataclass(frozen=True, slots=True)
class TicketCounts:
    """How many tickets there are."""

    total: int
    notes: int
    """Differences that nobody has to decide; not in the total."""
    by_class: Mapping[TicketClass, int]
    by_room: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class PriorView:
    """基准: the value that all the writers had before them."""

    value: object
    text: str
    who: str
    machine: str
    time: int


@dataclass(frozen=True, slots=True)
class SideDetail:
    """A side, and what its writer knew."""

    side: SideView
    named: tuple[str, ...]
    """Values of the field that stood on the writer's screen."""
    epoch: int
    place: int
    """How far the writer had read of the fonds' order; 0 and 0 where nobody knows."""


@dataclass(frozen=True, slots=True)
class FieldPair:
    """One field of two records, side by side."""

    field: str
    first: str
    second: str
    is_same: bool


@dataclass(frozen=True, slots=True)
class Neighbour:
    """What stands before or behind a record in its sequence."""

    is_before: bool
    record: str
    code: str
    title: str


@dataclass(frozen=True, slots=True)
class Remark:
    """A question, an answer or an objection."""

    kind: TalkKind
    who: str
    machine: str
    time: int
    text: str


@dataclass(frozen=True, slots=True)
class DecisionView:
    """What was decided on one field of a record."""

    id: str
    """Printed dot of the operation."""
    record: str
    code: str
    title: str
    field: str
    """English name; empty for a decision about whole records."""
    value: object
    who: str
    machine: str
    time: int
    choice: int
    reason: str
    signature: str
    """verified · unsigned · bad · unauthorised · no-operators."""
    signer: str
    is_standing: bool
    """Its value survives: nobody took it back or wrote over it."""

    def to_json(self) -> dict[str, object]:
        """The decision as JSON shows it."""
        return {
            "id": self.id,
            "record": self.record,
            "code": self.code or None,
            "title": self.title or None,
            "field": self.field or None,
            "value": self.value,
            "who": self.who,
            "machine": self.machine,
            "time": self.time,
            "choice": self.choice,
            "reason": self.reason,
            "signature": self.signature,
            "signer": self.signer,
            "standing": self.is_standing,
        }


@dataclass(frozen=True, slots=True)
class TicketDetail:
    """Everything beside which a ticket is decided."""

    ticket: TicketView
    base: PriorView | None
    sides: tuple[SideDetail, ...]
    record: Record
    other: Record | None
    """The second record of 重号 and 疑似重复."""
    pairs: tuple[FieldPair, ...]
    neighbours: tuple[Neighbour, ...]
    talk: tuple[Remark, ...]
    decisions: tuple[DecisionView, ...]
    offers: tuple[Offer, ...]


@dataclass(frozen=True, slots=True)
class FieldChange:
    """What a decision changes in what is shown."""

    record: str
    """Printed id; empty for the record that the decision makes."""
    code: str
    title: str
    field: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Preview:
    """What a decision would come to; it was done and rolled back."""

    ticket_id: str
    ruling: Ruling
    reason: str
    changes: tuple[FieldChange, ...]
    records_after: tuple[Record, ...]
    new_records: int


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision that is kept."""

    decision: str
    """Printed dot of its first operation."""
    records: tuple[Record, ...]


@dataclass(frozen=True, slots=True)
class TakenBack:
    """What taking a decision back came to."""

    records: int
    kept: int
    """Values written over since, which stay."""


class MyStanding(StrEnum):
    """What became of a room's value."""

    WAITING = "waiting"
    """待裁"""
    ADOPTED = "adopted"
    """已采用"""
    REPLACED = "replaced"
    """已被替换"""
    TAKEN_BACK = "taken-back"
    """The decision on it was taken back."""


@dataclass(frozen=True, slots=True)
class MyValue:
    """A value of this room about which somebody has to decide, or has decided."""

    record: str
    code: str
    title: str
    field: str
    value: object
    standing: MyStanding
    now: object
    """What stands in its place; None while nothing is decided."""
    reason: str
    who: str
    time: int
    decision: str
    """Printed dot of the decision; empty while there is none."""
    ticket: str
    """Id of the ticket; empty once it is decided."""
    can_object: bool

    def to_json(self) -> dict[str, object]:
        """The value as JSON shows it."""
        return {
            "record": self.record,
            "code": self.code or None,
            "title": self.title or None,
            "field": self.field or None,
            "value": self.value,
            "standing": self.standing.value,
            "now": self.now,
            "reason": self.reason or None,
            "who": self.who or None,
            "time": self.time,
            "decision": self.decision or None,
            "ticket": self.ticket or None,
            "can_object": self.can_object,
        }


@dataclass(frozen=True, slots=True)
class Question:
    """A question of the hub that waits for this room's answer."""

    ticket: TicketView
    text: str
    who: str
    time: int


@dataclass(frozen=True, slots=True)
class MyCounts:
    """What the home page of a room says of its values."""

    waiting: int
    questions: int
    fresh: int
    """Decisions on own values since they were last looked at; at most fifty."""
