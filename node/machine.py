"""One machine: its home opened, with everything that works on it.

Opening reads keys and settings and nothing else; what an exchange needs is made when
it is asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import IntEnum
from functools import cached_property
from typing import TYPE_CHECKING, Final

from node.catalogue.door import Catalogue
from node.catalogue.fields import LEVEL, LEVEL_FONDS, TITLE
from node.catalogue.judging import JUDGE
from node.catalogue.pack import Pack
from node.catalogue.secrecy import is_secret
from node.clock import Clock, SystemClock
from node.errors import FieldTooLarge
from node.history.incarnation import begin
from node.history.upgrading import bring_rows_up_to_date, note_up_to_date
from node.home import Home
from node.keys import KeyFolder, random_bytes
from node.search.text import searchable
from node.store.port import Rows
from node.store.store import Store
from protocol.exchange_limits import NAME_LIMIT_BYTES
from protocol.identity import printed_log
from protocol.operations import Actor, ActorKind
from protocol.signing import public_key

if TYPE_CHECKING:
    from node.history.checking import CheckReport
    from node.history.hub import HubSide
    from node.history.room import RoomSide
    from node.ledger import Exchange
    from node.standing import Standing

NAME: Final = "machine.name"
ROLE: Final = "machine.role"
PRACTICE: Final = "machine.practice"
"""Setting: what is kept here is for practising and never leaves the machine."""
_NONCE_BYTES: Final = 16
HUB_ADDRESS: Final = "hub.address"


class Role(IntEnum):
    """What a machine is."""

    ROOM = 1
    HUB = 2


class Machine:
    """An opened home. One process may open it beside others."""

    def __init__(
        self,
        home: Home,
        keys: KeyFolder,
        store: Store,
        clock: Clock,
        facts: tuple[str, Role, bytes],
    ) -> None:
        self.home = home
        self.keys = keys
        self.store = store
        self.clock = clock
        self.name, self._role, self._log = facts
        self.pack = Pack.load()
        self.catalogue = Catalogue(store, self.pack, clock, home, keys)

    @classmethod
    async def open(
        cls,
        home: Home,
        *,
        clock: Clock | None = None,
        progress: Callable[[int, int], None] | None = None,
    ) -> Machine:
        """Open the machine that lives at *home*, bringing its rows up to date.

        Raises:
            NotThisHome: none lives there.
            KeyMissing, StoreDamaged, SchemaTooNew, StoreBusy.
        """
        home.require()
        keys = KeyFolder(home)
        store = await Store.open(home, keys, describe=searchable, judge=JUDGE)
        try:
            await bring_rows_up_to_date(store, progress)
            facts = await store.read(_facts)
            return cls(home, keys, store, clock or SystemClock(), facts)
        except BaseException:
            await store.close()
            raise

    @classmethod
    async def init_room(
        cls,
        home: Home,
        name: str,
        fonds: Mapping[str, str],
        *,
        clock: Clock | None = None,
        is_practice: bool = False,
    ) -> Machine:
        """Make a room at *home* with fonds by code and title.

        A practice room (*is_practice*) can never join a hub.

        Raises:
            HomeExists: a machine lives there already.
        """
        machine = await cls._init(home, name, Role.ROOM, clock)
        if is_practice:
            await machine.store.write(lambda rows: rows.settings.put(PRACTICE, 1))
        actor = Actor(name, ActorKind.PROGRAM)
        for code, title in fonds.items():
            await machine.catalogue.open_fonds(actor, code, title)
        home.finish()
        return machine

    @classmethod
    async def init_hub(
        cls, home: Home, name: str, *, clock: Clock | None = None
    ) -> Machine:
        """Make a hub at *home*.

        Raises:
            HomeExists: a machine lives there already.
        """
        machine = await cls._init(home, name, Role.HUB, clock)
        await machine.hub.registry.found(name, ((LEVEL, LEVEL_FONDS), (TITLE, name)))
        home.finish()
        return machine

    @classmethod
    async def _init(
        cls, home: Home, name: str, role: Role, clock: Clock | None
    ) -> Machine:
        check_name(name)
        home.begin()
        keys = KeyFolder(home)
        keys.make()
        store = await Store.open(
            home, keys, create=True, describe=searchable, judge=JUDGE
        )

        def found(rows: Rows) -> tuple[str, Role, bytes]:
            begin(rows, public_key(keys.machine_seed), random_bytes(_NONCE_BYTES))
            rows.settings.put(NAME, name)
            rows.settings.put(ROLE, int(role))
            note_up_to_date(rows)
            return _facts(rows)

        try:
            facts = await store.write(found)
            return cls(home, keys, store, clock or SystemClock(), facts)
        except BaseException:
            await store.close()
            raise

    @property
    def is_hub(self) -> bool:
        """Whether this machine brings rooms together."""
        return self._role is Role.HUB

    async def is_practice(self) -> bool:
        """Whether this is a practice room, whose records never leave it."""
        return bool(await self.store.read(lambda rows: rows.settings.get(PRACTICE)))

    @property
    def printed_log(self) -> str:
        """Six characters that stand for this machine's newest log."""
        return printed_log(self._log)

    @cached_property
    def room(self) -> RoomSide:
        """This machine's side of exchanges with its hub."""
        from node.history.room import RoomSide  # noqa: PLC0415 (desk work needs none)

        return RoomSide(self.store, self.keys, self.home, self.clock, is_secret)

    @cached_property
    def hub(self) -> HubSide:
        """This machine's side of exchanges with rooms."""
        from node.catalogue.editions import Editions  # noqa: PLC0415 (the same)
        from node.history.hub import HubSide  # noqa: PLC0415 (desk work needs none)

        side = HubSide(self.store, self.keys, self.home, self.clock, is_secret)
        side.extracts = Editions(self.catalogue.premises, self.name)
        return side

    async def standing(self, actor: Actor) -> Standing:
        """Where this machine stands: pending work, receipts, places, open fields."""
        from node.standing import standing  # noqa: PLC0415 (only `status` asks)

        del actor
        now = self.clock.now()
        return await self.store.read(lambda rows: standing(rows, now))

    async def exchanges(
        self, actor: Actor, limit: int, before: int | None = None
    ) -> list[Exchange]:
        """The ledger of exchanges, newest first; below number *before*, if one is."""
        from node.ledger import exchanges  # noqa: PLC0415 (only who asks needs it)

        del actor
        return await self.store.read(lambda rows: exchanges(rows, limit, before))

    async def verify(
        self, *, rebuild: bool, progress: Callable[[int, int], None] | None = None
    ) -> CheckReport:
        """Check chain, signatures, sidecar and, with *rebuild*, the projection."""
        from node.history.checking import check  # noqa: PLC0415 (only `verify` asks)

        return await check(
            self.store, self.keys, self.home, rebuild=rebuild, progress=progress
        )

    async def close(self) -> None:
        """Close the store."""
        await self.store.close()


def check_name(name: str) -> None:
    """Return if a machine may be called *name*.

    Raises:
        FieldTooLarge: it is longer than what travels.
    """
    size_bytes = len(name.encode("utf-8", "surrogatepass"))
    if size_bytes > NAME_LIMIT_BYTES:
        raise FieldTooLarge(NAME, size_bytes, NAME_LIMIT_BYTES)


def _facts(rows: Rows) -> tuple[str, Role, bytes]:
    own = rows.logs.own()
    name = rows.settings.get(NAME)
    role = rows.settings.get(ROLE)
    return str(name or ""), Role(role or Role.ROOM), b"" if own is None else own.log
