"""Joining: an invitation, once, makes a machine a room of a hub.

The room asks the hub for its box key first, because an invitation has room for a hash
of the hub's signing key only; then it sends its statement, proves that it knows the
invitation's secret, and gets its certificate and the trust list
(docs/protocol.md, Join). A join whose answer was lost is simply made again.
"""

from __future__ import annotations

from node.keys import random_bytes
from node.machine import HUB_ADDRESS, Machine
from protocol.boxkeys import open_notice
from protocol.envelope import (
    SECRET_BYTES,
    EnvelopeKind,
    EnvelopeWriter,
    probe,
    sealed_hash,
)
from protocol.errors import (
    RemoteProtocolError,
    UnexpectedMessage,
)
from protocol.invitation import decode_invitation
from protocol.items import decode_items
from protocol.messages import (
    BoxKeyStatement,
    Certificate,
    Invitation,
    JoinStatement,
    OwnFonds,
    Purpose,
    TrustList,
)
from protocol.openings import open_checkpoint, seal_join
from protocol.operations import Actor, ActorKind
from protocol.signing import key_hash, public_key
from protocol.trust import verify_certificate
from sync.bodies import BodyReader, no_prefix
from sync.box_keys import BoxKeys
from sync.errors import (
    AlreadyJoined,
    Interrupted,
    InvitationRefused,
    NoAddress,
    NotARoom,
    PeerMisbehaved,
    PeerRefused,
    PracticeRoom,
    WrongHub,
)
from sync.http_client import Wire
from sync.statuses import KEY_NOTICE, NOT_KNOWN, NOTICE_LIMIT_BYTES, OK


async def join(
    machine: Machine, invitation_text: str, address: str | None = None
) -> None:
    """Make *machine* a room of the hub that gave the invitation.

    Raises:
        NotARoom, PracticeRoom, AlreadyJoined: this machine cannot join.
        MalformedFrame: the text is no invitation.
        NoAddress: neither the invitation nor the caller names one.
        WrongHub: who answers is not the hub that the invitation names.
        InvitationRefused: the hub does not take the invitation.
        PeerUnreachable, Interrupted, PeerRefused, PeerMisbehaved: try again.
    """
    if machine.is_hub:
        raise NotARoom
    if await machine.is_practice():
        raise PracticeRoom
    if await machine.room.hub_key() is not None:
        raise AlreadyJoined
    invitation = decode_invitation(invitation_text)
    where = address or invitation.address
    if not where:
        raise NoAddress
    box_keys = BoxKeys(machine.store, machine.keys)
    async with Wire(where) as wire:
        try:
            hub_box = await _ask_box_key(wire, invitation)
            await box_keys.renew(hub_box.serial)
            await _join(machine, box_keys, wire, invitation, hub_box)
        except RemoteProtocolError as error:
            raise PeerMisbehaved(where, error) from error
    await machine.store.write(lambda rows: rows.settings.put(HUB_ADDRESS, where))


async def _ask_box_key(wire: Wire, invitation: Invitation) -> BoxKeyStatement:
    head = probe(EnvelopeKind.JOIN, random_bytes(SECRET_BYTES))
    async with wire.post("/join", [head]) as response:
        if response.status != KEY_NOTICE:
            raise PeerRefused(wire.address, await response.refusal())
        body = await response.read_short(NOTICE_LIMIT_BYTES)
    notice = open_notice(body, sealed_hash(head))
    if key_hash(notice.statement.owner) != invitation.hub_key_hash:
        raise WrongHub
    return notice.statement


async def _join(
    machine: Machine,
    box_keys: BoxKeys,
    wire: Wire,
    invitation: Invitation,
    hub_box: BoxKeyStatement,
) -> None:
    hub_key = hub_box.owner
    envelope = EnvelopeWriter.to_receiver(
        EnvelopeKind.JOIN, hub_box.key, random_bytes(SECRET_BYTES)
    )
    opening = seal_join(
        await _statement(machine, box_keys, invitation),
        invitation.secret,
        envelope.binding,
        hub_key,
        machine.keys.machine_seed,
    )
    body = envelope.head + envelope.push(opening) + envelope.finish()
    async with wire.post("/join", [body]) as response:
        if response.status != OK:
            reason = await response.refusal()
            if response.status == NOT_KNOWN:
                raise InvitationRefused(reason)
            raise PeerRefused(wire.address, reason)
        reader = BodyReader(response.inflow, envelope.answer_reader(), no_prefix)
        first = await reader.opening()
        if first is None:
            raise Interrupted(wire.address, response.inflow.cut or "")
        open_checkpoint(first, hub_key)
        certificate: Certificate | None = None
        trust_lists: list[TrustList] = []
        statements = [hub_box]
        async for batch in reader.batches():
            for item in (each for plain in batch for each in decode_items(plain)):
                match item:
                    case Certificate():
                        certificate = item
                    case TrustList():
                        trust_lists.append(item)
                    case BoxKeyStatement():
                        statements.append(item)
                    case _:
                        pass
        if not reader.is_whole:
            raise Interrupted(wire.address, response.inflow.cut or "")
    if certificate is None or not trust_lists:
        message = "a join answered without certificate or trust list"
        raise UnexpectedMessage(message)
    verify_certificate(certificate, hub_key, public_key(machine.keys.machine_seed))
    for statement in statements:
        await box_keys.learn(statement, hub_key)
    await machine.room.adopt(certificate, _joined_parts(trust_lists), hub_key)


async def _statement(
    machine: Machine, box_keys: BoxKeys, invitation: Invitation
) -> JoinStatement:
    actor = Actor(machine.name, ActorKind.PROGRAM)
    fonds = await machine.catalogue.fonds(actor)

    def own_fonds(scope_no: int, code: str, title: str) -> OwnFonds:
        return OwnFonds(scopes[scope_no], code, title)

    scopes = await machine.store.read(
        lambda rows: {row.scope_no: row.scope for row in rows.scopes.all()}
    )
    own = await machine.store.read(lambda rows: rows.logs.own())
    if own is None or own.nonce is None:
        message = "a room has a log of its own from its first day"
        raise RuntimeError(message)
    return JoinStatement(
        invitation=invitation.invitation,
        node_key=public_key(machine.keys.machine_seed),
        nonce=own.nonce,
        name=machine.name,
        wire_key=await box_keys.newest_own(Purpose.WIRE),
        courier_key=await box_keys.newest_own(Purpose.COURIER),
        fonds=tuple(own_fonds(each.scope_no, each.code, each.title) for each in fonds),
    )


def _joined_parts(parts: list[TrustList]) -> TrustList:
    """A trust list that came in several items, as one."""
    entries = tuple(entry for part in parts for entry in part.entries)
    first = parts[0]
    return TrustList(first.serial, first.whole_hash, first.signature, entries)
