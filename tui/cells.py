"""A record's values as cells of a ledger: one line, drawable, hits in their place."""

from __future__ import annotations

from collections.abc import Sequence

from node.catalogue.pack import Field
from node.catalogue.record import WITHDRAWN, Record, Shown
from tui.display import Named, drawable
from tui.widgets.ledger_cells import Span

OPEN_SIGN = "?"
WITHDRAWN_SIGN = "x"


def text_of(value: Shown | None) -> str:
    """A value in one line, as it is stored."""
    if value is None:
        return ""
    return "、".join(value) if isinstance(value, list) else str(value)


def labelled(record: Record, field: Field) -> str:
    """A value of *record* by the word that people use for it."""
    return field.label(text_of(record.fields.get(field.name)))


def drawn(text: str, spans: Sequence[Span], named: Named) -> tuple[str, list[Span]]:
    """*text* as it can be drawn, and where its *spans* stand in that."""
    shown = drawable(text, named)
    if shown == text:
        return text, list(spans)
    moved = []
    for first, behind in spans:
        start = min(len(drawable(text[:first], named)), len(shown))
        end = min(len(drawable(text[:behind], named)), len(shown))
        moved.append((start, end) if start < end else (0, len(shown)))
    return shown, moved


def sign_of(record: Record) -> str:
    """One character that says what is unusual about the record."""
    if record.state == WITHDRAWN:
        return WITHDRAWN_SIGN
    return OPEN_SIGN if record.open_fields else ""
