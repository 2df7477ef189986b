"""The sample workbooks."""

from __future__ import annotations

from pathlib import Path

from node.catalogue.pack import load_pack
from node.exchange.recognise import recognise
from node.exchange.workbook import read_workbook
from sync.demo import read_holding
from sync.floor import floor_bytes
from sync.samples import ENTRIES_A_ROOM, ROOMS, SAMPLE_NOTE, entries, write_workbooks


def test_codes_are_unique_and_the_same_every_time() -> None:
    for room in ROOMS:
        first, second = list(entries(room)), list(entries(room))
        assert first == second
        assert len({entry.code for entry in first}) == ENTRIES_A_ROOM


def test_every_workbook_says_that_it_is_a_sample(tmp_path: Path) -> None:
    for room, path in zip(ROOMS, write_workbooks(tmp_path, 40), strict=True):
        sheet = read_workbook(path).sheets[0]
        assert "示例" in sheet.rows[0][0]
        table = recognise(read_workbook(path), load_pack())[0]
        rows = [row for _, row in table.entries()]
        assert len(rows) == 40
        assert all(SAMPLE_NOTE in row for row in rows)
        holding = read_holding(path)
        assert (holding.fonds, holding.title) == (room.fonds, room.title)


def test_the_floor_counts_values_column_by_column() -> None:
    records = [{"title": f"关于第{n}号的通知", "creators": ["甲"]} for n in range(200)]
    assert 0 < floor_bytes(records) < 1_000
    assert floor_bytes(records + records) < 2 * floor_bytes(records)
