"""The first day of a machine: names checked, the home made, a hub joined."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from node.catalogue.saving import check_actor
from node.errors import NodeError
from node.home import Home
from node.machine import Machine, check_name
from protocol.operations import Actor
from tui.desk.fonds import code_fault, title_fault
from tui.desk.joining import DeskJoining
from tui.desk.machine_desk import MachineDesk
from tui.desk.settings_file import SettingsFile
from tui.port.founding import Wishes

_EMPTY: Final = "empty"
_LONG: Final = "long"


class MachineFounding:
    """The Founding port for one home folder."""

    def __init__(self, home: Path) -> None:
        self._home = home

    @property
    def folder(self) -> str:
        """Where the machine will live."""
        return str(self._home)

    def room_fault(self, text: str) -> str:
        """Why a machine cannot be called *text*, as a slug; empty where it can."""
        name = text.strip()
        if not name:
            return _EMPTY
        try:
            check_name(name)
            check_actor(Actor(name))
        except NodeError:
            return _LONG
        return ""

    def person_fault(self, text: str) -> str:
        """Why a person cannot be called *text*; empty where they can."""
        name = text.strip()
        if not name:
            return _EMPTY
        try:
            check_actor(Actor(name))
        except NodeError:
            return _LONG
        return ""

    def code_fault(self, text: str) -> str:
        """Why *text* is no fonds code; empty where it is one."""
        return code_fault(text)

    def title_fault(self, text: str) -> str:
        """Why *text* is no name of a fonds; empty where it is one."""
        return title_fault(text)

    def invitation_fault(self, text: str) -> str:
        """Why *text* is no invitation; empty where it is one."""
        return DeskJoining(self._home, "").invitation_fault(text)

    def address_of(self, invitation: str) -> str:
        """The hub's address in a whole invitation; it may be empty."""
        return DeskJoining(self._home, "").address_of(invitation)

    async def found(self, wishes: Wishes) -> MachineDesk:
        """Make the machine; its desk. A home that is made already is opened."""
        home = Home(self._home)
        if home.is_made:
            machine = await Machine.open(home)
        else:
            fonds = {wishes.fonds_code.strip(): wishes.fonds_title.strip()}
            machine = await Machine.init_room(home, wishes.room.strip(), fonds)
        person = wishes.person.strip()
        SettingsFile(self._home).keep_person(person)
        return MachineDesk(machine, Actor(person))
