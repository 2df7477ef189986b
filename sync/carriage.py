"""One session with the hub over a network: requests until both sides are even.

Laws of this file (docs/protocol.md, Exchange):

1. After a request that ended without a checkpoint the next one only asks, so nothing
   that arrived goes up twice.
2. A session gives up when several requests running bring nothing forward, and never
   because it is long.
3. Whatever the outcome, a line in the ledger says what it cost.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from node.clock import elapsed
from node.errors import NodeError
from node.history.departures import SENT, departing, unconfirmed
from node.history.room import Until
from node.keys import random_bytes
from node.ledger import (
    BROKEN_OFF,
    DONE,
    STOPPED,
    WIRE,
    Reply,
    pack_answer,
)
from node.machine import HUB_ADDRESS, Machine
from node.store.port import Rows
from node.store.row_types import ExchangeRow
from protocol.boxkeys import open_notice
from protocol.envelope import (
    SECRET_BYTES,
    EnvelopeKind,
    EnvelopeWriter,
    sealed_hash,
)
from protocol.errors import BadSignature, RemoteProtocolError, UnknownPrefix
from protocol.exchange_limits import BODY_LIMIT_BYTES
from protocol.messages import BoxKeyStatement, Hello, Purpose
from sync.box_keys import BoxKeys
from sync.engine import Load, Request, Tally, listed, nothing_outgoing
from sync.errors import (
    Interrupted,
    NoAddress,
    NotARoom,
    NotJoined,
    PeerBusy,
    PeerMisbehaved,
    PeerRefused,
    PeerUnreachable,
    SyncError,
)
from sync.headway import TICK_SECONDS, Progress, Reckoning
from sync.http_client import Response, Wire
from sync.statuses import (
    BUSY,
    KEY_NOTICE,
    NOT_KNOWN,
    NOTICE_LIMIT_BYTES,
    OK,
    PREFIX_NOT_HELD,
)

FRUITLESS_LIMIT: Final = 6
"""Requests running that brought nothing forward before a session gives up."""
BODY_SECONDS: Final = 60.0
"""A request takes about so long at the measured rate; proxies hold whole bodies."""
LEAST_BODY_BYTES: Final = 32 * 1024
FIRST_WAIT_SECONDS: Final = 0.2
LONGEST_WAIT_SECONDS: Final = 30.0
BUSY_LIMIT_SECONDS: Final = 60

_ANSWERED_OUTCOMES: Final = frozenset({DONE, "peer-unreachable", "no-address"})

_PASSING = (Interrupted, PeerBusy, PeerMisbehaved, PeerRefused, PeerUnreachable)


@dataclass(frozen=True, slots=True)
class ExchangeReport:
    """What a session did and cost."""

    bytes_up: int
    """TCP payload that the other side acknowledged, heads included."""
    bytes_down: int
    requests: int
    sent: int
    received: int
    results: Mapping[str, int]
    seconds: float


async def exchange(
    machine: Machine, address: str | None = None, progress: Progress | None = None
) -> ExchangeReport:
    """Bring this room and its hub to the same state, as far as the link allows.

    Raises:
        NotARoom, NotJoined, NoAddress: there is nobody to exchange with.
        PeerUnreachable, Interrupted, PeerBusy, PeerRefused, PeerMisbehaved: the link
            or the hub did not do; what had arrived stays, and the next try goes on.
        NodeError: this machine's own store.
    """
    if machine.is_hub:
        raise NotARoom
    hub_key = await machine.room.hub_key()
    if hub_key is None:
        raise NotJoined
    where = address or await machine.store.read(
        lambda rows: rows.settings.get(HUB_ADDRESS)
    )
    if not where:
        raise NoAddress
    async with Wire(str(where)) as wire:
        session = _Session(machine, wire, hub_key, progress)
        return await session.run()


class _Session:
    """Requests to one hub, one after the other."""

    def __init__(
        self, machine: Machine, wire: Wire, hub_key: bytes, progress: Progress | None
    ) -> None:
        self._machine = machine
        self._room = machine.room
        self._wire = wire
        self._hub_key = hub_key
        self._progress = progress
        self._box_keys = BoxKeys(machine.store, machine.keys)
        self._tally = Tally()
        self._requests = 0
        self._until: Until | None = None
        self._only_asks = False
        """A request ended without a checkpoint: ask where the hub stands."""
        self._is_plain = False
        self._introduces = False
        """The hub did not know this machine's log: say whose it is."""
        self._is_even = False
        self._has_met = False
        """Somebody was there in this session."""
        self._receipted_seq = 0
        self._receipt = (0, 0)
        """Number and hub time of the newest receipt heard."""
        self._reckoning = Reckoning()
        self._bound_bytes = BODY_LIMIT_BYTES
        self._hub_box: BoxKeyStatement | None = None
        """The box key of a key notice of this session."""
        self._begun = elapsed()

    async def run(self) -> ExchangeReport:
        clock = self._machine.clock
        self._only_asks = await _ended_open(self._machine)
        ledger = await self._machine.store.write(
            lambda rows: rows.exchanges.begin(WIRE, self._hub_key, clock.now())
        )
        begun_at = clock.now()
        outcome, reason = BROKEN_OFF, ""
        ticking = asyncio.create_task(self._tick())
        try:
            await self._until_even()
            outcome = DONE
        except asyncio.CancelledError:
            outcome = STOPPED
            raise
        except (SyncError, NodeError) as error:
            outcome, reason = error.code, str(getattr(error, "reason", ""))
            raise
        finally:
            ticking.cancel()
            report = self._report()
            answer = Reply(report.results, *self._receipt, reason)
            handed = self._tally.handed_up_to
            row = ExchangeRow(
                exchange_no=ledger,
                carrier=WIRE,
                peer=self._hub_key,
                begun_at=begun_at,
                ended_at=clock.now(),
                requests=report.requests,
                bytes_up=report.bytes_up,
                bytes_down=report.bytes_down,
                sent=report.sent,
                received=report.received,
                outcome=outcome,
                answer=pack_answer(answer),
            )
            await self._machine.store.write(lambda rows: _enter(rows, row, handed))
        return report

    def _report(self) -> ExchangeReport:
        traffic = self._wire.traffic
        return ExchangeReport(
            bytes_up=traffic.sent_bytes,
            bytes_down=traffic.received_bytes,
            requests=self._requests,
            sent=self._tally.sent,
            received=self._tally.received,
            results=self._tally.results,
            seconds=elapsed() - self._begun,
        )

    async def _tick(self) -> None:
        """Say how far the session is, also while nothing moves."""
        while self._progress is not None:
            self._tell()
            await asyncio.sleep(TICK_SECONDS)

    def _tell(self) -> None:
        if self._progress is not None:
            tally, traffic = self._tally, self._wire.traffic
            self._progress(
                self._reckoning.headway(traffic, tally.sent, tally.received, elapsed())
            )

    async def _until_even(self) -> None:
        await self._machine.catalogue.recover()
        await self._box_keys.renew(await self._room.hub_time())
        await self._room.prepare()
        self._reckoning.begin(
            *await self._machine.store.read(
                lambda rows: (departing(rows), unconfirmed(rows))
            )
        )
        fruitless = 0
        while not self._is_even:
            before = self._standing()
            try:
                await self._request()
            except _PASSING as error:
                fruitless = 0 if self._standing() != before else fruitless + 1
                is_alone = isinstance(error, PeerUnreachable) and not self._has_met
                if is_alone or fruitless >= FRUITLESS_LIMIT:
                    raise
                await asyncio.sleep(_wait_seconds(error, fruitless))
            else:
                fruitless = 0

    def _standing(self) -> tuple[int, int, int]:
        """Changes whenever something was brought forward."""
        return (
            self._tally.received + self._tally.shared,
            self._tally.confirmed + self._tally.verdicts.total(),
            self._receipted_seq,
        )

    async def _request(self) -> None:
        hub_box = self._hub_box or await self._box_keys.known(
            self._hub_key, Purpose.WIRE
        )
        if hub_box is None:
            raise NotJoined
        envelope = EnvelopeWriter.to_receiver(
            EnvelopeKind.EXCHANGE, hub_box.key, random_bytes(SECRET_BYTES)
        )
        only_asks, self._only_asks = self._only_asks, True
        hello, statements = await self._room.hello(
            self._until,
            plain=self._is_plain,
            introduces=self._introduces,
            accepts_bytes=0 if only_asks else self._bound_bytes,
        )
        load = Load(
            hello.log,
            limit_bytes=self._bound_bytes,
            choose_prefix=None if self._is_plain else self._room.choose_prefix,
        )
        await load.fill(
            statements, nothing_outgoing() if only_asks else self._room.outgoing()
        )
        request = Request(
            self._room,
            self._box_keys,
            envelope,
            load.told_by(hello),
            hub_key=self._hub_key,
            seed=self._machine.keys.machine_seed,
            tally=self._tally,
        )
        self._requests += 1
        begun, sent_before = elapsed(), self._wire.traffic.sent_bytes
        body = [block async for block in request.blocks(listed(load.frames))]
        self._reckoning.begin_request(
            sum(map(len, body)),
            load.frames,
            len(load.sets),
            sent=self._tally.sent,
            new_sets=self._tally.new_among(load.sets),
            traffic=self._wire.traffic,
        )

        def moved() -> None:
            self._hear(hello, request)

        try:
            async with self._wire.post("/x", body) as response:
                self._has_met = True
                self._tally.note_sent(load.sets, hello.log)
                self._measure(sent_before, elapsed() - begun)
                if response.status != OK:
                    raise await self._refused(response, envelope)
                answered = await request.read_answer(response.inflow, moved)
                cut = response.inflow.cut or "the answer ended early"
        except Interrupted:
            self._has_met = True
            self._tally.note_sent(load.sets, hello.log)
            self._measure(sent_before, elapsed() - begun)
            raise
        except RemoteProtocolError as error:
            self._is_plain = self._is_plain or isinstance(error, UnknownPrefix)
            raise PeerMisbehaved(self._wire.address, error) from error
        finally:
            self._note(request)
        if answered is None:
            raise Interrupted(self._wire.address, cut)
        self._until = answered.outcome.until
        self._is_even = (
            not only_asks
            and await self._room.is_done(answered.checkpoint)
            and not load.left_out_some
        )

    def _measure(self, sent_before: int, seconds: float) -> None:
        """Bound the next request by what the link let through in this one."""
        sent_bytes = self._wire.traffic.sent_bytes - sent_before
        if sent_bytes >= LEAST_BODY_BYTES and seconds > 0:
            in_time = int(sent_bytes / seconds * BODY_SECONDS)
            self._bound_bytes = max(LEAST_BODY_BYTES, min(BODY_LIMIT_BYTES, in_time))

    def _hear(self, hello: Hello, request: Request) -> None:
        """The hub's word, or more of its answer, has been taken in."""
        checkpoint = request.checkpoint
        if checkpoint is not None:
            self._receipt = (checkpoint.receipt, checkpoint.hub_time)
            if self._reckoning.is_news(checkpoint):
                tally = self._tally
                self._reckoning.hear(hello, checkpoint, tally.received, tally.confirmed)
        self._tell()

    def _note(self, request: Request) -> None:
        self._reckoning.end_request()
        checkpoint = request.checkpoint
        if checkpoint is not None:
            self._only_asks = False
            self._receipted_seq = checkpoint.receipted_seq

    async def _refused(self, response: Response, envelope: EnvelopeWriter) -> SyncError:
        """What an answer without authority comes to."""
        where = self._wire.address
        if response.status == BUSY:
            return PeerBusy(where, response.wait_seconds or 1)
        if response.status == KEY_NOTICE:
            body = await response.read_short(NOTICE_LIMIT_BYTES)
            notice = open_notice(body, sealed_hash(envelope.secrets.address))
            if notice.statement.owner != self._hub_key:
                message = "a key notice of another hub"
                raise BadSignature(message)
            # It answers this very envelope, so its key is the hub's key of today,
            # also where a restored hub has forgotten a newer one.
            self._hub_box = notice.statement
            await self._box_keys.learn(notice.statement, self._hub_key)
            return PeerRefused(where, "box-key-renewed")
        if response.status == PREFIX_NOT_HELD:
            self._is_plain = True
        if response.status == NOT_KNOWN:
            self._introduces = True
        return PeerRefused(where, await response.refusal())


def _enter(rows: Rows, row: ExchangeRow, handed: tuple[bytes, int] | None) -> None:
    """The line in the ledger, and up to which own set was handed to the network."""
    rows.exchanges.put(row)
    if handed is not None:
        rows.settings.put(SENT, list(handed))


async def _ended_open(machine: Machine) -> bool:
    """The last session may have ended behind a request without an answer."""
    last = await machine.store.read(lambda rows: rows.exchanges.newest(1))
    return bool(last) and last[0].outcome not in _ANSWERED_OUTCOMES


def _wait_seconds(error: SyncError, fruitless: int) -> float:
    """Longer after each fruitless try, and never the same for two rooms."""
    if isinstance(error, PeerBusy):
        return min(error.wait_seconds, BUSY_LIMIT_SECONDS) * _spread()
    wait = FIRST_WAIT_SECONDS * float(2**fruitless)
    return min(wait, LONGEST_WAIT_SECONDS) * _spread()


def _spread() -> float:
    return 0.5 + int.from_bytes(random_bytes(2), "big") / 65_536
