"""The hub at its address: takes exchanges and joins over HTTP.

``POST /x`` is an exchange, ``POST /join`` a join (docs/protocol.md, Transport). A
status other than 200 proves nothing to a room and changes nothing there.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Final

from aiohttp import web

from node.errors import StoreBusy, StoreFull
from node.machine import Machine
from protocol.envelope import EnvelopeKind, EnvelopeReader
from protocol.errors import RemoteProtocolError, UnknownBoxKey, UnknownPrefix
from protocol.exchange_limits import BODY_LIMIT_BYTES
from sync.box_keys import BoxKeys
from sync.enrolment import Enrolment
from sync.errors import InvitationRefused, NotAHub, UnknownSender
from sync.http_server import open_site, refusal, respond
from sync.inflow import Inflow, start_pump
from sync.likes import LookingForLikes
from sync.reception import Reception
from sync.statuses import BUSY, KEY_NOTICE, NOT_KNOWN, NOT_TAKEN, PREFIX_NOT_HELD

BODIES_LIMIT: Final = 24
"""Request bodies that are decoded at a time."""
WAITING_LIMIT: Final = 64
"""Requests that wait unread for their turn; more are told to come back."""
RETRY_SECONDS: Final = 5
RENEW_SECONDS: Final = 6 * 3600.0

_log = logging.getLogger(__name__)


async def serve(
    machine: Machine, host: str, port: int, ready: Callable[[str], None]
) -> None:
    """Listen until cancelled; *ready* gets the address as soon as it is open.

    Raises:
        NotAHub: the machine is a room.
        AddressInUse: the address cannot be listened at.
    """
    async with listening(machine, host, port) as bound:
        shown = f"[{host}]" if ":" in host else host
        ready(f"http://{shown}:{bound}")
        await asyncio.Event().wait()


@asynccontextmanager
async def listening(machine: Machine, host: str, port: int) -> AsyncIterator[int]:
    """Listen while the context lasts; gives the port.

    Raises:
        NotAHub: the machine is a room.
        AddressInUse: the address cannot be listened at.
    """
    if not machine.is_hub:
        raise NotAHub
    box_keys = BoxKeys(machine.store, machine.keys)
    await box_keys.renew(machine.clock.now())
    await machine.catalogue.recover()
    await machine.hub.prepare()
    likes = LookingForLikes(machine)
    counter = Counter(machine, box_keys, likes)
    paths = {"/x": counter.exchange, "/join": counter.join}
    beside = [
        asyncio.create_task(_renew(machine, box_keys)),
        asyncio.create_task(likes.run()),
    ]
    try:
        async with open_site(paths, host, port) as bound:
            yield bound
    finally:
        for task in beside:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


async def _renew(machine: Machine, box_keys: BoxKeys) -> None:
    while True:
        await asyncio.sleep(RENEW_SECONDS)
        try:
            await box_keys.renew(machine.clock.now())
        except (StoreBusy, StoreFull) as error:
            _log.warning("box keys not renewed: %s", error.code)


class Counter:
    """Where requests come in: one at a time decoded for each of so many places."""

    def __init__(
        self, machine: Machine, box_keys: BoxKeys, likes: LookingForLikes
    ) -> None:
        self._likes = likes
        self._reception = Reception(machine.hub, machine.keys, box_keys, machine.clock)
        self._joins = Enrolment(machine, box_keys)
        self._places = asyncio.Semaphore(BODIES_LIMIT)
        self._waiting = 0

    async def exchange(self, request: web.Request) -> web.StreamResponse:
        """Take one exchange."""
        return await self._answer(request, self._exchange)

    async def join(self, request: web.Request) -> web.StreamResponse:
        """Take one join."""
        return await self._answer(request, self._join)

    async def _answer(
        self,
        request: web.Request,
        take: Callable[
            [web.Request, Inflow, EnvelopeReader], Awaitable[web.StreamResponse]
        ],
    ) -> web.StreamResponse:
        if self._waiting >= WAITING_LIMIT:
            return refusal(BUSY, b"busy", wait_seconds=RETRY_SECONDS)
        inflow = Inflow(request.transport, limit_bytes=BODY_LIMIT_BYTES)
        # No await stands between here and the pump: see sync/inflow.py, law 1.
        pumping = start_pump(request.content, inflow)
        reader = self._reception.open_envelope()
        try:
            return await take(request, inflow, reader)
        except UnknownBoxKey:
            return refusal(KEY_NOTICE, await self._reception.notice(reader))
        except UnknownPrefix as error:
            return refusal(PREFIX_NOT_HELD, error.code.encode("ascii"))
        except RemoteProtocolError as error:
            _log.info("%s: %s: %s", request.path, error.code, error)
            return refusal(NOT_TAKEN, error.code.encode("ascii"))
        except UnknownSender as error:
            _log.info("%s: %s: %s", request.path, error.code, error)
            return refusal(NOT_KNOWN, error.code.encode("ascii"))
        except InvitationRefused as error:
            _log.info("%s: %s: %s", request.path, error.code, error)
            return refusal(NOT_KNOWN, error.told.encode("ascii"))
        except (StoreBusy, StoreFull) as error:
            _log.warning("%s: %s", request.path, error.code)
            return refusal(BUSY, b"busy", wait_seconds=RETRY_SECONDS)
        finally:
            pumping.cancel()
            await asyncio.gather(pumping, return_exceptions=True)

    @asynccontextmanager
    async def _place(self) -> AsyncIterator[None]:
        self._waiting += 1
        try:
            await self._places.acquire()
        finally:
            self._waiting -= 1
        try:
            yield
        finally:
            self._places.release()

    async def _exchange(
        self, request: web.Request, inflow: Inflow, reader: EnvelopeReader
    ) -> web.StreamResponse:
        async with self._place():
            taken = await self._reception.take(inflow, reader, EnvelopeKind.EXCHANGE)
        self._likes.note()
        if taken is None or not taken.is_whole:
            return refusal(NOT_TAKEN, b"cut")
        return await _respond(request, self._reception.answer(taken))

    async def _join(
        self, request: web.Request, inflow: Inflow, reader: EnvelopeReader
    ) -> web.StreamResponse:
        async with self._place():
            blocks = await self._joins.take(inflow, reader)
        if blocks is None:
            return refusal(NOT_TAKEN, b"cut")
        return await _respond(request, blocks)


async def _respond(
    request: web.Request, blocks: AsyncIterator[bytes]
) -> web.StreamResponse:
    try:
        return await respond(request, blocks)
    except ConnectionError as error:
        # The room asks again; what it was told is not remembered as heard.
        _log.info("%s: the answer was cut: %s", request.path, error)
        return refusal(NOT_TAKEN, b"cut")
