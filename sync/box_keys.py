"""This machine's box keys, and what it knows of its neighbours'.

A private part is durable before its statement is, and gone a while after a newer one
took its place (docs/protocol.md, Box keys). Time here is hub time: a room's clock may
say 1970.
"""

from __future__ import annotations

from typing import Final

from node.keys import KeyFolder, random_bytes
from node.store.port import Rows
from node.store.row_types import BoxKeyRow
from node.store.store import Store
from protocol.boxkeys import (
    decode_statement,
    encode_statement,
    is_due,
    is_erasable,
    make_statement,
    newest,
    next_serial,
)
from protocol.envelope import box_key_hash
from protocol.messages import BoxKeyStatement, Purpose
from protocol.signing import box_public_key, public_key

_PRIVATE_BYTES: Final = 32
_PURPOSES: Final = (Purpose.WIRE, Purpose.COURIER)


class BoxKeys:
    """Own keys by purpose, and the newest statement of everybody else."""

    def __init__(self, store: Store, keys: KeyFolder) -> None:
        self._store = store
        self._keys = keys

    @property
    def owner(self) -> bytes:
        """This machine's Ed25519 key."""
        return public_key(self._keys.machine_seed)

    async def renew(self, hub_time: int) -> None:
        """Make the keys that are due at *hub_time* and erase those past their time."""
        own = await self._store.read(lambda rows: _statements(rows, self.owner))
        for purpose in _PURPOSES:
            known = [each for each in own if each.purpose == purpose]
            last = max(known, key=lambda each: each.serial, default=None)
            is_held = last is not None and self._holds(last)
            if last is None or not is_held or is_due(last, hub_time):
                serial = next_serial(0 if last is None else last.serial, hub_time)
                await self._make(purpose, serial, hub_time)
        for statement in own:
            if is_erasable(statement, hub_time):
                await self._erase(statement)

    async def rise_above(self, purpose: Purpose, heard: int, hub_time: int) -> None:
        """Make a key of a higher serial than one that a neighbour knows of us."""
        own = await self.newest_own(purpose)
        if heard > own.serial:
            await self._make(purpose, next_serial(heard, hub_time), hub_time)

    async def newest_own(self, purpose: Purpose) -> BoxKeyStatement:
        """The statement that others should use; renewed before this is asked."""
        found = await self.known(self.owner, purpose)
        if found is None:
            await self.renew(0)
            found = await self.known(self.owner, purpose)
        if found is None:
            message = "renewing makes a key of each purpose"
            raise RuntimeError(message)
        return found

    async def known(self, owner: bytes, purpose: Purpose) -> BoxKeyStatement | None:
        """The newest statement of *owner* that this machine has."""
        return await self._store.read(
            lambda rows: _statement(rows.box_keys.newest(owner, purpose))
        )

    async def learn(self, statement: BoxKeyStatement, owner: bytes) -> bool:
        """Keep a statement that is the *owner*'s word; true where it is a newer one.

        Raises:
            BadSignature: it is not.
        """
        purpose = Purpose(statement.purpose)
        known = await self.known(owner, purpose)
        if newest(known, statement, owner) is known:
            return False
        await self._store.write(lambda rows: _keep(rows, statement))
        return True

    def private(self, key_hash: bytes) -> bytes | None:
        """The private part of the own key with that BLAKE2b-64, while it is held.

        Read from the folder each time, so that an erased key is gone at once.
        """
        for purpose in _PURPOSES:
            for serial in reversed(self._keys.box_serials(purpose)):
                private = self._keys.read_box_key(purpose, serial)
                if private is None or len(private) != _PRIVATE_BYTES:
                    continue
                if box_key_hash(box_public_key(private)) == key_hash:
                    return private
        return None

    def _holds(self, statement: BoxKeyStatement) -> bool:
        private = self._keys.read_box_key(statement.purpose, statement.serial)
        return private is not None and box_public_key(private) == statement.key

    async def _make(self, purpose: Purpose, serial: int, hub_time: int) -> None:
        private = random_bytes(_PRIVATE_BYTES)
        self._keys.write_box_key(purpose, serial, private)
        statement = make_statement(
            self._keys.machine_seed, purpose, serial, private, hub_time
        )
        await self._store.write(lambda rows: _keep(rows, statement))

    async def _erase(self, statement: BoxKeyStatement) -> None:
        self._keys.erase_box_key(statement.purpose, statement.serial)
        await self._store.write(
            lambda rows: rows.box_keys.remove(
                statement.owner, statement.purpose, statement.serial
            )
        )


def _keep(rows: Rows, statement: BoxKeyStatement) -> None:
    rows.box_keys.put(
        BoxKeyRow(
            statement.owner,
            statement.purpose,
            statement.serial,
            encode_statement(statement),
        )
    )


def _statements(rows: Rows, owner: bytes) -> list[BoxKeyStatement]:
    return [decode_statement(row.statement) for row in rows.box_keys.all(owner)]


def _statement(row: BoxKeyRow | None) -> BoxKeyStatement | None:
    return None if row is None else decode_statement(row.statement)
