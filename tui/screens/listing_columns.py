"""The columns of a 归档文件目录 by the rule pack, for a screen of any width."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, cast, get_args

from node.catalogue.listing import OrderField
from node.catalogue.pack import Pack
from node.catalogue.record import Record
from sync.cli.values import field_label
from sync.words.catalogue import Words
from tui.cells import drawn, labelled, sign_of
from tui.display import Named
from tui.widgets.ledger import Column, Line

PLACE: Final = "place"
"""The running number, which is no field."""
_LEAST: Final = {
    "code": 12,
    "doc_no": 12,
    "creators": 8,
    "title": 24,
    "date": 8,
    "secrecy": 4,
    "pages": 4,
    "notes": 8,
}
"""Terminal columns without which a field says nothing."""
_RANKS: Final = {"notes": 4, "secrecy": 3, "doc_no": 2, "creators": 1}
"""What makes room first on a narrow screen."""
_DEFAULT_LEAST: Final = 8
_SHARED: Final = frozenset({"title", "doc_no", "creators", "notes", "code"})
ORDERS: Final = tuple(cast("tuple[OrderField, ...]", get_args(OrderField)))


def columns_of(
    pack: Pack, words: Words, heading: str, *, order: str = "", mark: str = ""
) -> list[Column]:
    """序号, then the fields of the pack's ledger; *mark* stands at the sorted one."""
    found = [Column(heading, 6, is_right=True, name=PLACE)]
    for column in pack.form.columns:
        name = column.field
        title = field_label(name, pack, words)
        least = _LEAST.get(name, _DEFAULT_LEAST)
        found.append(
            Column(
                f"{title}{mark}" if name == order else title,
                least,
                share=max(0, column.width - least) if name in _SHARED else 0,
                is_right=name == "pages",
                rank=_RANKS.get(name, 0),
                is_cut_left=name == "code",
                name=name,
            )
        )
    return found


def line_of(
    record: Record, place: int, columns: Sequence[Column], pack: Pack, named: Named
) -> Line:
    """A record as a line of the ledger."""
    cells = [str(place + 1)]
    for column in columns[1:]:
        text = labelled(record, pack.by_name[column.name])
        cells.append(drawn(text, (), named)[0])
    return Line(record.id, tuple(cells), sign_of(record))
