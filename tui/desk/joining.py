"""Joining a hub from the desk of a room."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from protocol.errors import MalformedFrame
from protocol.invitation import decode_invitation
from tui.desk.children import Children

EMPTY: Final = "empty"
_DASHES: Final = "-–—−"
"""What no argument may begin with; an invitation forgives its dashes."""
BROKEN: Final = "broken"


class DeskJoining:
    """The Joining port for one home and one person."""

    def __init__(self, home: Path, person: str) -> None:
        self._home = home
        self._person = person

    def invitation_fault(self, text: str) -> str:
        """Why *text* is no invitation; empty where it is one."""
        if not text.strip():
            return EMPTY
        try:
            decode_invitation(text)
        except MalformedFrame:
            return BROKEN
        return ""

    def address_of(self, invitation: str) -> str:
        """The hub's address in a whole invitation; it may be empty."""
        return decode_invitation(invitation).address

    async def join(self, invitation: str, address: str, language: str) -> None:
        """Join the hub that gave the invitation."""
        children = Children(self._home, self._person, language)
        given = ("--address", address.strip()) if address.strip() else ()
        await children.run("join", invitation.strip().lstrip(_DASHES), *given)
