"""The page of one record: all of it, and the acts that concern it as a whole."""

from __future__ import annotations

from typing import Protocol

from node.catalogue.details import Detail
from node.catalogue.record import Change, Record
from node.catalogue.tickets import Ticket, TicketSide
from node.catalogue.whereabouts import Whereabouts, Word

__all__ = [
    "Change",
    "Detail",
    "Record",
    "RecordsPort",
    "Ticket",
    "TicketSide",
    "Whereabouts",
    "Word",
]


class RecordsPort(Protocol):
    """One record as a whole."""

    async def detail(self, record_id: str) -> Detail:
        """Everything about it."""

    async def sealed_id(self, record_id: str) -> str:
        """Its printed id, once it may leave the machine."""

    async def withdraw(self, record_id: str, reason: str) -> Record:
        """It should not exist; it stays, marked, and can be restored."""

    async def restore(self, record_id: str, reason: str) -> Record:
        """It should exist after all."""
