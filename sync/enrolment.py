"""The hub's half of a join: an invitation becomes a certificate, once.

A machine that proves the invitation's secret is let in; when its answer was lost it
may come again with the same invitation, and gets the same certificate
(docs/protocol.md, Join).
"""

from __future__ import annotations

from collections.abc import AsyncIterator

from node.history.enrolment import Joined
from node.keys import random_bytes
from node.machine import Machine, check_name
from protocol.envelope import STREAM_HEADER_BYTES, EnvelopeKind, EnvelopeReader
from protocol.errors import BadSignature, UnexpectedMessage
from protocol.identity import ZERO_HASH, Scope, log_id
from protocol.invitation import encode_invitation
from protocol.items import encode_item
from protocol.messages import Checkpoint, JoinStatement, Purpose
from protocol.openings import ZERO_HELLO_HASH, open_join, seal_checkpoint
from protocol.operations import Actor, ActorKind
from protocol.signing import public_key
from protocol.trust import split_trust_list
from sync.bodies import (
    OPENING_SECONDS,
    BodyCompressor,
    BodyReader,
    Source,
    no_prefix,
    sealed_blocks,
)
from sync.box_keys import BoxKeys
from sync.errors import InvitationRefused, NotAHub

_UNKNOWN = "unknown"
_USED = "used"


async def make_invitation(
    machine: Machine, name: str, fonds: dict[str, str], address: str
) -> str:
    """The text that lets one machine join as *name* with these fonds, once.

    Raises:
        NotAHub: the machine is a room.
        FieldTooLarge: the name or a code is longer than what travels.
    """
    if not machine.is_hub:
        raise NotAHub
    for text in (name, *fonds):
        check_name(text)
    invitation = await machine.hub.registry.invite(name, fonds, address)
    return encode_invitation(invitation)


class Enrolment:
    """Takes joins for one hub."""

    def __init__(self, machine: Machine, box_keys: BoxKeys) -> None:
        self._machine = machine
        self._box_keys = box_keys
        self._seed = machine.keys.machine_seed

    async def take(
        self, source: Source, reader: EnvelopeReader
    ) -> AsyncIterator[bytes] | None:
        """The blocks of the answer to a join; None where it broke off.

        Raises:
            InvitationRefused: it is not a valid invitation, or used by another.
            RemoteProtocolError: the join is broken, or not what it says it is.
        """
        body = BodyReader(source, reader, no_prefix)
        opening = await body.opening(OPENING_SECONDS)
        if opening is None:
            return None
        if reader.kind is not EnvelopeKind.JOIN:
            message = f"an envelope of kind {reader.kind}"
            raise UnexpectedMessage(message)
        opened = open_join(opening, reader.binding, public_key(self._seed))
        async for _ in body.batches():
            message = "a join has no frames"
            raise UnexpectedMessage(message)
        if not body.is_whole:
            return None
        statement = opened.statement
        invited = await self._machine.hub.registry.invited(statement.invitation)
        if invited is None:
            raise InvitationRefused(_UNKNOWN)
        try:
            opened.check_secret(invited.secret)
        except BadSignature as error:
            raise InvitationRefused(_UNKNOWN) from error
        log = log_id(statement.node_key, statement.nonce)
        if invited.used_by not in (None, log):
            raise InvitationRefused(_USED)
        own = {each.code for each in statement.fonds}
        if own and not own & set(invited.fonds):
            raise InvitationRefused(InvitationRefused.OTHER_FONDS)
        scopes = await self._open_fonds(invited.fonds, statement)
        joined = await self._machine.hub.registry.join(statement, scopes)
        for key in (statement.wire_key, statement.courier_key):
            await self._box_keys.learn(key, statement.node_key)
        return self._answer(reader, joined)

    async def _open_fonds(
        self, invited: dict[str, str], statement: JoinStatement
    ) -> dict[str, Scope]:
        """The hub's scope of each fonds that the invitation names, opened if new."""
        actor = Actor(self._machine.name, ActorKind.PROGRAM)
        known = {
            each.code: each.scope_no
            for each in await self._machine.catalogue.fonds(actor)
        }
        titles = {each.code: each.title for each in statement.fonds}
        for code, title in invited.items():
            if code not in known:
                fonds = await self._machine.catalogue.open_fonds(
                    actor, code, title or titles.get(code, "") or code
                )
                known[code] = fonds.scope_no
        return await self._machine.store.read(
            lambda rows: {code: rows.scopes.row(known[code]).scope for code in invited}
        )

    async def _answer(
        self, reader: EnvelopeReader, joined: Joined
    ) -> AsyncIterator[bytes]:
        envelope = reader.answer_writer(random_bytes(STREAM_HEADER_BYTES))
        checkpoint = Checkpoint(
            hub_time=self._machine.clock.now(),
            scopes=(),
            receipted_seq=0,
            receipted_hash=ZERO_HASH,
            receipt=0,
            hello_hash=ZERO_HELLO_HASH,
        )
        opening = seal_checkpoint(checkpoint, self._seed)
        frames = BodyCompressor().frames(self._plains(joined))
        async for block in sealed_blocks(envelope, opening, frames):
            yield block

    async def _plains(self, joined: Joined) -> AsyncIterator[bytes]:
        yield encode_item(joined.certificate)
        for part in split_trust_list(joined.trust_list):
            yield encode_item(part)
        for purpose in (Purpose.WIRE, Purpose.COURIER):
            yield encode_item(await self._box_keys.newest_own(purpose))
