"""附注 of a record: what differed and was settled by rule, and bringing back the other.

Nobody has to decide these; the value that is not shown is kept, and one command puts
it in the place of the other. That is a change like any other: F6 takes it back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from node.catalogue.pack import Pack
from sync.cli.values import field_label
from tui.display import time_text
from tui.open_form import text_of
from tui.port.records import Detail
from tui.record_lines import SETTLED_BY_RULE
from tui.screens.asking import Choice, Option

if TYPE_CHECKING:
    from tui.screens.desk_screen import DeskScreen
    from tui.screens.entry_questions import Questions


@dataclass(frozen=True, slots=True)
class Lost:
    """A value that is kept and not shown."""

    field: str
    text: str
    who: str
    machine: str
    time: int


def lost_values(detail: Detail, pack: Pack) -> list[Lost]:
    """Values of fields that were settled by rule, other than those shown."""
    found = []
    for ticket in detail.open:
        known = pack.by_name.get(ticket.field)
        if known is None or known.merge not in SETTLED_BY_RULE:
            continue
        shown = text_of(known, detail.record.fields.get(known.name))
        for side in ticket.values:
            text = text_of(known, side.value)
            if text != shown:
                found.append(Lost(known.name, text, side.who, side.machine, side.time))
    return found


async def bring_back(
    screen: DeskScreen, questions: Questions, detail: Detail, lost: Sequence[Lost]
) -> Lost | None:
    """Put one of the values in the place of what is shown; which one it was."""
    chosen = await _chosen(screen, questions, lost)
    if chosen is None:
        return None
    reason = ""
    if detail.is_filed:
        title = screen.say("record_page.bring_back")
        reason = await questions.about_reason(title) or ""
        if not reason:
            return None
    entries = screen.desk.entries
    filled = await entries.fill(detail.record.id)
    values = {chosen.field: chosen.text}
    await entries.change(
        detail.record.id, values, filled.seen, reason=reason, draft_no=0
    )
    return chosen


async def _chosen(
    screen: DeskScreen, questions: Questions, lost: Sequence[Lost]
) -> Lost | None:
    """The only one, or the one that the person chooses."""
    if len(lost) == 1:
        return lost[0]
    options = [
        Option(str(place), told(screen, each), f"{each.who} {time_text(each.time)}")
        for place, each in enumerate(lost)
    ]
    title = screen.say("record_page.bring_back")
    answer = await questions.answered(Choice(title, options))
    return None if answer is None else lost[int(answer)]


def told(screen: DeskScreen, lost: Lost) -> str:
    """A value with its field."""
    label = field_label(lost.field, screen.desk.pack, screen.words)
    return screen.say("record_page.lost", field=label, text=lost.text)
