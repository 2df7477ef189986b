"""The workbook of the practice room's import exercise; one row has a wrong date."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import xlsxwriter

from sync.samples import SAMPLE_NOTE, SampleRoom

WORKBOOK_TITLES: Final = (
    "关于印发2023年爱国卫生运动实施方案的通知",
    "关于2023年档案工作检查情况的通报",
    "关于调整2023年值班和应急工作安排的通知",
    "关于2023年秋季造林绿化验收结果的批复",
)
_HEADINGS: Final = (
    "题名",
    "文号",
    "责任者",
    "日期",
    "年度",
    "保管期限",
    "页数",
    "备注",
)
_DATES: Final = ("20230315", "20230420", "20230930", "20231340")
"""The last one is no day of the calendar."""


def write_practice_workbook(path: Path, room: SampleRoom) -> None:
    """Write the workbook to *path*."""
    creator = room.title.removesuffix("(示例)")
    book = xlsxwriter.Workbook(str(path), {"constant_memory": True})
    sheet = book.add_worksheet("练习")
    sheet.write_row(0, 0, _HEADINGS)
    for row, (title, date) in enumerate(zip(WORKBOOK_TITLES, _DATES, strict=True), 1):
        doc_no = f"{room.sign}〔2023〕{row}号"
        cells = (title, doc_no, creator, date, "2023", "D10", str(row), SAMPLE_NOTE)
        sheet.write_row(row, 0, cells)
    book.close()
