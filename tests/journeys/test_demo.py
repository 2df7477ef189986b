"""The demo, as a process, with samples and with real workbooks."""

from __future__ import annotations

from pathlib import Path

import pytest

from sync.cli.tables import cells
from tests.journeys.stations import Station
from tests.support.real_data import real_data_folder

pytestmark = [pytest.mark.journey, pytest.mark.timeout(240)]


def test_the_demo_tells_its_story_in_chinese(tmp_path: Path) -> None:
    said = Station(tmp_path / "unused").run("demo", "--keep", str(tmp_path / "kept"))
    assert all(f"【{scene}】" in said.out for scene in range(1, 9))
    for word in (
        "示例", "已保存本机", "找不到中心", "线路断了", "中心已收 #", "有分歧待裁 1 处",
        "都对得上", "下限",
    ):  # fmt: skip
        assert word in said.out, word
    assert "Traceback" not in said.out + said.err
    assert "同步" not in said.out
    assert max(cells(line) for line in said.out.splitlines()) <= 80
    assert (tmp_path / "kept" / "hub" / "archive.db").is_file()


@pytest.mark.realdata
def test_the_demo_runs_on_given_workbooks(tmp_path: Path) -> None:
    folder = real_data_folder()
    assert folder is not None
    rooms = folder / "catalogue" / "rooms"
    books = [str(rooms / "0001.xlsx"), str(rooms / "0002.xlsx")]
    figures = Station(tmp_path / "unused").ask("demo", "--catalogue", *books)
    costs = {cost["what"]: cost for cost in figures["costs"]}
    assert costs["whole"]["records"] == 510
    assert costs["whole"]["bytes"] <= 1.35 * costs["whole"]["floor"]
    assert costs["cut"]["bytes"] <= 1.8 * costs["cut"]["floor"]
    assert costs["idle"]["bytes"] <= 700


def test_the_demo_takes_two_workbooks_or_none(tmp_path: Path) -> None:
    said = Station(tmp_path / "x").run("demo", "--catalogue", "a.xlsx", status=2)
    assert "两个工作簿" in said.err
