"""Where the faces of the door work: one machine's store, rules, clock and keys."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

from node.catalogue.pack import Pack
from node.catalogue.secrecy import is_secret
from node.catalogue.unsealed import has_sealable
from node.clock import Clock
from node.history.sealing import seal
from node.home import Home
from node.keys import KeyFolder
from node.store.store import Store

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Premises:
    """What every face of the door works with."""

    store: Store
    pack: Pack
    clock: Clock
    home: Home
    keys: KeyFolder

    async def seal(self) -> None:
        """Seal what can be sealed; under an import that goes on, that is nothing."""
        if not await self.store.read(has_sealable):
            return
        await seal(self.store, self.keys, self.home, self.clock, is_secret)

    async def sealed(self, found: tuple[T, bool]) -> T:
        """What was found, once the ids in it are sealed."""
        result, is_unsealed = found
        if is_unsealed:
            await self.seal()
        return result
