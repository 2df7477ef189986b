"""duplicates at the command line: candidates, the same text, what is scanned."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from node.home import Home
from node.machine import Machine
from protocol.operations import Actor
from sync.cli.main import main

Run = Callable[..., tuple[int, str]]
EXIT_USAGE = 2
EXIT_INPUT = 3
EXIT_REFUSED = 5
TITLE = "题名=库伦旗人民政府关于做好防汛抗旱工作的通知"


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a command of a room with two fonds; its status and what it wrote."""

    def call(*arguments: str, home: str = "room") -> tuple[int, str]:
        status = main(["--home", str(tmp_path / home), "--as", "其其格", *arguments])
        found = capsys.readouterr()
        return status, found.out + found.err

    fonds = ("--fonds", "0073=库伦街道办事处", "--fonds", "0074=扣河子镇")
    assert call("init", "--name", "甲室", *fonds)[0] == 0
    return call


def add(run: Run, fonds: str, *values: str) -> str:
    status, text = run("add", TITLE, *values, "--fonds", fonds, "--json")
    assert status == 0
    return str(json.loads(text)["id"])


def document(run: Run, *arguments: str) -> Any:
    status, text = run("duplicates", *arguments, "--json")
    assert status == 0
    return json.loads(text)


def test_candidates_are_listed_with_what_speaks_for_them(run: Run) -> None:
    assert run("duplicates") == (0, "没有疑似重复的。\n")
    one = add(run, "0073", "文号=库政发〔2019〕12号", "date=2019-03-05")
    other = add(run, "0073", "文号=库政发[2019]12号", "date=2019-03-05")
    third = add(run, "0073", "文号=库政发[2019]13号", "date=2019-03-05")
    found = document(run)
    assert (found["total"], found["waiting"]) == (1, 0)
    (pair,) = found["candidates"]
    assert [each["id"] for each in pair["records"]] == [one, other]
    assert (pair["same_number"], pair["same_day"]) == (True, True)
    status, text = run("duplicates", other)
    assert status == 0
    assert "文号相同、日期相同" in text
    assert one in text
    assert document(run, third) == {"candidates": []}
    assert "没有与" in run("duplicates", third)[1]
    assert "2 pairs" not in run("duplicates", "--lang", "en")[1]
    assert document(run, "--fonds", "0074")["total"] == 0


def test_the_same_text_elsewhere_is_listed_linked_and_unlinked(run: Run) -> None:
    here = add(run, "0073", "文号=库政发〔2019〕12号")
    there = add(run, "0074", "文号=库政发[2019]12号")
    (group,) = document(run, "--elsewhere")["same_texts"]
    assert {each["id"] for each in group["records"]} == {here, there}
    assert "0073、0074" in run("duplicates", "--elsewhere")[1]
    status, text = run("duplicates", "link", here, there, "--reason", "同一份来文")
    assert status == 0
    assert "同文" in text
    assert "没有发现" in run("duplicates", "--elsewhere")[1]
    assert run("duplicates", "unlink", here, there)[0] == 0
    assert len(document(run, "--elsewhere")["same_texts"]) == 1
    assert run("duplicates", "link", here)[0] == EXIT_USAGE
    assert run("duplicates", "link", here, here)[0] == EXIT_INPUT


def test_a_room_without_a_list_says_what_to_do(run: Run) -> None:
    one = add(run, "0073", "文号=库政发〔2019〕12号")
    status, text = run("duplicates", "ask", one)
    assert status == EXIT_REFUSED
    assert "摘要表" in text
    assert run("duplicates", "ask")[0] == EXIT_USAGE
    assert run("duplicates", "ask", one, "--year", "2019")[0] == EXIT_USAGE
    assert run("duplicates", one, one)[0] == EXIT_USAGE


async def open_fonds(home: Path) -> None:
    machine = await Machine.open(Home(home))
    for code, title in (("0001", "甲"), ("0002", "乙")):
        await machine.catalogue.open_fonds(Actor("其其格"), code, title)
    await machine.hub.prepare()
    await machine.close()


def test_a_hub_is_asked_for_a_whole_year(run: Run, tmp_path: Path) -> None:
    assert run("init", "--hub", "--name", "中心", home="hub")[0] == 0
    asyncio.run(open_fonds(tmp_path / "hub"))
    scanned = ("--fonds", "0001", "文号=库政发〔2019〕12号", "生成方式=数字化")
    assert run("add", TITLE, *scanned, home="hub")[0] == 0
    assert run("add", TITLE, "--fonds", "0002", "年度=2019", home="hub")[0] == 0
    wanted = ("--fonds", "0002", "文号=库政发[2019]12号", "年度=2019")
    assert run("add", TITLE, *wanted, home="hub")[0] == 0
    asked = ("duplicates", "ask", "--fonds", "0002", "--year", "2019")
    status, text = run(*asked, "--json", home="hub")
    assert status == 0
    found = json.loads(text)
    assert (found["asked"], len(found["found"])) == (2, 1)
    assert found["found"][0]["held"] == [
        {"fonds": "0001", "title": "甲", "by": "number"}
    ]
    assert "别处已数字化的 1 件" in run(*asked, home="hub")[1]
