"""A save: own operations kept at once, together with what they do to the rows.

The machine signs when they are sealed; an operator signs here, where an operation gets
its number. Numbers rise over all scopes of the log, each given once. Everything here
runs inside one write transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Final

from node.history.effects import DotNo, effect_of
from node.history.operator_signatures import kept_form, size_of_signatures
from node.history.projection import Applied, apply_set
from node.history.rebuilding import drop_pending, rebuild_records
from node.operator_keys import Operator
from node.store.port import Rows
from node.store.row_types import JournalRow
from protocol.errors import LocalProtocolError
from protocol.operation_codec import decode_operation, encode_operation
from protocol.operations import Operation

NEXT_N: Final = "next_n"
"""Setting: the number that the next own operation gets."""


def next_n(rows: Rows) -> int:
    """The number that the next own operation gets."""
    known = rows.settings.get(NEXT_N)
    return known if isinstance(known, int) else 1


def number_from(rows: Rows, n: int) -> None:
    """Own operations are numbered from *n* on; for a new incarnation."""
    rows.settings.put(NEXT_N, n)


def own_log_no(rows: Rows) -> int:
    """The log in which this machine writes.

    Raises:
        LocalProtocolError: it has none yet.
    """
    own = rows.logs.own()
    if own is None:
        message = "this machine has no log yet"
        raise LocalProtocolError(message)
    return own.log_no


def save(
    rows: Rows,
    scope_no: int,
    make: Callable[[int], Operation],
    *,
    import_no: int = 0,
    signer: Operator | None = None,
) -> Operation:
    """Keep the operation that *make* returns for the number it is given."""
    (operation,) = save_all(
        rows, scope_no, lambda n: (make(n),), import_no=import_no, signer=signer
    )
    return operation


def save_all(
    rows: Rows,
    scope_no: int,
    make: Callable[[int], Sequence[Operation]],
    *,
    import_no: int = 0,
    is_one_act: bool = True,
    signer: Operator | None = None,
) -> tuple[Operation, ...]:
    """Keep the operations that *make* returns for the first number it is given.

    They count as one act, shown and sealed together, or each as its own. *signer*: the
    operator whose word each of them is.

    Raises:
        LocalProtocolError: one cannot be sealed, or the numbers do not rise by one.
    """
    first = next_n(rows)
    operations = tuple(make(first))
    for step, operation in enumerate(operations):
        if operation.n != first + step:
            message = f"operation {operation.n} should be number {first + step}"
            raise LocalProtocolError(message)
    if operations:
        keep(
            rows,
            scope_no,
            operations,
            import_no=import_no,
            is_one_act=is_one_act,
            signatures=_signed_by(signer, rows, scope_no, operations),
        )
        rows.settings.put(NEXT_N, first + len(operations))
    return operations


def keep(
    rows: Rows,
    scope_no: int,
    operations: Sequence[Operation],
    *,
    import_no: int = 0,
    is_one_act: bool = True,
    signatures: Sequence[bytes] = (),
) -> Applied:
    """Journal numbered operations and apply them as own work.

    *signatures*: operators' signatures over each, as a journal row holds them.
    """
    act = operations[0].n
    journalled = []
    for place, operation in enumerate(operations):
        coded = encode_operation(operation)
        signed = signatures[place] if signatures else b""
        journalled.append(
            JournalRow(
                operation.n,
                scope_no,
                act if is_one_act else operation.n,
                import_no,
                len(coded) + size_of_signatures(signed),
                coded,
                signed,
            )
        )
    rows.journal.add(journalled)
    return apply_set(
        rows,
        own_log_no(rows),
        scope_no,
        operations,
        admitted=False,
        seq=0,
        received_at=0,
        import_no=import_no,
    )


def _signed_by(
    signer: Operator | None, rows: Rows, scope_no: int, operations: Sequence[Operation]
) -> list[bytes]:
    if signer is None:
        return []
    log = rows.logs.row(own_log_no(rows)).log
    scope = rows.scopes.row(scope_no).scope
    return [kept_form(signer.sign(log, scope, each)) for each in operations]


def take_back(rows: Rows, ns: Iterable[int]) -> int:
    """Unsealed operations leave the journal as if they had never been saved.

    Their numbers are not given out again. Returns how many there were.
    """
    found = (rows.journal.get(n) for n in ns)
    return _take_out(rows, [row for row in found if row is not None])


def take_back_import(rows: Rows, first_n: int, last_n: int, import_no: int) -> int:
    """The import's unsealed operations from n to n leave the journal likewise."""
    found = rows.journal.between(first_n, last_n, last_n - first_n + 1)
    return _take_out(rows, [row for row in found if row.import_no == import_no])


def _take_out(rows: Rows, gone: Sequence[JournalRow]) -> int:
    log_no = own_log_no(rows)
    touched: dict[int, list[DotNo]] = {}
    for row in gone:
        effect = effect_of(decode_operation(row.op), log_no, rows.logs.ensure)
        if effect is not None:
            number = rows.records.number_of(row.scope_no, *effect.record)
            if number is not None:
                touched.setdefault(number, []).append(effect.dot)
    rows.journal.remove([row.n for row in gone])
    found = rows.records.rows(touched)
    rebuild_records(
        rows,
        [
            number
            for number, dots in touched.items()
            if number not in found or not drop_pending(rows, found[number], dots)
        ],
    )
    return len(gone)
