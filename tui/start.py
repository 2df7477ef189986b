"""Opens the desk: the machine, the terminal, the program.

The terminal is given back as it was, whatever ends the desk: a person, an error, a
signal, a line that was cut. What was typed is kept first.
"""

from __future__ import annotations

from node.home import Home
from node.machine import Machine
from sync.cli.call import Call
from sync.words.catalogue import Words
from tui.app import WORDS_FOLDER, DeskApp
from tui.desk.machine_desk import MachineDesk


async def desk(call: Call) -> int:
    """Open the desk of the call's home until the person leaves."""
    machine = await Machine.open(Home(call.desk_home))
    port = MachineDesk(machine, call.actor)
    try:
        app = DeskApp(port, Words.load(call.words.language, WORDS_FOLDER))
        return await app.run_async() or 0
    finally:
        await port.close()
