"""What is asked once for all records of a set: whose fonds, which rules, who writes."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import Final

from node.history.effects import is_copy
from node.history.logbook import DecodedSets
from node.history.registers import (
    OWNER,
    Word,
    hub_key,
    machine_key,
    own_key,
    owner_in,
    pack_version,
    words,
)
from node.history.survivors import RecordState
from node.store.port import Rows
from protocol.operations import EXISTENCE_FIELD

STATE_FIELD: Final = 6
CODE_FIELD: Final = 10
CORRECTIONS_FIELD: Final = 46
DISPUTE_FIELD: Final = 47
"""裁定往来: (3, kind, field, what it refers to, text); the same in every rule pack."""
RULING_FIELD: Final = 48
"""裁定: what a decision of several operations was."""
FILED: Final = "filed"
QUESTION: Final = 1
ANSWER: Final = 2
OBJECTION: Final = 3


class Docket:
    """What is asked once for all records of a set of one scope."""

    def __init__(
        self, rows: Rows, scope_no: int, decoded: DecodedSets, log_no: int = 0
    ) -> None:
        """*log_no*: whose set is being applied; 0 where none is."""
        self.rows = rows
        self.scope_no = scope_no
        self.decoded = decoded
        self._log_no = log_no

    @cached_property
    def owner_words(self) -> list[Word]:
        """What the hub said of the fonds' owner."""
        return words(self.rows, self.scope_no, OWNER)

    @cached_property
    def pack(self) -> int:
        """The version of the rule pack in force."""
        return pack_version(self.rows, self.scope_no)

    @cached_property
    def is_hubs(self) -> bool:
        """Whether the hub wrote the set."""
        return bool(self._log_no) and (
            machine_key(self.rows, self._log_no)
            == (hub_key(self.rows) or own_key(self.rows))
        )

    @cached_property
    def may_propose(self) -> bool:
        """Whether the set's machine is not the owner of the fonds, nor the hub."""
        if not self._log_no or not self.owner_words:
            return False
        key = machine_key(self.rows, self._log_no)
        owner = owner_in(self.owner_words)
        return (
            owner is not None
            and key not in owner.machine_keys
            and key != hub_key(self.rows)
        )


def needs_look(state: RecordState, fields: Iterable[int], docket: Docket) -> bool:
    """Whether the state may have a ticket; False is sure, and cheap."""
    live = state.live
    if any(len(live.get(number, ())) > 1 for number in fields):
        return True
    if EXISTENCE_FIELD in live or DISPUTE_FIELD in state.elements:
        return True
    if STATE_FIELD in live and len(_logs_in(state)) > 1:
        return True
    return docket.may_propose or (
        any(is_copy(v) for number in fields for v in live.get(number, {}).values())
        and bool(docket.owner_words)
    )


def _logs_in(state: RecordState) -> set[int]:
    return {dot[0] for cell in state.live.values() for dot in cell}
