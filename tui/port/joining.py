"""Joining the hub that gave an invitation."""

from __future__ import annotations

from typing import Protocol


class JoiningPort(Protocol):
    """Makes a room one of a hub's rooms, once."""

    def invitation_fault(self, text: str) -> str:
        """Why *text* is no invitation, as a slug; empty where it is one."""

    def address_of(self, invitation: str) -> str:
        """The hub's address in a whole invitation; it may be empty."""

    async def join(self, invitation: str, address: str, language: str) -> None:
        """Join; *address* is used where the invitation has none.

        Raises:
            ChildFailed: the hub did not answer, or does not take it.
        """
