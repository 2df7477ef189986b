"""Where an import works, and for whom."""

from __future__ import annotations

from dataclasses import dataclass

from node.catalogue.pack import Pack
from node.clock import Clock
from node.home import Home
from node.store.store import Store
from protocol.operations import Actor


@dataclass(frozen=True, slots=True)
class Desk:
    """Where an import works, and for whom."""

    store: Store
    pack: Pack
    clock: Clock
    home: Home
    actor: Actor
