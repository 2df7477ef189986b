"""新开全宗: code and title asked and checked, and the fonds opened."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tui.messages import CatalogueChanged
from tui.screens.asking import Ask, Asked
from tui.screens.desk_screen import DeskScreen
from tui.widgets.form_field import half_width

_CODE: Final = "code"
_TITLE: Final = "title"


async def open_fonds(screen: DeskScreen, code: str = "", title: str = "") -> str:
    """Ask on *screen* for a new fonds and open it; its code, or nothing.

    What is known already stands in the fields. Runs in a worker of the group ``ask``.
    """
    fonds = screen.desk.fonds

    def fault(texts: Mapping[str, str]) -> str:
        for name, of in ((_CODE, fonds.code_fault), (_TITLE, fonds.title_fault)):
            slug = of(texts[name])
            if slug:
                return screen.say(f"fonds.fault.{name}.{slug}")
        return ""

    lines = [screen.say("fonds.ask")]
    if await fonds.is_joined():
        lines.append(screen.say("fonds.ask_joined"))
    asked = (
        Asked(_CODE, screen.say("fonds.code"), code, half_width),
        Asked(_TITLE, screen.say("fonds.name"), title),
    )
    question = Ask(screen.say("fonds.open"), asked, lines, fault)
    texts = await screen.app.push_screen_wait(question)
    if not texts:
        return ""
    made = texts[_CODE].strip()
    try:
        await fonds.open(made, texts[_TITLE])
    except screen.desk_app.known_errors as error:
        screen.tell_error(error)
        return ""
    for each in screen.app.screen_stack:
        each.post_message(CatalogueChanged())
    return made
