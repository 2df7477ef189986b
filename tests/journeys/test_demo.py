"""The demo, as a process, with samples and with real workbooks."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from sync.cli.tables import cells
from tests.journeys.stations import Station, environment
from tests.support.real_data import REPOSITORY, real_data_folder

pytestmark = [pytest.mark.journey, pytest.mark.timeout(240)]

PATIENCE_SECONDS = 200


def demo(unused: Path, *arguments: str, program: str = "sync.cli") -> str:
    """What the demo printed."""
    options = ["--home", str(unused), "--lang", "zh"]
    done = subprocess.run(
        [sys.executable, "-P", "-m", program, *options, "demo", *arguments],
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=PATIENCE_SECONDS,
        check=False,
        env={**environment(), "PYTHONPATH": str(REPOSITORY)},
    )
    assert done.returncode == 0, done
    assert "Traceback" not in done.stderr
    return done.stdout


def test_the_demo_tells_its_story_in_chinese(tmp_path: Path) -> None:
    said = demo(tmp_path / "unused", "--keep", str(tmp_path / "kept"))
    assert all(f"【{scene}】" in said for scene in range(1, 10))
    for word in (
        "示例", "已保存本机", "找不到中心", "线路断了", "中心已收 #", "有分歧待裁 1 处",
        "都对得上", "下限", "已签名·已核(王芳)", "已被替换",
    ):  # fmt: skip
        assert word in said, word
    assert "Traceback" not in said
    assert "同步" not in said
    assert max(cells(line) for line in said.splitlines()) <= 80
    assert (tmp_path / "kept" / "hub" / "archive.db").is_file()


@pytest.mark.realdata
def test_the_demo_runs_on_given_workbooks(tmp_path: Path) -> None:
    folder = real_data_folder()
    assert folder is not None
    rooms = folder / "catalogue" / "rooms"
    books = [str(rooms / "0001.xlsx"), str(rooms / "0002.xlsx")]
    told = demo(
        tmp_path / "unused",
        *("--json", "--catalogue", *books),
        program="tests.support.quick_demo",
    )
    figures = json.loads(told)
    costs = {cost["what"]: cost for cost in figures["costs"]}
    assert costs["whole"]["records"] == 510
    assert costs["whole"]["bytes"] <= 1.35 * costs["whole"]["floor"]
    assert costs["cut"]["bytes"] <= 1.8 * costs["cut"]["floor"]
    assert costs["idle"]["bytes"] <= 700


def test_the_demo_takes_two_workbooks_or_none(tmp_path: Path) -> None:
    said = Station(tmp_path / "x").run("demo", "--catalogue", "a.xlsx", status=2)
    assert "两个工作簿" in said.err
