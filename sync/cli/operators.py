"""Commands about operators (裁定员): add, list, remove; and signing one in."""

from __future__ import annotations

import getpass
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sync.cli.call import Call
from sync.cli.founding import machine_name
from sync.cli.opening import opened
from sync.cli.parser import UsageError

if TYPE_CHECKING:
    from node.catalogue.operators import OperatorView
    from node.machine import Machine
    from node.operator_keys import Operator

_LONGEST_BYTES: Final = 4096


async def add(call: Call) -> int:
    """Name an operator, and make the operator's key."""
    name = machine_name(call.options.name)
    async with opened(call) as machine:
        _require_hub(machine)
        known = await machine.catalogue.operators.all(call.actor)
        if any(each.name == name and each.is_in_force for each in known):
            from node.operator_errors import OperatorExists  # noqa: PLC0415

            raise OperatorExists(name)
        made = await machine.catalogue.operators.add(
            call.actor, name, _new_passphrase(call, name)
        )
        folder = machine.home.keys
    if call.paper.is_json:
        call.paper.document({"name": made.name, "key": made.public_key.hex()})
        return 0
    call.paper.say("operator.added", name=made.name)
    if call.options.no_passphrase:
        call.paper.say("operator.key_open", path=str(folder))
        return 0
    call.paper.say("operator.key", path=str(folder))
    call.paper.say("operator.lost")
    return 0


async def list(call: Call) -> int:  # noqa: A001 (named as the command is)
    """Who may decide, and who may no more."""
    async with opened(call) as machine:
        found = await machine.catalogue.operators.all(call.actor)
    if call.paper.is_json:
        call.paper.document({"operators": [each.to_json() for each in found]})
        return 0
    if not found:
        call.paper.say("operator.none")
        return 0
    for each in found:
        state = call.words.say(f"operator.{_state(each)}")
        call.paper.fields([(each.name, f"{state}  {each.public_key.hex()[:16]}")])
    return 0


async def remove(call: Call) -> int:
    """Let an operator go."""
    name = machine_name(call.options.name)
    async with opened(call) as machine:
        _require_hub(machine)
        await machine.catalogue.operators.remove(call.actor, name)
        left = await machine.catalogue.operators.all(call.actor)
    is_last = not any(each.is_in_force for each in left)
    if call.paper.is_json:
        call.paper.document({"name": name, "is_last": is_last})
        return 0
    call.paper.say("operator.removed", name=name)
    if is_last:
        call.paper.say("operator.last")
    return 0


async def signed_in(call: Call, machine: Machine) -> Operator | None:
    """Who signs the decisions of this call; None where nobody is named.

    ``--operator`` names them, else ``--as``, where that is an operator in force.

    Raises:
        DecidedAtHub: this room belongs to a hub, whose operators have no keys here.
        UsageError: the passphrase can be asked for nowhere.
        UnknownOperator, OperatorRevoked, WrongPassphrase, KeyMissing.
    """
    from node.catalogue.deciding.doing import require_hub  # noqa: PLC0415
    from node.operator_keys import folded  # noqa: PLC0415

    await machine.store.read(require_hub)
    named: str | None = call.options.operator
    known = await machine.catalogue.operators.all(call.actor)
    in_force = {each.name: each for each in known if each.is_in_force}
    if named is None and folded(call.actor.name) not in in_force:
        return None
    name = folded(call.actor.name if named is None else named)
    passphrase = ""
    view = in_force.get(name)
    if view is None or view.asks_passphrase:
        passphrase = _known_passphrase(call, name, is_asked=view is not None)
    return await machine.catalogue.operators.open(call.actor, name, passphrase)


def _require_hub(machine: Machine) -> None:
    if not machine.is_hub:
        from sync.errors import NotAHub  # noqa: PLC0415

        raise NotAHub


def _state(view: OperatorView) -> str:
    if not view.is_in_force:
        return "gone"
    if not view.has_key_here:
        return "no_key"
    return "in_force" if view.asks_passphrase else "open_key"


def _new_passphrase(call: Call, name: str) -> str:
    """A passphrase for a new key; asked for twice at a terminal.

    Raises:
        UsageError: there is none, two differ, or it is empty without being meant so.
    """
    if call.options.no_passphrase:
        if call.options.passphrase_file:
            raise UsageError(key="usage.passphrase_both")
        return ""
    if call.options.passphrase_file:
        found = _from_file(call.options.passphrase_file)
    else:
        found = _asked(call, "operator.ask_new", name)
        if found and _asked(call, "operator.ask_again", name) != found:
            raise UsageError(key="usage.passphrase_differs")
    if not found:
        raise UsageError(key="usage.passphrase_empty")
    return found


def _known_passphrase(call: Call, name: str, *, is_asked: bool) -> str:
    """The passphrase of a key; not asked for where the name is nobody's."""
    if call.options.passphrase_file:
        return _from_file(call.options.passphrase_file)
    return _asked(call, "operator.ask", name) if is_asked else ""


def _asked(call: Call, key: str, name: str) -> str:
    if not sys.stdin.isatty():
        raise UsageError(key="usage.passphrase_needed")
    return getpass.getpass(call.words.say(key, name=name))


def _from_file(named: str) -> str:
    """The first line of the file."""
    with Path(named).open("rb") as file:
        first = file.readline(_LONGEST_BYTES)
    return first.decode("utf-8", "surrogateescape").rstrip("\r\n")
