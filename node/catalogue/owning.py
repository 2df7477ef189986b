"""Whose a fonds is, and which rules are in force in it: words of the hub.

Both take effect at their place in the fonds' order (node/history/registers.py): what
was written before stays what it was.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from node.catalogue.machines import key_of_machine, names_of_machines
from node.catalogue.pack import PACKS
from node.catalogue.premises import Premises
from node.catalogue.reading import fonds_for
from node.catalogue.saving import check_actor
from node.errors import UnknownPack
from node.history.registering import say
from node.history.registers import OWNER, PACK, owner_of, pack_version
from node.store.port import Rows
from protocol.operations import Actor


@dataclass(frozen=True, slots=True)
class Ownership:
    """Whose a fonds is."""

    fonds: str
    owner: str
    """The site; empty: nobody's alone, whoever may write writes."""
    machines: tuple[str, ...]
    pack: str
    """The rule pack in force."""

    def to_json(self) -> dict[str, object]:
        """As JSON shows it."""
        return {
            "fonds": self.fonds,
            "owner": self.owner or None,
            "machines": list(self.machines),
            "pack": self.pack,
        }


class Owning:
    """Names the owners of fonds."""

    def __init__(self, premises: Premises) -> None:
        self._premises = premises

    async def of(self, actor: Actor, fonds: str) -> Ownership:
        """Whose the fonds is where its order stands here.

        Raises:
            UnknownFonds.
        """
        check_actor(actor)
        return await self._premises.store.read(lambda rows: _told(rows, fonds))

    async def name(
        self, actor: Actor, fonds: str, machines: Sequence[str]
    ) -> Ownership:
        """From here on the fonds is these machines'; the first is the main one.

        What others write from then on only proposes. Without machines it is nobody's
        alone.

        Raises:
            UnknownFonds, UnknownMachine.
        """
        check_actor(actor)
        now = self._premises.clock.now()

        def work(rows: Rows) -> Ownership:
            scope_no = fonds_for(rows, fonds).scope_no
            keys = [key_of_machine(rows, name) for name in machines]
            site = machines[0] if machines else ""
            say(rows, scope_no, actor, now, {OWNER: [(site, *keys)]})
            return _told(rows, fonds)

        made = await self._premises.store.write(work)
        await self._premises.seal()
        return made

    async def use_pack(self, actor: Actor, fonds: str, pack: str) -> Ownership:
        """From here on contradictions in the fonds are judged by *pack*.

        Raises:
            UnknownFonds, UnknownPack.
        """
        check_actor(actor)
        if pack not in PACKS:
            raise UnknownPack(pack, PACKS)
        now = self._premises.clock.now()
        name, _, version = pack.rpartition("-")

        def work(rows: Rows) -> Ownership:
            scope_no = fonds_for(rows, fonds).scope_no
            say(rows, scope_no, actor, now, {PACK: [(name, int(version))]})
            return _told(rows, fonds)

        made = await self._premises.store.write(work)
        await self._premises.seal()
        return made


def _told(rows: Rows, fonds: str) -> Ownership:
    home = fonds_for(rows, fonds)
    owner = owner_of(rows, home.scope_no)
    version = pack_version(rows, home.scope_no)
    named = names_of_machines(rows)
    keys = () if owner is None else owner.machine_keys
    return Ownership(
        home.code,
        "" if owner is None else owner.site,
        tuple(named.get(key, key.hex()[:16]) for key in keys),
        next((each for each in PACKS if each.endswith(f"-{version}")), PACKS[-1]),
    )
