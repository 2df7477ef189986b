"""Making a machine where there is none yet: what the first run asks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from tui.port.desk import Desk


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a person said on the first day."""

    room: str
    """The machine's name."""
    person: str
    """Who sits here."""
    fonds_code: str
    fonds_title: str


class Founding(Protocol):
    """The first day of a machine."""

    @property
    def folder(self) -> str:
        """Where the machine will live."""

    def room_fault(self, text: str) -> str:
        """Why a machine cannot be called *text*, as a slug; empty where it can."""

    def person_fault(self, text: str) -> str:
        """Why a person cannot be called *text*; empty where they can."""

    def code_fault(self, text: str) -> str:
        """Why *text* is no fonds code; empty where it is one."""

    def title_fault(self, text: str) -> str:
        """Why *text* is no name of a fonds; empty where it is one."""

    def invitation_fault(self, text: str) -> str:
        """Why *text* is no invitation; empty where it is one."""

    def address_of(self, invitation: str) -> str:
        """The hub's address in a whole invitation; it may be empty."""

    async def found(self, wishes: Wishes) -> Desk:
        """Make the machine; its desk.

        Raises:
            NodeError, OSError: it cannot be made; nothing stands in the way of trying
                again.
        """
