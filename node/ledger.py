"""The ledger of exchanges: what each cost, how it ended, what the hub answered.

A line is begun before the first byte and written when the exchange has ended; one
that has no end is of an exchange that still goes on, or of a process that was killed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from node.store.port import Rows
from node.store.row_types import ExchangeRow
from protocol.canonical import pack, unpack
from protocol.errors import RemoteProtocolError

WIRE: Final = "wire"
COURIER: Final = "courier"
DONE: Final = "done"
STOPPED: Final = "stopped"
"""Outcome: a person broke it off."""
BROKEN_OFF: Final = "broken-off"
"""Outcome: it ended in a way that nobody foresaw."""
UNENDED: Final = "unended"
"""Outcome of a line without an end."""

_VERSION: Final = 1


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back in an exchange, beside the sets."""

    results: Mapping[str, int] = field(default_factory=dict)
    """How many own sets came to what, by the verdict's name."""
    receipt: int = 0
    """The receipt number that the hub named last."""
    hub_time: int = 0
    reason: str = ""
    """A slug: why the other side, or the link, did not."""
    file: str = ""
    """The bundle file that was written or read."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One line of the ledger."""

    number: int
    carrier: str
    """wire · courier."""
    begun_at: int
    """Unix seconds by the own clock."""
    ended_at: int
    """0: it has no end."""
    requests: int
    bytes_up: int
    bytes_down: int
    sent: int
    received: int
    outcome: str
    """done · stopped · broken-off · unended · the code of an error."""
    answer: Reply

    @property
    def is_done(self) -> bool:
        """Both sides were even at its end."""
        return self.outcome == DONE


def exchanges(rows: Rows, limit: int, before: int | None = None) -> list[Exchange]:
    """Lines of the ledger, newest first; those below number *before*, if one is."""
    return [exchange_of(row) for row in rows.exchanges.newest(limit, before)]


def exchange_of(row: ExchangeRow) -> Exchange:
    """The line of a row."""
    return Exchange(
        number=row.exchange_no,
        carrier=row.carrier,
        begun_at=row.begun_at,
        ended_at=row.ended_at,
        requests=row.requests,
        bytes_up=row.bytes_up,
        bytes_down=row.bytes_down,
        sent=row.sent,
        received=row.received,
        outcome=row.outcome or UNENDED,
        answer=unpack_answer(row.answer),
    )


def pack_answer(answer: Reply) -> bytes:
    """The answer as it is stored."""
    results = [[name, count] for name, count in sorted(answer.results.items())]
    file = answer.file.encode("utf-8", "replace").decode("utf-8")
    told = (answer.receipt, answer.hub_time, answer.reason, file)
    return pack((_VERSION, results, *told))


def unpack_answer(data: bytes) -> Reply:
    """The answer as it was stored; an empty one where none was."""
    if not data:
        return Reply()
    try:
        items = unpack(data)
    except RemoteProtocolError:
        return Reply()
    match items:
        case (1, (*results,), int(receipt), int(time), str(reason), str(file)):
            return Reply(
                results={
                    str(each[0]): int(each[1]) for each in results if len(each) == 2
                },
                receipt=receipt,
                hub_time=time,
                reason=reason,
                file=file,
            )
        case _:
            return Reply()
