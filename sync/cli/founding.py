"""Commands that make a machine and join it to a hub: init, hub serve, invite, join."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from protocol.exchange_limits import NAME_LIMIT_BYTES, TITLE_LIMIT_BYTES
from protocol.invitation import decode_invitation
from sync.cli.call import Call
from sync.cli.opening import opened
from sync.cli.parser import UsageError

LAST_PORT: Final = 65_535

if TYPE_CHECKING:
    from node.catalogue.reading import Fonds
    from node.machine import Machine


def fonds_titles(given: Sequence[str], *, needs_title: bool) -> dict[str, str]:
    """Titles by fonds code of ``CODE=TITLE`` options.

    Raises:
        UsageError: one of them has no code, or no title where one is needed.
    """
    found: dict[str, str] = {}
    for text in given:
        code, _, title = text.replace("＝", "=", 1).partition("=")
        code, title = code.strip(), title.strip()
        if not code or (needs_title and not title):
            raise UsageError(key="usage.fonds", found=text)
        _require_short("--fonds", code, NAME_LIMIT_BYTES)
        _require_short("--fonds", title, TITLE_LIMIT_BYTES)
        found[code] = title
    return found


def machine_name(given: str) -> str:
    """The --name of a machine.

    Raises:
        UsageError: it is empty, or longer than a certificate can hold.
    """
    name = given.strip()
    if not name:
        raise UsageError(key="usage.missing", what="--name")
    _require_short("--name", name, NAME_LIMIT_BYTES)
    return name


def _require_short(what: str, text: str, limit: int) -> None:
    if len(text.encode("utf-8", "replace")) > limit:
        raise UsageError(key="usage.long", what=what, limit=str(limit))


async def init(call: Call) -> int:
    """Make the machine at the call's home: a room, or a hub."""
    from node.home import Home  # noqa: PLC0415
    from node.machine import Machine  # noqa: PLC0415

    name = machine_name(call.options.name)
    fonds = fonds_titles(call.options.fonds, needs_title=True)
    home = Home(call.home)
    if call.options.hub:
        machine = await Machine.init_hub(home, name)
    else:
        machine = await Machine.init_room(home, name, fonds)
    try:
        _print_new(call, machine, fonds)
    finally:
        await machine.close()
    return 0


def _print_new(call: Call, machine: Machine, fonds: dict[str, str]) -> None:
    role = "hub" if machine.is_hub else "room"
    if call.paper.is_json:
        call.paper.document(
            {
                "home": str(call.home),
                "name": machine.name,
                "role": role,
                "log": machine.printed_log,
                "fonds": [
                    {"code": code, "title": title} for code, title in fonds.items()
                ],
            }
        )
        return
    say = call.words.say
    call.paper.say("init.done", role=say(f"role.{role}"), name=machine.name)
    rows = [("init.home", str(call.home)), ("init.log", machine.printed_log)]
    rows += [("init.fonds", f"{code} {title}") for code, title in fonds.items()]
    call.paper.facts(rows)
    call.paper.say("init.keys", path=str(machine.home.keys))
    call.paper.say(f"init.next_{role}")


async def serve(call: Call) -> int:
    """Be the hub at an address until told to stop."""
    host, colon, port = call.options.listen.rpartition(":")
    is_port = port.isdecimal() and int(port) <= LAST_PORT
    if not colon or not host or not is_port:
        raise UsageError(key="usage.listen", found=call.options.listen)
    from sync.hub import serve as serve_hub  # noqa: PLC0415

    task = asyncio.current_task()
    loop = asyncio.get_running_loop()
    if task is not None:
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, task.cancel)

    def ready(address: str) -> None:
        if call.paper.is_json:
            call.paper.document({"address": address})
        else:
            call.paper.say("serve.ready", address=address)

    async with opened(call) as machine:
        try:
            await serve_hub(machine, host.strip("[]"), int(port), ready)
        except asyncio.CancelledError:
            call.paper.note(call.words.say("serve.stopped"))
    return 0


async def restored(call: Call) -> int:
    """Open a new epoch: the hub's data were put back from an older copy."""
    from sync.errors import NotAHub  # noqa: PLC0415

    async with opened(call) as machine:
        if not machine.is_hub:
            raise NotAHub
        await machine.hub.registry.raise_epoch()
    if call.paper.is_json:
        call.paper.document({"restored": True})
    else:
        call.paper.say("hub.restored")
    return 0


async def invite(call: Call) -> int:
    """Make an invitation for one machine."""
    from sync.enrolment import make_invitation  # noqa: PLC0415

    name = machine_name(call.options.name)
    fonds = fonds_titles(call.options.fonds, needs_title=False)
    async with opened(call) as machine:
        text = await make_invitation(machine, name, fonds, call.address or "")
    if call.paper.is_json:
        call.paper.document({"invitation": text})
        return 0
    call.paper.say("invite.done", name=name)
    call.paper.line(text)
    is_placed = bool(decode_invitation(text).address)
    call.paper.say("invite.next" if is_placed else "invite.no_address")
    return 0


async def join(call: Call) -> int:
    """Join the hub that made the invitation."""
    from sync.joining import join as join_hub  # noqa: PLC0415

    async with opened(call) as machine:
        await join_hub(machine, call.options.invitation, call.address)
        fonds = await machine.catalogue.fonds(call.actor)
        scopes = await machine.store.read(lambda rows: list(rows.scopes.all()))
        name = machine.name
    granted = {row.scope_no for row in scopes if row.is_granted}
    known = [each for each in fonds if each.scope_no in granted]
    others = [each for each in fonds if each.scope_no not in granted]
    if call.paper.is_json:
        call.paper.document(
            {
                "name": name,
                "fonds": [{"code": f.code, "title": f.title} for f in known],
                "not_granted": [{"code": f.code, "title": f.title} for f in others],
            }
        )
        return 0
    call.paper.say("join.done", name=name)
    if known:
        call.paper.say("join.fonds", fonds=_named(call, known))
    else:
        call.paper.say("join.fonds_later")
    if others:
        call.paper.say("join.not_granted", fonds=_named(call, others))
    call.paper.say("join.next")
    return 0


def _named(call: Call, fonds: Sequence[Fonds]) -> str:
    return call.words.join(f"{each.code} {each.title}".strip() for each in fonds)
