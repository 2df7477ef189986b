"""A hit in full: its title, then every field in which a word stands, then the rest."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from rich.cells import cell_len
from rich.text import Text

from node.catalogue.pack import Pack
from tui.cells import drawn, text_of
from tui.display import Named
from tui.port.searches import Hit

_HIT: Final = "bold underline"
_BEFORE: Final = 12
"""Characters of a long field before its first hit."""
_LONGEST: Final = 60
_GAP: Final = "  "
"""Between fields."""
_ALWAYS: Final = ("doc_no", "year", "retention_code", "org_code", "state")


def hit_text(
    hit: Hit, label_of: Callable[[str], str], named: Named, pack: Pack
) -> Text:
    """The hit, one field behind the other."""
    text = Text()
    fields = hit.record.fields
    _add(text, hit, "title", "", named, is_whole=True)
    if hit.record.former:
        text.append(f"{_GAP}{label_of('former_code')} {hit.record.former}")
    shown = [name for name in fields if name in hit.spans and name != "title"]
    shown += [name for name in _ALWAYS if name in fields and name not in hit.spans]
    for name in shown:
        text.append(_GAP)
        field = pack.by_name.get(name)
        if field is not None and field.labels:
            text.append(f"{label_of(name)} {field.label(text_of(fields[name]))}")
        else:
            _add(text, hit, name, f"{label_of(name)} ", named, is_whole=False)
    return text


def folded(text: Text, width: int, most_lines: int) -> Text:
    """*text* in lines of *width*, ``…`` where it ends.

    A line is broken where it is full, or before the field that does not fit any more.
    """
    plain = text.plain
    breaks: list[int] = []
    used = start = 0
    end = len(text)
    for place, character in enumerate(plain):
        wide = cell_len(character)
        if used + wide > max(2, width):
            if len(breaks) + 1 == most_lines:
                end = place
                break
            gap = plain.rfind(_GAP, start, place)
            start = gap + len(_GAP) if gap > (start + place) // 2 else place
            breaks.append(start)
            used = cell_len(plain[start:place])
        used += wide
    shown = text[:end]
    if end < len(text):
        shown = text[: max(0, end - 2)]
        shown.append("…")
    lines = Text("\n").join(shown.divide(breaks))
    lines.no_wrap = True
    return lines


def _add(
    text: Text, hit: Hit, name: str, label: str, named: Named, *, is_whole: bool
) -> None:
    stored = text_of(hit.record.fields.get(name))
    shown, spans = drawn(stored, hit.spans.get(name, ()), named)
    start = 0
    if not is_whole and len(shown) > _LONGEST:
        first = spans[0][0] if spans else 0
        start = max(0, min(first - _BEFORE, len(shown) - _LONGEST))
    end = len(shown) if is_whole else start + _LONGEST
    text.append(label)
    if start:
        text.append("…")
    offset = len(text) - start
    text.append(shown[start:end])
    if end < len(shown):
        text.append("…")
    for first, behind in spans:
        if first < end and behind > start:
            text.stylize(_HIT, offset + max(first, start), offset + min(behind, end))
