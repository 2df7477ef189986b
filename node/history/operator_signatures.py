"""What operators have signed, read back: the very bytes, and whether they verify.

A signature is over the log and the scope that stand in the header of its set, and over
the operation as it stands in the body: in a fork's branch the dots there mean other
ones, and that changes nothing that was signed. Whether a signer was an operator is
asked in node/history/operators.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from node.history.branches import find_set
from node.store.port import Rows
from node.store.row_types import JournalRow
from protocol.changeset import OPERATOR_TAG, Body, decode_redacted
from protocol.errors import BadSignature, ProtocolError
from protocol.header import Header, decode_header
from protocol.identity import Scope
from protocol.operation_codec import signed_form
from protocol.operations import Operation, OperatorSignature, Redact
from protocol.signing import PUBLIC_KEY_BYTES, SIGNATURE_BYTES, verify

_KEPT_BYTES: Final = PUBLIC_KEY_BYTES + SIGNATURE_BYTES
_MARKS_BYTES: Final = 7
"""What a body needs for one signature beside key and signature, at most."""


class Signed(NamedTuple):
    """One operation as operators signed it."""

    log: bytes
    scope: Scope
    operation: Operation
    signatures: tuple[OperatorSignature, ...]

    def verified(self) -> Iterator[tuple[bytes, bool]]:
        """Each signer's public key, and whether the signature verifies."""
        try:
            message = signed_form(self.operation, self.log, self.scope)
        except ProtocolError:
            yield from ((each.public_key, False) for each in self.signatures)
            return
        for each in self.signatures:
            try:
                verify(each.public_key, OPERATOR_TAG, message, each.signature)
            except BadSignature:
                yield each.public_key, False
            else:
                yield each.public_key, True


def kept_form(made: OperatorSignature) -> bytes:
    """A signature as a journal row keeps it: public key (32), signature (64)."""
    return made.public_key + made.signature


def signatures_of(row: JournalRow) -> tuple[OperatorSignature, ...]:
    """The operators' signatures over a journalled operation, rising by key."""
    parts = [
        row.signatures[start : start + _KEPT_BYTES]
        for start in range(0, len(row.signatures), _KEPT_BYTES)
    ]
    return tuple(
        OperatorSignature(row.n, part[:PUBLIC_KEY_BYTES], part[PUBLIC_KEY_BYTES:])
        for part in sorted(parts)
    )


def size_of_signatures(kept: bytes) -> int:
    """What the signatures over one operation add to a body, at most."""
    return len(kept) + len(kept) // _KEPT_BYTES * _MARKS_BYTES


def signed_in(header: Header, body: Body) -> dict[int, Signed]:
    """By number, what operators signed in the set of *header*."""
    return _signed(header.log, header.scope, body)


def signed_in_journal(rows: Rows, row: JournalRow, operation: Operation) -> Signed:
    """What operators signed of an operation that is not sealed yet."""
    scope = rows.scopes.row(row.scope_no).scope
    own = rows.logs.own()
    log = b"" if own is None else own.log
    return Signed(log, scope, operation, signatures_of(row))


def signed_left(rows: Rows, redact: Redact, scope_no: int) -> dict[int, Signed]:
    """By number, what operators signed in the body that *redact* left.

    Raises:
        RemoteProtocolError: the redaction does not decode.
    """
    body = decode_redacted(redact)
    if not body.signatures:
        return {}
    log, scope = redact.log, rows.scopes.row(scope_no).scope
    removed = find_set(rows, redact.log, redact.seq, redact.hash)
    if removed is not None:
        header = decode_header(removed.header)
        log, scope = header.log, header.scope
    return _signed(log, scope, body)


def _signed(log: bytes, scope: Scope, body: Body) -> dict[int, Signed]:
    if not body.signatures:
        return {}
    by_n: dict[int, list[OperatorSignature]] = {}
    for each in body.signatures:
        by_n.setdefault(each.n, []).append(each)
    operations = {each.n: each for each in body.operations}
    return {
        n: Signed(log, scope, operations[n], tuple(found))
        for n, found in by_n.items()
        if n in operations
    }


def stray(body: Body) -> Iterable[OperatorSignature]:
    """Signatures over numbers that the body does not hold."""
    held = {each.n for each in body.operations}
    return [each for each in body.signatures if each.n not in held]
