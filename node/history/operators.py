"""Operators (裁定员): who may decide, when, and whether a decision is one's own word.

The hub says who is one, by OPERATOR elements of its register in the common scope, which
every machine reads. Laws:

- Only elements that a log of the hub's key added count; taking one out changes nothing:
  an operator goes by a later element that says so.
- An operator is in force at an operation if the last element of that key before it says
  so. The hub decides and registers in its own logs, so *before* is the order of these:
  by the trust serial of the log, then by n. What was decided before stays.
- A signature counts only in a log of the hub's key. A machine that shows an operator's
  signature elsewhere, or one of a key that was not in force, has shown nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, NamedTuple

from node.history.branches import root_no
from node.history.logbook import DecodedSets, Entry, entries_of
from node.history.operator_signatures import Signed
from node.history.registers import COMMON, OPERATOR, hub_key, machine_key
from node.history.trust import entry_of
from node.operator_errors import OperatorNeeded, OperatorRevoked
from node.operator_keys import Operator
from node.store.port import Rows
from protocol.identity import Scope
from protocol.operations import Add, Create, Operation, Resolve, Tag, Value
from protocol.signing import PUBLIC_KEY_BYTES

_NEWEST: Final = 1 << 62
"""Stands for the trust serial of an own log that has no entry yet."""


class SignatureWord(StrEnum):
    """What is known of an operator's signature; a fact."""

    VERIFIED = "verified"
    """It verifies, and the signer was an operator in force."""
    UNSIGNED = "unsigned"
    """A decision without any."""
    BAD = "bad"
    """It does not verify: it is not over what stands there."""
    UNAUTHORISED = "unauthorised"
    """It verifies, and the signer was no operator there."""
    NO_OPERATORS = "no-operators"
    """A decision without any, from before the hub had an operator."""
    REMOVED = "removed"
    """A decision of which an order removed something, and the signature with it."""


class Moment(NamedTuple):
    """Where an operation stands among the hub's own words."""

    serial: int
    """Trust serial of the log's entry."""
    n: int


class Roll(NamedTuple):
    """One element: from here on *name* is an operator, or is none."""

    at: Moment
    place: int
    """Position among the elements of the operation."""
    name: str
    public_key: bytes
    is_in_force: bool


class Told(NamedTuple):
    """What is told of an operation's signature; no word where there is nothing to."""

    word: SignatureWord | None
    signer: str = ""
    """Name of the operator; of a key that is none's, its first characters in hex."""


@dataclass(frozen=True, slots=True)
class Roster:
    """All that the hub has said of operators; read once for many questions."""

    hub: bytes | None
    """The hub's key; None on a machine that is alone."""
    rolls: tuple[Roll, ...] = ()
    """In the order of the hub's words."""
    serials: Mapping[int, int] = field(default_factory=dict)
    """Trust serial of each of the hub's logs, by number."""

    def now(self) -> tuple[Roll, ...]:
        """The newest word about each key, by name."""
        newest = {roll.public_key: roll for roll in self.rolls}
        return tuple(sorted(newest.values(), key=lambda roll: (roll.name, roll.at)))

    def named(self, name: str) -> Roll | None:
        """The operator of that name who is in force now."""
        for roll in self.now():
            if roll.is_in_force and roll.name == name:
                return roll
        return None

    def of_key(self, public_key: bytes, at: Moment | None = None) -> Roll | None:
        """The newest word about a key; the newest before *at*, if that is given."""
        found = None
        for roll in self.rolls:
            if roll.public_key == public_key and (at is None or roll.at < at):
                found = roll
        return found

    def moment(self, rows: Rows, log_no: int, n: int) -> Moment | None:
        """Where the operation stands among the hub's words; None if it is none."""
        serial = self.serials.get(root_no(rows, log_no))
        return None if serial is None else Moment(serial, n)

    def tell(
        self,
        rows: Rows,
        log_no: int,
        operation: Operation,
        signed: Signed | None,
        *,
        is_left: bool = False,
    ) -> Told:
        """Whether an operator stands behind an operation, and who.

        *is_left*: it is what a redaction left.
        """
        at = self.moment(rows, log_no, operation.n)
        if signed is None or not signed.signatures:
            if not isinstance(operation, Resolve):
                return Told(None)
            if is_left:
                return Told(SignatureWord.REMOVED)
            is_early = self.hub is None or (at is not None and not self._has_any(at))
            return Told(
                SignatureWord.NO_OPERATORS if is_early else SignatureWord.UNSIGNED
            )
        found = [
            self.judged(at, public_key, is_good=is_good)
            for public_key, is_good in signed.verified()
        ]
        return min(found, key=lambda told: _RANKS[told.word])

    def judged(self, at: Moment | None, public_key: bytes, *, is_good: bool) -> Told:
        """What is told of one signature over an operation that stands *at*."""
        known = self.of_key(public_key)
        name = public_key.hex()[:16] if known is None else known.name
        if not is_good:
            return Told(SignatureWord.BAD, name)
        then = None if at is None else self.of_key(public_key, at)
        if then is None or not then.is_in_force:
            return Told(SignatureWord.UNAUTHORISED, name)
        return Told(SignatureWord.VERIFIED, then.name)

    def _has_any(self, at: Moment) -> bool:
        return any(roll.at < at for roll in self.rolls)


_RANKS: Final[Mapping[SignatureWord | None, int]] = {
    SignatureWord.VERIFIED: 0,
    SignatureWord.BAD: 1,
    SignatureWord.UNAUTHORISED: 2,
}


def read_roster(rows: Rows) -> Roster:
    """All that the hub has said of operators, as far as it came here."""
    hub = hub_key(rows)
    if hub is None:
        return Roster(None)
    serials = _serials(rows, hub)
    scope_no = common_scope_no(rows)
    if scope_no is None:
        return Roster(hub, (), serials)
    decoded = DecodedSets()
    rolls = [
        roll
        for row in rows.records.registers(scope_no)
        for entry in entries_of(rows, row, decoded)
        if _is_hubs(rows, entry, hub)
        for roll in _rolls(serials[root_no(rows, entry.log_no)], entry.operation)
    ]
    return Roster(hub, tuple(sorted(rolls)), serials)


def require_operator(rows: Rows, operator: Operator | None) -> None:
    """Return if a decision may be made here by *operator*.

    Where the hub never named an operator, the machine's own signature is enough.

    Raises:
        OperatorNeeded: the hub has operators, and none is given.
        OperatorRevoked: the one given is not in force (any more).
    """
    roster = read_roster(rows)
    if operator is None:
        if roster.rolls:
            raise OperatorNeeded
        return
    known = roster.of_key(operator.public_key)
    if known is None or not known.is_in_force:
        raise OperatorRevoked(operator.name)


def common_scope_no(rows: Rows) -> int | None:
    """The scope that all machines read; None where it is not known yet.

    A room knows it from the trust list: it is what the hub's own log may write.
    """
    known = rows.settings.get(COMMON)
    if known is not None:
        return rows.scopes.number_of(Scope(known[0], known[1]))
    hub = hub_key(rows)
    for row in rows.logs.all() if hub is not None else ():
        if row.public_key == hub and row.parent_no is None:
            entry = entry_of(rows, row.log)
            if entry is not None and entry.scopes:
                return rows.scopes.number_of(entry.scopes[0].scope)
    return None


def _serials(rows: Rows, hub: bytes) -> dict[int, int]:
    """The trust serial of every log that the hub's key wrote, by number."""
    found = {}
    for row in rows.logs.all():
        if row.public_key == hub and row.parent_no is None:
            entry = entry_of(rows, row.log)
            found[row.log_no] = _NEWEST if entry is None else entry.serial
    return found


def _is_hubs(rows: Rows, entry: Entry, hub: bytes) -> bool:
    """Whether the hub's key said it, and the hub's order names it (or it is own)."""
    if machine_key(rows, entry.log_no) != hub:
        return False
    return entry.is_admitted or rows.logs.row(root_no(rows, entry.log_no)).is_own


def _rolls(serial: int, operation: Operation) -> Iterator[Roll]:
    for place, value in enumerate(_elements(operation)):
        match value:
            case (Tag.GROUP, str(name), bytes(key), int(state), *_):
                if len(key) == PUBLIC_KEY_BYTES:
                    yield Roll(
                        Moment(serial, operation.n), place, name, key, bool(state)
                    )
            case _:
                pass


def _elements(operation: Operation) -> Sequence[Value]:
    match operation:
        case Create(lists=lists) | Add(lists=lists):
            found = [added.values for added in lists if added.field == OPERATOR]
            return found[0] if found else ()
        case _:
            return ()
