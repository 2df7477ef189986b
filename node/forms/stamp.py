"""归档章: what is stamped on the first page of an item (DA/T 22-2015, appendix A).

Two rows of three: 全宗号, 年度, 件号; 机构(问题), 保管期限, 页数.
"""

from __future__ import annotations

from dataclasses import dataclass

from node.forms.filing import FilingForm, FilingLine, Say, item_of, retention_text
from node.forms.printable import columns_of, printable


@dataclass(frozen=True, slots=True)
class StampCell:
    """One of the six fields."""

    name: str
    value: str


def stamp_of(
    form: FilingForm, line: FilingLine, say: Say
) -> tuple[tuple[StampCell, StampCell, StampCell], ...]:
    """The two rows of the stamp for one item of *form*."""
    return (
        (
            StampCell(say("forms.fonds"), form.fonds),
            StampCell(say("forms.year"), form.year),
            StampCell(say("forms.item"), item_of(line.code)),
        ),
        (
            StampCell(say("forms.org"), form.org),
            StampCell(say("forms.retention"), retention_text(form.retention_code, say)),
            StampCell(say("forms.column.pages"), line.pages),
        ),
    )


def stamp_text(
    form: FilingForm, line: FilingLine, say: Say, *, is_ambiguous_wide: bool = False
) -> str:
    """The stamp in letters of one width, for a preview."""
    rows = stamp_of(form, line, say)
    texts = [
        part
        for row in rows
        for part in (
            [printable(cell.value) for cell in row],
            [cell.name for cell in row],
        )
    ]
    widths = [
        max(_columns(row[place], is_ambiguous_wide) for row in texts) + 2
        for place in range(3)
    ]
    rule = "+".join(["", *("-" * width for width in widths), ""])
    drawn = [rule]
    for number, row in enumerate(texts):
        cells = [
            _centred(text, width, is_ambiguous_wide)
            for text, width in zip(row, widths, strict=True)
        ]
        drawn.append("|".join(["", *cells, ""]))
        if number % 2:
            drawn.append(rule)
    return "\n".join(drawn)


def _columns(text: str, is_ambiguous_wide: bool) -> int:  # noqa: FBT001
    return columns_of(text, is_ambiguous_wide=is_ambiguous_wide)


def _centred(text: str, width: int, is_ambiguous_wide: bool) -> str:  # noqa: FBT001
    spare = width - _columns(text, is_ambiguous_wide)
    return " " * (spare // 2) + text + " " * (spare - spare // 2)
