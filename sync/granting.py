"""The hub gives a room that has joined the right to more fonds.

What the room has sent of them, and was set aside, counts at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from node.catalogue.awaited import AwaitedFonds, awaited_fonds
from node.catalogue.machines import key_of_machine
from node.errors import UnknownFonds
from node.history.granting import appoint_first
from node.history.trust import entry_of_key
from node.machine import Machine
from node.store.port import Rows
from protocol.identity import Scope
from protocol.messages import GrantedScope
from protocol.operations import Actor, ActorKind
from sync.errors import NotAHub, NothingAwaited


@dataclass(frozen=True, slots=True)
class Granted:
    """A fonds to which a room has the right from now on."""

    code: str
    title: str
    sets: int
    """Sets that were set aside and are not any more."""

    def to_json(self) -> dict[str, object]:
        """The fonds as JSON shows it."""
        return {"code": self.code, "title": self.title, "sets": self.sets}


async def awaited(machine: Machine, actor: Actor) -> list[AwaitedFonds]:
    """The fonds that rooms wait for.

    Raises:
        NotAHub: the machine is a room.
    """
    if not machine.is_hub:
        raise NotAHub
    return await machine.catalogue.awaited.fonds(actor)


async def grant(
    machine: Machine, actor: Actor, name: str, fonds: Mapping[str, str]
) -> list[Granted]:
    """Give the room *name* the right to *fonds* (title by code), or to all it awaits.

    A fonds that the hub does not have is opened, under the title that is given or that
    the room gave it.

    Raises:
        NotAHub: the machine is a room.
        UnknownMachine: no room is called that, or several are.
        NothingAwaited: no fonds is named, and the room waits for none.
        UnknownFonds: a fonds is nowhere, and has no title.
        InvalidValue: a fonds cannot be opened under that code and title.
    """
    every = await awaited(machine, actor)
    key = await machine.store.read(lambda rows: key_of_machine(rows, name))
    own = [each for each in every if each.key == key]
    wanted = dict(fonds) or {each.code: each.title for each in own if each.code}
    if not wanted:
        raise NothingAwaited(name)
    scopes = await _opened(machine, actor, wanted, own)
    granted = [
        GrantedScope(
            scope,
            tuple(
                sorted(
                    each.scope
                    for each in own
                    if each.code == code and each.is_free and each.scope != scope
                )
            ),
        )
        for code, scope in scopes.items()
    ]
    log = await machine.store.write(lambda rows: _appoint(machine, rows, key, scopes))
    await machine.hub.registry.grant(log, granted)
    left = await machine.store.read(awaited_fonds)
    titles = {each.code: each.title for each in await machine.catalogue.fonds(actor)}
    return [
        Granted(code, titles[code], _sets(own, code) - _sets(left, code, key))
        for code in scopes
    ]


async def _opened(
    machine: Machine,
    actor: Actor,
    wanted: Mapping[str, str],
    own: list[AwaitedFonds],
) -> dict[str, Scope]:
    """The hub's scope of each fonds, opened if new."""
    known = {each.code: each.scope_no for each in await machine.catalogue.fonds(actor)}
    called = {each.code: each.title for each in own if each.code}
    for code, title in wanted.items():
        if code not in known and not (title or called.get(code)):
            raise UnknownFonds(code, tuple(sorted(known)))
    for code, title in wanted.items():
        if code not in known:
            made = await machine.catalogue.open_fonds(
                actor, code, title or called[code]
            )
            known[code] = made.scope_no
    return await machine.store.read(
        lambda rows: {code: rows.scopes.row(known[code]).scope for code in wanted}
    )


def _appoint(
    machine: Machine, rows: Rows, key: bytes, scopes: Mapping[str, Scope]
) -> bytes:
    """The room numbers what nobody numbers yet, as when it joined; a log of it."""
    actor = Actor(machine.name, ActorKind.PROGRAM)
    for scope in scopes.values():
        number = rows.scopes.ensure(scope)
        appoint_first(rows, number, key, actor, machine.clock.now())
    entry = entry_of_key(rows, key)
    if entry is None:
        message = "a machine with a name has an entry"
        raise RuntimeError(message)
    return entry.log


def _sets(found: list[AwaitedFonds], code: str, key: bytes | None = None) -> int:
    return sum(
        each.sets for each in found if each.code == code and key in (None, each.key)
    )
