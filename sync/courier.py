"""Bundles: the same exchange as a file, carried by whatever comes along.

A bundle is the bare envelope. Lost, late, twice, out of order or at the wrong room:
the state afterwards is the network's (docs/protocol.md, Bundle). It names no prefix,
because nobody knows what its reader will hold when it arrives.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from node.history.hub import Answer
from node.history.trust import entries
from node.home import sync_folder
from node.keys import random_bytes
from node.ledger import COURIER, DONE, Reply, pack_answer
from node.machine import Machine
from node.store.port import Rows
from node.store.row_types import ExchangeRow
from protocol.envelope import (
    SECRET_BYTES,
    EnvelopeKind,
    EnvelopeReader,
    EnvelopeWriter,
)
from protocol.errors import RemoteProtocolError, UnexpectedMessage, UnknownBoxKey
from protocol.identity import printed_log
from protocol.items import decode_items, encode_item
from protocol.messages import BundleHead, LogState, Purpose, TrustEntry
from protocol.openings import open_bundle, seal_bundle
from protocol.signing import public_key
from sync.bodies import BodyCompressor, BodyReader, no_prefix, sealed_blocks
from sync.box_keys import BoxKeys
from sync.engine import Load, Request, Tally, take_items
from sync.errors import (
    BundleDamaged,
    BundleForeign,
    NotJoined,
    ReceiverNotNamed,
    ReceiverUnheard,
)
from sync.reception import Reception

_READ_BYTES: Final = 64 * 1024
_NO_BOUND: Final = 1 << 40


@dataclass(frozen=True, slots=True)
class BundleReport:
    """What a bundle holds, or what came of it."""

    bytes: int
    sets: int
    """Change-sets in it."""
    results: Mapping[str, int]
    """What was made of them, by verdict."""


async def write_bundle(
    machine: Machine, path: Path, receiver: str | None = None
) -> BundleReport:
    """Write what the other side has not yet: a room's for its hub, a hub's for a room.

    *receiver* names the room where a hub knows several. The file is there whole or not
    at all.

    Raises:
        NotJoined: a room without a hub.
        ReceiverNotNamed, ReceiverUnheard: it is not clear for which room, or nothing
            was heard from it yet.
    """
    await machine.catalogue.recover()
    box_keys = BoxKeys(machine.store, machine.keys)
    tally = Tally()
    if machine.is_hub:
        blocks = await _blocks_to_room(machine, box_keys, receiver, tally)
    else:
        blocks = await _blocks_to_hub(machine, box_keys, tally)
    size = await _write_file(path, blocks)
    sets = tally.received if machine.is_hub else tally.sent
    await _enter(machine, path, {}, sent=sets, bytes_up=size)
    return BundleReport(size, sets, {})


async def read_bundle(machine: Machine, path: Path) -> BundleReport:
    """Take in a bundle that somebody brought.

    Raises:
        BundleForeign: it is for another machine, or its key is erased here.
        BundleDamaged: it is cut or changed; what stood whole before that is kept.
        UnknownSender: at a hub, a bundle of a machine that has not joined.
        NotJoined: a room without a hub.
    """
    box_keys = BoxKeys(machine.store, machine.keys)
    tally = Tally()
    with path.open("rb") as file:
        source = _FileSource(file)
        try:
            if machine.is_hub:
                is_whole = await _read_at_hub(machine, box_keys, source, tally)
            else:
                is_whole = await _read_at_room(machine, box_keys, source, tally)
        except UnknownBoxKey as error:
            raise BundleForeign(str(path)) from error
        except RemoteProtocolError as error:
            raise BundleDamaged(str(path), error.code, tally.received) from error
    if not is_whole:
        raise BundleDamaged(str(path), "cut", tally.received)
    size = source.read_bytes
    results = tally.results
    await _enter(machine, path, results, received=tally.received, bytes_down=size)
    return BundleReport(size, tally.received, tally.results)


async def _blocks_to_hub(
    machine: Machine, box_keys: BoxKeys, tally: Tally
) -> AsyncIterator[bytes]:
    hub_key = await machine.room.hub_key()
    box = None if hub_key is None else await box_keys.known(hub_key, Purpose.COURIER)
    if hub_key is None or box is None:
        raise NotJoined
    await box_keys.renew(await machine.room.hub_time())
    await machine.room.prepare()
    hello, statements = await machine.room.hello(None, introduces=True)
    envelope = EnvelopeWriter.to_receiver(
        EnvelopeKind.BUNDLE_TO_HUB, box.key, random_bytes(SECRET_BYTES)
    )
    request = Request(
        machine.room,
        box_keys,
        envelope,
        hello,
        hub_key=hub_key,
        seed=machine.keys.machine_seed,
        tally=tally,
    )
    load = Load(hello.log, limit_bytes=None)
    frames = load.stream(statements, machine.room.outgoing())
    return _counting(request.blocks(frames), load, tally)


async def _counting(
    blocks: AsyncIterator[bytes], load: Load, tally: Tally
) -> AsyncIterator[bytes]:
    async for block in blocks:
        yield block
    tally.note_sent(load.sets, b"")


async def _blocks_to_room(
    machine: Machine, box_keys: BoxKeys, receiver: str | None, tally: Tally
) -> AsyncIterator[bytes]:
    await box_keys.renew(machine.clock.now())
    entry = await _receiver(machine, receiver)
    answer = await machine.hub.bundle_answer(entry.log, budget_bytes=_NO_BOUND)
    box = await box_keys.known(entry.public_key, Purpose.COURIER)
    if answer is None or box is None:
        raise ReceiverUnheard(entry.name)
    envelope = EnvelopeWriter.to_receiver(
        EnvelopeKind.BUNDLE_TO_ROOM, box.key, random_bytes(SECRET_BYTES)
    )
    head = BundleHead(entry.log, answer.spans, answer.checkpoint)
    opening = seal_bundle(
        head, envelope.binding, entry.public_key, machine.keys.machine_seed
    )
    frames = BodyCompressor().frames(_plains(box_keys, answer, tally))
    return sealed_blocks(envelope, opening, frames)


async def _plains(
    box_keys: BoxKeys, answer: Answer, tally: Tally
) -> AsyncIterator[bytes]:
    for purpose in (Purpose.WIRE, Purpose.COURIER):
        yield encode_item(await box_keys.newest_own(purpose))
    scopes = tuple(span.scope for span in answer.spans)
    async for item in answer.items:
        tally.note_item(item)
        yield encode_item(item, scopes)


async def _receiver(machine: Machine, wanted: str | None) -> TrustEntry:
    own = public_key(machine.keys.machine_seed)
    rooms = [
        entry
        for entry in await machine.store.read(entries)
        if entry.public_key != own and entry.state == LogState.ACTIVE
    ]
    if wanted is not None:
        rooms = [
            entry for entry in rooms if wanted in (entry.name, printed_log(entry.log))
        ]
    if len(rooms) != 1:
        raise ReceiverNotNamed(wanted or "", tuple(entry.name for entry in rooms))
    return rooms[0]


async def _read_at_hub(
    machine: Machine, box_keys: BoxKeys, source: _FileSource, tally: Tally
) -> bool:
    reception = Reception(machine.hub, machine.keys, box_keys, machine.clock)
    reader = reception.open_envelope()
    taken = await reception.take(
        source, reader, EnvelopeKind.BUNDLE_TO_HUB, note=tally.note_verdicts
    )
    if taken is None or not taken.is_whole:
        return False
    await reception.hear(taken)
    return True


async def _read_at_room(
    machine: Machine, box_keys: BoxKeys, source: _FileSource, tally: Tally
) -> bool:
    hub_key = await machine.room.hub_key()
    if hub_key is None:
        raise NotJoined
    reader = EnvelopeReader(box_keys.private)
    body = BodyReader(source, reader, no_prefix)
    opening = await body.opening()
    if opening is None:
        return False
    if reader.kind is not EnvelopeKind.BUNDLE_TO_ROOM:
        message = f"an envelope of kind {reader.kind}"
        raise UnexpectedMessage(message)
    own = public_key(machine.keys.machine_seed)
    head = open_bundle(opening, reader.binding, own, hub_key)
    await machine.room.take_bundle_head(head)
    scopes = tuple(span.scope for span in head.spans)
    async for batch in body.batches():
        items = [item for plain in batch for item in decode_items(plain, scopes)]
        await take_items(machine.room, box_keys, items, hub_key=hub_key, tally=tally)
    return body.is_whole


class _FileSource:
    """A file as the source of a body."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.read_bytes = 0

    @property
    def is_empty(self) -> bool:
        """Nothing is waiting: a file is read when it is asked."""
        return False

    async def take(self) -> bytes:
        """The next bytes; empty at the end."""
        data = await asyncio.to_thread(self._file.read, _READ_BYTES)
        self.read_bytes += len(data)
        return data


async def _write_file(path: Path, blocks: AsyncIterator[bytes]) -> int:
    """Write *blocks* to a new file, and give it its name when it is on the disk."""
    fresh = path.with_name(path.name + ".part")
    size = 0
    try:
        with fresh.open("wb") as file:
            async for block in blocks:
                await asyncio.to_thread(file.write, block)
                size += len(block)
            file.flush()
            await asyncio.to_thread(os.fsync, file.fileno())
        fresh.replace(path)
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)
    return size


async def _enter(
    machine: Machine,
    path: Path,
    results: Mapping[str, int],
    *,
    sent: int = 0,
    received: int = 0,
    bytes_up: int = 0,
    bytes_down: int = 0,
) -> None:
    """A line in the ledger."""
    now = machine.clock.now()
    answer = Reply(results, file=str(path))

    def work(rows: Rows) -> None:
        number = rows.exchanges.begin(COURIER, None, now)
        rows.exchanges.put(
            ExchangeRow(
                exchange_no=number,
                carrier=COURIER,
                peer=None,
                begun_at=now,
                ended_at=now,
                requests=0,
                bytes_up=bytes_up,
                bytes_down=bytes_down,
                sent=sent,
                received=received,
                outcome=DONE,
                answer=pack_answer(answer),
            )
        )

    await machine.store.write(work)
