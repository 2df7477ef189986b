"""Numbers at the command line: listed, asked for, lent, sealed, papers stamped anew."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from node.catalogue.numbering import FilingKey
from node.home import Home
from node.machine import Machine
from protocol.operations import Actor
from sync.cli.main import main

Run = Callable[..., tuple[int, str]]
KEY = FilingKey("0073", 2020, "D30", "BGS")
STEM = "0073-WS·2020-D30-BGS-"
EXIT_USAGE = 2
EXIT_INPUT = 3
EXIT_REFUSED = 5


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a command at a room that has filed three items."""

    def call(*arguments: str) -> tuple[int, str]:
        status = main(["--home", str(tmp_path / "room"), "--as", "王芳", *arguments])
        found = capsys.readouterr()
        return status, found.out + found.err

    assert call("init", "--name", "库伦镇", "--fonds", "0073=库伦街道办事处")[0] == 0
    asyncio.run(filed(tmp_path / "room"))
    return call


async def filed(home: Path) -> None:
    machine = await Machine.open(Home(home))
    clerk = Actor("王芳")
    try:
        for number in (1, 2, 3):
            values = {
                "title": f"第{number}号通知",
                "date": f"2020060{number}",
                "creators": "库伦旗人民政府",
                "pages": "2",
                "year": "2020",
                "retention_code": "D30",
                "org_code": "BGS",
            }
            await machine.catalogue.add(clerk, "0073", values, at_desk=True)
        filing = machine.catalogue.filing
        await filing.file(clerk, await filing.arrangement(clerk, KEY))
    finally:
        await machine.close()


def told(run: Run, *arguments: str) -> Any:
    status, text = run(*arguments, "--json")
    assert status == 0, text
    return json.loads(text)


def test_a_room_lists_seals_and_stamps_anew(run: Run, tmp_path: Path) -> None:
    assert (
        run("set", f"{STEM}0002", "档号=" + f"{STEM}0009", "--reason", "错号")[0] == 0
    )
    (sequence,) = told(run, "numbers", "list")["sequences"]
    assert (sequence["stem"], sequence["last"], sequence["final"]) == (STEM, 9, False)
    assert "暂定号" in run("numbers", "list")[1]
    status, text = run("numbers", "close", STEM)
    assert (status, "中间有空号" in text) == (EXIT_REFUSED, True)
    look = told(run, "numbers", "close", STEM, "--preview")
    assert look["gaps"] == [[2, 2], [4, 8]]
    assert f"{STEM}0009 → {STEM}0003" in run("numbers", "close", STEM, "--preview")[1]
    closed = told(run, "numbers", "close", STEM, "--close-gaps")
    assert (closed["last"], closed["amount"], len(closed["moves"])) == (3, 3, 2)
    shown = told(run, "show", f"{STEM}0009")
    assert shown["numbering"] == {
        "code": f"{STEM}0003",
        "final": True,
        "contested": False,
        "holder": True,
        "former": [f"{STEM}0002", f"{STEM}0009"],
    }
    text = run("show", f"{STEM}0003")[1]
    assert "正式号" in text
    assert "原档号" in text
    found = told(run, "search", "0009")
    assert [each["former"] for each in found["results"]] == [f"{STEM}0009"]

    papers = told(run, "numbers", "restamp", "list")["restamp"]
    assert [each["former"][-4:] for each in papers] == ["0003", "0002"]
    slip = tmp_path / "slip.pdf"
    printed = told(run, "numbers", "restamp", "print", str(slip))
    assert (printed["papers"], slip.read_bytes()[:4]) == (2, b"%PDF")
    assert told(run, "numbers", "restamp", "done", papers[0]["code"]) == {
        "restamped": 1
    }
    assert "共 1 件待改盖章" in run("numbers", "restamp", "list")[1]
    assert told(run, "numbers", "restamp", "done", "--all") == {"restamped": 1}
    assert "没有待改盖章" in run("numbers", "restamp", "list")[1]


def test_what_cannot_be_done_says_why(run: Run) -> None:
    assert run("numbers", "close", "0999-1")[0] == EXIT_INPUT
    assert run("numbers", "holder", "0073", "别的室")[0] == EXIT_REFUSED
    assert run("numbers", "close", STEM, "--close-gaps", "--keep-gaps")[0] == EXIT_USAGE
    assert run("numbers", "restamp", "done")[0] == EXIT_USAGE
    assert run("numbers", "ask", STEM, "--amount", "0")[0] == EXIT_USAGE
    assert told(run, "numbers", "ask", STEM) == {"stem": STEM, "asked": 0}
    assert told(run, "numbers", "return", STEM) == {"stem": STEM, "returned": []}
    status, text = run("--lang", "en", "numbers", "close", "0073-WS·2020-Y-")
    assert status == EXIT_REFUSED
    assert "there is nothing to seal" in text
