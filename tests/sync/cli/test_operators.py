"""Operators at the command line: a passphrase asked for, twice, or read from a file."""

from __future__ import annotations

import getpass
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sync.cli.main import main

Run = Callable[..., Any]
EXIT_USAGE = 2
EXIT_INPUT = 3
EXIT_REFUSED = 5


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a command of a hub; its status and what it wrote."""

    def call(*arguments: str, home: str = "hub") -> tuple[int, str]:
        status = main(["--home", str(tmp_path / home), "--as", "管理员", *arguments])
        found = capsys.readouterr()
        return status, found.out + found.err

    assert call("init", "--hub", "--name", "中心")[0] == 0
    return call


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What a person at a terminal types when asked for a passphrase, first to last."""
    answers: list[str] = []
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    monkeypatch.setattr(getpass, "getpass", lambda _prompt: answers.pop(0))
    return answers


def listed(run: Run) -> list[tuple[str, bool]]:
    status, text = run("hub", "operator", "list", "--json")
    assert status == 0
    return [(each["name"], each["in_force"]) for each in json.loads(text)["operators"]]


def test_a_passphrase_is_asked_for_twice(run: Run, typed: list[str]) -> None:
    typed += ["三楼", "四楼"]
    status, text = run("hub", "operator", "add", "王芳")
    assert status == EXIT_USAGE
    assert "不一样" in text
    assert listed(run) == []
    typed += ["三楼", "三楼"]
    assert run("hub", "operator", "add", "王芳")[0] == 0
    assert typed == []
    assert listed(run) == [("王芳", True)]
    status, text = run("hub", "operator", "add", "王芳")
    assert (status, "operator-exists" in text) == (EXIT_REFUSED, True)


def test_an_empty_passphrase_has_to_be_meant(run: Run, typed: list[str]) -> None:
    typed += [""]
    status, text = run("hub", "operator", "add", "王芳")
    assert status == EXIT_USAGE
    assert "--no-passphrase" in text
    status, text = run("hub", "operator", "add", "王芳", "--no-passphrase")
    told = "".join(text.split())
    assert (status, "用口令封着" in told, "没有口令" in told) == (0, False, True)
    assert "没有口令" in run("hub", "operator", "list")[1]


def test_without_a_terminal_a_file_is_needed(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stdin, "isatty", lambda: False, raising=False)
    status, text = run("hub", "operator", "add", "王芳")
    assert (status, "--passphrase-file" in text) == (EXIT_USAGE, True)
    missing = str(tmp_path / "nothing")
    assert run("hub", "operator", "add", "王芳", "--passphrase-file", missing)[0] == 3
    file = tmp_path / "passphrase"
    file.write_text("三楼的钥匙\n第二行\n", "utf-8")
    given = ("--passphrase-file", str(file))
    assert run("hub", "operator", "add", "王芳", *given)[0] == 0
    status, _ = run("hub", "operator", "add", "李四", *given, "--no-passphrase")
    assert status == EXIT_USAGE
    assert listed(run) == [("王芳", True)]


def test_who_leaves_is_said_to_have_left(run: Run) -> None:
    assert run("hub", "operator", "add", "王芳", "--no-passphrase")[0] == 0
    status, text = run("hub", "operator", "remove", "王芳")
    assert status == 0
    assert "现在没有裁定员了" in text
    assert listed(run) == [("王芳", False)]
    status, text = run("hub", "operator", "remove", "李四")
    assert (status, "unknown-operator" in text) == (EXIT_INPUT, True)
    assert run("verify")[0] == 0


def test_a_room_names_no_operators(run: Run) -> None:
    assert run("init", "--name", "室", "--fonds", "1=全宗", home="room")[0] == 0
    status, text = run("hub", "operator", "add", "王芳", "--no-passphrase", home="room")
    assert (status, "not-a-hub" in text) == (EXIT_REFUSED, True)
