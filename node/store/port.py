"""The narrow port between the history and a database: one noun, one Protocol.

All methods are plain functions inside one transaction. Every backend passes the same
contract suite (tests/node/test_store_contract.py).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Protocol

from node.store.catalogue_port import ImportRows, MatchRows
from node.store.claim_port import ClaimRows
from node.store.desk_port import ActRows, DraftRows, HoldRows
from node.store.extract_port import EditionRows, ExtractRows
from node.store.order_port import (
    BoxKeyRows,
    ExchangeRows,
    InvitationRows,
    OrderRows,
    PeerRows,
    TrustRows,
    VerdictRows,
)
from node.store.paper_port import PaperRows
from node.store.row_types import (
    EditRow,
    JournalRow,
    LeafRow,
    LogRow,
    RecordRow,
    RowText,
    ScopeRow,
)
from node.store.set_port import SetRows
from node.store.shelf_port import ClassRows, ShelfRows
from node.store.ticket_port import DecisionRows, FormerCodeRows, Judge, TicketRows
from protocol.identity import Scope
from protocol.operations import Value

Describe = Callable[[Mapping[int, Sequence[Value]], int], RowText]
"""(Field number to shown values, scope_no): what of it is searched and sorted."""


class SettingRows(Protocol):
    """Small named values of this machine."""

    def get(self, name: str) -> Any:  # noqa: ANN401 (each name has its own type)
        """The value, or None where there is none."""

    def put(self, name: str, value: object) -> None:
        """Set it; None, int, str, bytes, or lists of these."""


class ScopeRows(Protocol):
    """Scopes and every identity by which they are known."""

    def number_of(self, scope: Scope) -> int | None:
        """The scope's number, by its canonical identity or an alias."""

    def ensure(self, scope: Scope) -> int:
        """The scope's number; a new one where it was unknown."""

    def add_alias(self, alias: Scope, scope_no: int) -> None:
        """From now on *alias* means that scope."""

    def aliases(self, scope_no: int) -> tuple[Scope, ...]:
        """Every identity by which the scope is known, sorted; its own included."""

    def set_canonical(self, scope_no: int, scope: Scope) -> None:
        """The scope's identity at the hub; the old one stays as an alias."""

    def set_granted(self, scope_no: int, *, is_granted: bool) -> None:
        """Whether the hub lets this machine write and read the scope."""

    def row(self, scope_no: int) -> ScopeRow:
        """The scope; it must exist."""

    def all(self) -> list[ScopeRow]:
        """Every scope, by number."""


class LogRows(Protocol):
    """Logs that were heard of."""

    def number_of(self, log: bytes) -> int | None:
        """The log's number."""

    def ensure(self, log: bytes) -> int:
        """The log's number; a new one where it was unknown."""

    def id_of(self, log_no: int) -> bytes:
        """The LogId of a log that exists."""

    def row(self, log_no: int) -> LogRow:
        """The log; it must exist."""

    def by_id(self, log: bytes) -> LogRow | None:
        """The log with that LogId."""

    def all(self) -> list[LogRow]:
        """Every log, by number."""

    def by_prefix(self, printed: str) -> list[LogRow]:
        """Logs whose six printed characters are *printed*."""

    def own(self) -> LogRow | None:
        """This machine's newest incarnation."""

    def identify(self, log_no: int, public_key: bytes, nonce: bytes) -> None:
        """Whose log it is."""

    def describe(self, log_no: int, name: str, state: int) -> None:
        """The machine's name and what the hub says of it."""

    def cut(self, log_no: int, seq: int, set_hash: bytes) -> None:
        """Up to which set a revoked log is valid."""

    def branch_off(
        self, log_no: int, parent_no: int, seq: int, set_hash: bytes, first_n: int
    ) -> None:
        """The log is the branch of *parent_no* that starts with that set."""

    def branches(self, parent_no: int) -> list[LogRow]:
        """Branches of a log, by the seq where they start."""

    def own_it(self, log_no: int) -> None:
        """The log is an incarnation of this machine, from now on its newest."""


class JournalRows(Protocol):
    """Own operations that are not sealed yet, in order of n."""

    def add(self, rows: Sequence[JournalRow]) -> None:
        """Append operations."""

    def get(self, n: int) -> JournalRow | None:
        """One operation."""

    def between(self, first_n: int, last_n: int, limit: int) -> list[JournalRow]:
        """Operations from n to n, both counted, at most *limit*."""

    def remove(self, ns: Iterable[int]) -> None:
        """They are sealed, or taken back."""

    def amount(self) -> tuple[int, int]:
        """How many operations there are, and their bytes."""

    def last_n(self) -> int:
        """The highest n in the journal; 0 where it is empty."""


class RecordRows(Protocol):
    """The projection."""

    def number_of(self, scope_no: int, log_no: int, n: int) -> int | None:
        """The record's number."""

    def numbers_of(
        self, scope_no: int, dots: Iterable[tuple[int, int]]
    ) -> dict[tuple[int, int], int]:
        """Numbers of those records that exist, by (log_no, n)."""

    def numbers_between(
        self, scope_no: int, log_no: int, first_n: int, last_n: int
    ) -> dict[int, int]:
        """Numbers of the records that one log created from n to n, by n."""

    def next_number(self) -> int:
        """A record number above all that exist."""

    def row(self, record_no: int) -> RecordRow | None:
        """One record."""

    def rows(self, record_nos: Iterable[int]) -> dict[int, RecordRow]:
        """Records by number."""

    def by_dot(self, log_no: int, n: int) -> list[RecordRow]:
        """Records with that identity, in whichever scopes."""

    def by_code(self, code: str) -> list[RecordRow]:
        """Records whose shown code is *code*."""

    def sharing(self, scope_no: int, codes: Iterable[str]) -> dict[str, list[int]]:
        """Standing volumes and items with one of these codes, where several share it.

        By code; numbers rise.
        """

    def registers(self, scope_no: int) -> list[RecordRow]:
        """Registers of the scope, by number."""

    def in_scope(
        self, scope_no: int, after_record_no: int, limit: int
    ) -> list[RecordRow]:
        """Records of a scope, by number."""

    def after(self, record_no: int, limit: int) -> list[RecordRow]:
        """Records above *record_no*, over all scopes."""

    def add(self, rows: Sequence[RecordRow]) -> None:
        """New records."""

    def update(self, rows: Sequence[RecordRow]) -> None:
        """Changed records."""

    def place(self, record_no: int, class_no: int, shelf_key: bytes) -> None:
        """The record stands in that class, at that key."""

    def remove(self, record_nos: Iterable[int]) -> None:
        """Records of which no operation is left."""

    def count(self) -> int:
        """How many rows there are, of whatever flags."""


class EditRows(Protocol):
    """Which operations wrote to a record, beside its create."""

    def add(self, rows: Sequence[EditRow]) -> None:
        """Enter operations; one already entered gets the new seq."""

    def of_record(self, record_no: int) -> list[EditRow]:
        """The record's operations, by log and n."""

    def seq_of(self, record_no: int, log_no: int, n: int) -> int | None:
        """The seq under which that operation is entered; None where it is not."""

    def remove(self, rows: Sequence[EditRow]) -> None:
        """Forget operations."""

    def of_records(self, record_nos: Iterable[int]) -> dict[int, list[EditRow]]:
        """Operations by record."""


class DigestRows(Protocol):
    """Buckets of leaves."""

    def mark(self, scope_no: int, buckets: Iterable[int]) -> None:
        """Leaves of these buckets changed."""

    def dirty(self, scope_no: int, limit: int) -> list[int]:
        """Buckets whose digest is not up to date."""

    def leaves(self, scope_no: int, bucket: int) -> list[LeafRow]:
        """Non-empty leaves of a bucket, in no order."""

    def put(self, scope_no: int, digests: Mapping[int, bytes]) -> None:
        """New digests; their buckets are up to date. An empty digest is removed."""

    def all(self, scope_no: int) -> dict[int, bytes]:
        """Digests of all buckets that hold a leaf."""


class TextRows(Protocol):
    """The text index."""

    def put(self, entries: Sequence[tuple[int, str]]) -> None:
        """Index new records: (record_no, tokens)."""

    def replace(self, entries: Sequence[tuple[int, str]]) -> None:
        """Index records anew; empty tokens take the record out."""


class Rows(Protocol):
    """One open transaction, noun by noun."""

    describe: Describe
    judge: Judge
    settings: SettingRows
    scopes: ScopeRows
    logs: LogRows
    sets: SetRows
    journal: JournalRows
    records: RecordRows
    edits: EditRows
    digests: DigestRows
    classes: ClassRows
    shelves: ShelfRows
    tickets: TicketRows
    decisions: DecisionRows
    former_codes: FormerCodeRows
    claims: ClaimRows
    text: TextRows
    imports: ImportRows
    matches: MatchRows
    orders: OrderRows
    verdicts: VerdictRows
    trust: TrustRows
    peers: PeerRows
    invitations: InvitationRows
    box_keys: BoxKeyRows
    exchanges: ExchangeRows
    drafts: DraftRows
    acts: ActRows
    holds: HoldRows
    papers: PaperRows
    extracts: ExtractRows
    editions: EditionRows
