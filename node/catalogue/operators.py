"""Operators (裁定员) of a hub: named, listed, signed in, let go.

The hub's word about an operator is an element of its register in the common scope; the
key itself is a file in the key folder, sealed under the operator's passphrase.
"""

from __future__ import annotations

from dataclasses import dataclass

from node.catalogue.premises import Premises
from node.catalogue.saving import check_actor, check_text
from node.errors import InvalidValue, UnknownScope
from node.history.operators import common_scope_no, read_roster
from node.history.registering import say
from node.history.registers import OPERATOR, hub_key, own_key
from node.operator_errors import OperatorExists, OperatorRevoked, UnknownOperator
from node.operator_keys import Operator, OperatorKeys, folded
from node.store.port import Rows
from protocol.exchange_limits import NAME_LIMIT_BYTES
from protocol.operations import Actor

_NAME = "operator"
_COMMON = "common"


@dataclass(frozen=True, slots=True)
class OperatorView:
    """One operator, as this machine knows of them."""

    name: str
    public_key: bytes
    is_in_force: bool
    """May decide now; one who may not any more stays listed."""
    has_key_here: bool
    """The sealed key is in this machine's key folder."""
    asks_passphrase: bool

    def to_json(self) -> dict[str, object]:
        """The operator as JSON shows it."""
        return {
            "name": self.name,
            "key": self.public_key.hex(),
            "in_force": self.is_in_force,
            "has_key_here": self.has_key_here,
            "asks_passphrase": self.asks_passphrase,
        }


class Operators:
    """Who may decide at this hub."""

    def __init__(self, premises: Premises) -> None:
        self._premises = premises

    async def all(self, actor: Actor) -> tuple[OperatorView, ...]:
        """All that the hub ever named, by name; those in force first."""
        check_actor(actor)
        roster = await self._premises.store.read(read_roster)
        keys = OperatorKeys(self._premises.home)
        held = {each.public_key: each for each in keys.held()}
        found = []
        for roll in roster.now():
            key = held.get(roll.public_key)
            found.append(
                OperatorView(
                    name=roll.name,
                    public_key=roll.public_key,
                    is_in_force=roll.is_in_force,
                    has_key_here=key is not None,
                    asks_passphrase=key is None or key.asks_passphrase,
                )
            )
        return tuple(sorted(found, key=lambda each: not each.is_in_force))

    async def add(self, actor: Actor, name: str, passphrase: str) -> Operator:
        """A new operator with a new key, in force from now on; signed in.

        Raises:
            InvalidValue, SecretRefused: the name cannot stand in an operation.
            OperatorExists: an operator in force has that name.
            UnknownScope: this machine is no hub.
        """
        check_actor(actor)
        name = folded(check_text(_NAME, name, NAME_LIMIT_BYTES))
        if not name:
            raise InvalidValue(_NAME, "value-empty", name)
        if not name.isprintable():
            raise InvalidValue(_NAME, "text-not-unicode", ascii(name))
        premises = self._premises
        await premises.store.read(lambda rows: _check_free(rows, name))
        keys = OperatorKeys(premises.home)
        made = await premises.store.wait(lambda: keys.make(name, passphrase))

        def work(rows: Rows) -> None:
            scope_no = _check_free(rows, name)
            element = (name, made.public_key, 1)
            say(rows, scope_no, actor, premises.clock.now(), {OPERATOR: [element]})

        try:
            await premises.store.write(work)
        except OperatorExists:
            keys.erase(made.public_key)
            raise
        for held in keys.held():
            if held.name == name and held.public_key != made.public_key:
                keys.erase(held.public_key)
        await premises.seal()
        return made

    async def remove(self, actor: Actor, name: str) -> None:
        """The operator decides no more; what they decided stays. The key goes.

        Raises:
            UnknownOperator: nobody of that name is in force, and no such key is held.
        """
        check_actor(actor)
        name = folded(name)
        premises = self._premises
        keys = OperatorKeys(premises.home)
        held = [each.public_key for each in keys.held() if each.name == name]

        def work(rows: Rows) -> None:
            roster = read_roster(rows)
            known = roster.named(name)
            scope_no = common_scope_no(rows)
            if known is not None and scope_no is not None:
                element = (known.name, known.public_key, 0)
                say(rows, scope_no, actor, premises.clock.now(), {OPERATOR: [element]})
            elif not held:
                in_force = (each.name for each in roster.now() if each.is_in_force)
                raise UnknownOperator(name, tuple(in_force))

        await premises.store.write(work)
        await premises.seal()
        for public_key in held:
            keys.erase(public_key)

    async def open(self, actor: Actor, name: str, passphrase: str) -> Operator:
        """The operator, signed in: hold it for one session, hand it to decisions.

        Raises:
            UnknownOperator: no operator of that name has a key here.
            OperatorRevoked: the operator is not in force any more.
            WrongPassphrase: it does not open the key.
            KeyMissing: the key's file is not whole.
        """
        check_actor(actor)
        premises = self._premises
        roster = await premises.store.read(read_roster)
        known = roster.named(folded(name))
        if known is None:
            if any(roll.name == folded(name) for roll in roster.rolls):
                raise OperatorRevoked(name)
            in_force = (each.name for each in roster.now() if each.is_in_force)
            raise UnknownOperator(name, tuple(in_force))
        return await premises.store.wait(
            lambda: OperatorKeys.open(
                premises.home, name, passphrase, public_key=known.public_key
            )
        )


def _check_free(rows: Rows, name: str) -> int:
    """The scope in which the hub speaks, if nobody of that name is in force."""
    scope_no = common_scope_no(rows)
    if scope_no is None or hub_key(rows) != own_key(rows):
        raise UnknownScope(_COMMON)
    if read_roster(rows).named(name) is not None:
        raise OperatorExists(name)
    return scope_no
