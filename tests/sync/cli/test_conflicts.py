"""Conflicts at the command line: listed, decided, taken back, asked and answered."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sync.cli.main import main
from tests.support.contestants import contestants

Run = Callable[..., tuple[int, str]]
HUB, FIRST, SECOND = "hub", "room-0", "room-1"
EXIT_USAGE = 2
EXIT_INPUT = 3
EXIT_REFUSED = 5


async def _made(folder: Path) -> None:
    async with contestants(folder, title="原题名", date="20200102") as contest:
        await contest.write(
            {"title": "关于甲事的通知。", "date": "20200103"},
            {"title": "关于甲事的通知", "date": "20200104"},
        )


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a command at the hub or a room; its status and what it wrote."""
    asyncio.run(_made(tmp_path))

    def call(home: str, *arguments: str) -> tuple[int, str]:
        status = main(["--home", str(tmp_path / home), "--as", "王芳", *arguments])
        found = capsys.readouterr()
        return status, found.out + found.err

    return call


def ask(run: Run, home: str, *arguments: str) -> Any:
    status, text = run(home, *arguments, "--json")
    assert status == 0, text
    return json.loads(text)


def ticket_of(run: Run, field: str) -> Any:
    found = ask(run, HUB, "conflicts", "list", "--field", field)
    assert found["total"] == 1
    return found["conflicts"][0]


def test_tickets_are_listed_with_every_value_at_every_machine(run: Run) -> None:
    for home in (HUB, FIRST, SECOND):
        for words in (["conflicts"], ["conflicts", "list", "--class", "field"]):
            status, text = run(home, *words)
            assert status == 0
            for part in ("同字段分歧", "20200103", "20200104", "甲室", "乙室"):
                assert part in text, (home, words)
    found = ask(run, HUB, "conflicts")
    assert found["total"] == 2
    assert {each["field"] for each in found["conflicts"]} == {"title", "date"}
    assert all(len(each["values"]) == 2 for each in found["conflicts"])
    assert "没有分歧" in run(HUB, "conflicts", "list", "--class", "code")[1]
    assert "没有了" in run(HUB, "conflicts", "list", "--offset", "5")[1]
    assert "1 到第 1" in run(HUB, "conflicts", "list", "--limit", "1")[1]


def test_a_ticket_is_shown_previewed_decided_and_taken_back(run: Run) -> None:
    ticket = ticket_of(run, "date")
    status, text = run(HUB, "conflicts", "show", ticket["id"])
    assert status == 0
    for part in ("基准", "20200102", "take 1", "both 2", "write"):
        assert part in text
    whole = ask(run, HUB, "conflicts", "show", ticket["id"])
    assert whole["base"]["value"] == "20200102"
    assert whole["evidence"]["fields"]["date"]
    wanted = ["conflicts", "resolve", ticket["id"], "write", "20200105"]
    status, text = run(HUB, *wanted, "--preview")
    assert status == 0
    assert "20200105" in text
    assert "还没有裁定" in text
    assert ticket_of(run, "date") == ticket
    made = ask(run, HUB, *wanted, "--reason", "原件")
    assert made["records"][0]["fields"]["date"] == "20200105"
    assert ask(run, HUB, "conflicts", "list", "--field", "date")["total"] == 0
    (decision,) = ask(run, HUB, "conflicts", "decided")["decisions"]
    assert (decision["id"], decision["reason"]) == (made["decision"], "原件")
    assert decision["who"] == "王芳"
    status, text = run(HUB, *wanted)
    assert status == EXIT_REFUSED
    assert "王芳 已经裁定了" in text
    status, text = run(HUB, "conflicts", "undo", made["decision"])
    assert status == 0
    assert "重新待裁" in text
    assert run(HUB, "conflicts", "undo", made["decision"])[0] == EXIT_REFUSED
    assert len(ticket_of(run, "date")["values"]) == 2
    assert "已不作数" in run(HUB, "conflicts", "decided")[1]


def test_what_cannot_be_read_is_a_usage_error(run: Run) -> None:
    for line in (
        "resolve 0123456789abcdef",
        "resolve 0123456789abcdef take",
        "resolve 0123456789abcdef take x",
        "resolve 0123456789abcdef write",
        "resolve 0123456789abcdef keep 1",
        "resolve 0123456789abcdef guess",
        "bulk --pick room",
        "bulk --pick longer --pick-room 甲室",
        "list --class 别的",
    ):
        assert run(HUB, "conflicts", *line.split())[0] == EXIT_USAGE, line
    for line, status in (
        ("show 0123456789abcdef", EXIT_REFUSED),
        ("show 没有", EXIT_INPUT),
        ("undo 没有", EXIT_INPUT),
        ("undo 7", EXIT_INPUT),
        ("answer 0123456789abcdef 是", EXIT_REFUSED),
        ("list --field 没有", EXIT_INPUT),
    ):
        assert run(HUB, "conflicts", *line.split())[0] == status, line


def test_a_room_answers_and_sees_its_values_but_decides_nothing(run: Run) -> None:
    ticket = ticket_of(run, "title")
    status, text = run(FIRST, "conflicts", "resolve", ticket["id"], "take", "1")
    assert status == EXIT_REFUSED
    assert "由中心裁定" in text
    assert run(FIRST, "conflicts", "ask", ticket["id"], "?")[0] == EXIT_REFUSED
    assert run(FIRST, "conflicts", "bulk", "--pick", "longer", "--yes")[0] == (
        EXIT_REFUSED
    )
    assert run(HUB, "conflicts", "ask", ticket["id"], "原件呢?")[0] == 0
    assert "已退回,待答" in run(HUB, "conflicts")[1]
    found = ask(run, FIRST, "conflicts", "mine")
    assert {value["standing"] for value in found["values"]} == {"waiting"}
    assert run(FIRST, "conflicts", "answer", ticket["id"], "在")[0] == 0
    status, text = run(FIRST, "conflicts", "mine")
    assert status == 0
    assert "待裁" in text
    assert run(HUB, "conflicts", "object", "K3Q7ZT-1-M", "不")[0] == EXIT_REFUSED


def test_alike_tickets_are_looked_at_first_and_decided_with_yes(run: Run) -> None:
    wanted = ["conflicts", "bulk", "--pattern", "punctuation", "--pick", "longer"]
    status, text = run(HUB, *wanted)
    assert status == 0
    assert "同类的有 1 处" in text
    assert " *" in text
    assert ask(run, HUB, "conflicts")["total"] == 2
    done = ask(run, HUB, *wanted, "--yes", "--reason", "标点")
    assert (done["decided"], done["left"]) == (1, 0)
    assert ask(run, HUB, "conflicts")["total"] == 1
    status, text = run(HUB, "conflicts", "undo", str(done["bulk"]))
    assert status == 0
    assert ask(run, HUB, "conflicts")["total"] == 2
