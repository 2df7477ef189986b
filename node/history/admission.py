"""What the hub makes of a stored and linked change-set: judged, then admitted or not.

Admitting is one act: the next place of the scope's order, the writes, the verdict. A
set that brings a state secret is barred: its body leaves at once, and the redaction
that the author's room seals takes its place in the order.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from node.history.branches import operations_of
from node.history.order import append_set
from node.history.projection import Applied, apply_set
from node.history.redactions import take_redactions
from node.history.registers import WORD_FIELDS, own_key
from node.store.port import Rows
from node.store.row_types import LogRow, SetRow, SetState, VerdictRow
from protocol.changeset import ChangeSet, decode_redacted
from protocol.errors import ProtocolError
from protocol.identity import Dot
from protocol.messages import LogState, TrustEntry, Verdict
from protocol.operation_values import values_of
from protocol.operations import Operation, Redact, Remove, Value
from protocol.trust import accepts

IsSecret = Callable[[int, Value], bool]


class Judgement(NamedTuple):
    """The verdict and its reason, a slug."""

    verdict: Verdict
    reason: str = ""


class Admission:
    """Judges and admits inside one transaction."""

    def __init__(self, rows: Rows, now: int, is_secret: IsSecret) -> None:
        self._rows = rows
        self._now = now
        self._is_secret = is_secret
        self._grants: dict[tuple[bytes, int], frozenset[int]] = {}
        self._numbers: dict[int, int] = {}

    def judge(
        self,
        root: LogRow,
        entry: TrustEntry | None,
        row: SetRow,
        change_set: ChangeSet,
        *,
        is_forced: bool = False,
    ) -> Judgement:
        """Judge a stored set, write the verdict down, admit it where that is right.

        Without *entry* only this hub's own log may write. *is_forced*: an operator
        releases the set whatever right its log has.
        """
        if not self._is_ours(root) and not is_forced:
            fault = self._fault_of_right(root, entry, row, change_set)
            if fault:
                return self._set_aside(root, row, fault)
        scope_no = self._rows.scopes.number_of(change_set.header.scope)
        if scope_no is not None and scope_no != row.scope_no:
            self._rows.sets.move(row, row.log_no, scope_no)
            row = row._replace(scope_no=scope_no)
        if change_set.header.is_opaque:
            return self._admit(root, row, None)
        if change_set.body is None:
            return self._bar(root, row, "no-body")
        try:
            operations = operations_of(self._rows, row.log_no, change_set)
            if any(self._holds_secret(operation) for operation in operations):
                return self._bar(root, row, "secret")
        except ProtocolError as error:
            return self._set_aside(root, row, error.code)
        if not all(self._may_redact(root, operation) for operation in operations):
            return self._set_aside(root, row, "redaction")
        if not is_forced and not self._leaves_words(root, row.scope_no, operations):
            return self._set_aside(root, row, "others-word")
        return self._admit(root, row, operations)

    def _is_ours(self, root: LogRow) -> bool:
        """Whether this hub wrote the log, perhaps before it was put back."""
        return root.is_own or root.public_key == own_key(self._rows)

    def say(self, root: LogRow, row: SetRow, verdict: Verdict, reason: str) -> None:
        """Write a verdict down; the machines of the log will hear it."""
        number = self._numbers.get(root.log_no)
        if number is None:
            number = self._rows.verdicts.last_number(root.log_no)
        self._numbers[root.log_no] = number + 1
        self._rows.verdicts.add(
            VerdictRow(root.log_no, number + 1, row.seq, row.hash, verdict, reason)
        )

    def _fault_of_right(
        self,
        root: LogRow,
        entry: TrustEntry | None,
        row: SetRow,
        change_set: ChangeSet,
    ) -> str:
        if entry is None:
            return "unknown-log"
        if entry.state == LogState.REVOKED and not (
            row.log_no == root.log_no and accepts(entry, row.seq, row.hash)
        ):
            return "revoked"
        scope_no = self._rows.scopes.number_of(change_set.header.scope)
        key = (entry.log, entry.serial)
        granted = self._grants.get(key)
        if granted is None:
            granted = frozenset(
                self._rows.scopes.ensure(each.scope) for each in entry.scopes
            )
            self._grants[key] = granted
        return "" if scope_no in granted else "scope"

    def _holds_secret(self, operation: Operation) -> bool:
        if isinstance(operation, Redact):
            kept = decode_redacted(operation).operations
            return any(self._holds_secret(each) for each in kept)
        return any(
            self._is_secret(field, value) for field, value in values_of(operation)
        )

    def _may_redact(self, root: LogRow, operation: Operation) -> bool:
        """A body may go by the word of its own machine, or of this hub."""
        if not isinstance(operation, Redact) or self._is_ours(root):
            return True
        target = self._rows.logs.by_id(operation.log)
        return target is not None and target.public_key == root.public_key

    def _leaves_words(
        self, root: LogRow, scope_no: int, operations: Sequence[Operation]
    ) -> bool:
        """Whether nobody else's register is written to, and no word of others goes."""
        if self._is_ours(root):
            return True
        id_of = self._rows.logs.id_of
        registers = {
            Dot(id_of(register.log_no), register.n)
            for register in self._rows.records.registers(scope_no)
            if self._rows.logs.row(register.log_no).public_key != root.public_key
        }
        return all(
            getattr(operation, "record", None) not in registers
            and self._may_remove(root, operation)
            for operation in operations
        )

    def _may_remove(self, root: LogRow, operation: Operation) -> bool:
        """A word about a record or a fonds goes by its own machine, or by this hub."""
        if not isinstance(operation, Remove):
            return True
        logs = {
            element.dot.log
            for removal in operation.removals
            if removal.field in WORD_FIELDS
            for element in removal.elements
        }
        known = map(self._rows.logs.by_id, logs)
        return all(
            log is not None and log.public_key == root.public_key for log in known
        )

    def _set_aside(self, root: LogRow, row: SetRow, reason: str) -> Judgement:
        self._rows.sets.set_state(
            row.log_no, row.seq, row.hash, SetState.QUARANTINED, reason
        )
        self.say(root, row, Verdict.QUARANTINED, reason)
        return Judgement(Verdict.QUARANTINED, reason)

    def _bar(self, root: LogRow, row: SetRow, reason: str) -> Judgement:
        self._rows.sets.set_state(
            row.log_no, row.seq, row.hash, SetState.BARRED, reason
        )
        self._rows.sets.drop_body(row.log_no, row.seq, row.hash)
        self.say(root, row, Verdict.BARRED, reason)
        return Judgement(Verdict.BARRED, reason)

    def _admit(
        self, root: LogRow, row: SetRow, operations: Sequence[Operation] | None
    ) -> Judgement:
        append_set(self._rows, row.scope_no, row)
        applied = Applied(0, frozenset())
        self._rows.sets.set_state(row.log_no, row.seq, row.hash, SetState.ADMITTED)
        if operations is not None:
            applied = apply_set(
                self._rows,
                row.log_no,
                row.scope_no,
                operations,
                admitted=True,
                seq=row.seq,
                received_at=self._now,
            )
            take_redactions(self._rows, operations)
        verdict = Verdict.CONFLICT if applied.tickets_opened else Verdict.APPLIED
        self.say(root, row, verdict, "")
        return Judgement(verdict)
