"""Sharing at the command line: made at the hub, carried, found in the room, ended."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from node.home import Home
from node.machine import Machine
from sync.cli.main import main
from sync.hub import listening

Run = Callable[..., tuple[int, str]]
EXIT_INPUT = 3
EXIT_REFUSED = 5


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a command at one of three machines; its status and what it wrote."""

    def call(home: str, *arguments: str) -> tuple[int, str]:
        status = main(["--home", str(tmp_path / home), "--as", "王芳", *arguments])
        found = capsys.readouterr()
        return status, found.out + found.err

    assert call("hub", "init", "--hub", "--name", "中旗档案馆")[0] == 0
    for home, name, fonds in (
        ("a", "水利局", "0073=水利局全宗"),
        ("b", "农业局", "0074=农业局全宗"),
    ):
        assert call(home, "init", "--name", name, "--fonds", fonds)[0] == 0
        code = fonds[:4]
        _, text = call("hub", "invite", "--name", name, "--fonds", code, "--json")
        invitation = json.loads(text)["invitation"]
        with_hub(tmp_path, lambda url, home=home, text=invitation: joined(  # type: ignore[misc]
            tmp_path / home, text, url
        ))  # fmt: skip
    return call


def with_hub(folder: Path, work: Callable[[str], Any]) -> None:
    """Do *work* while the hub listens; it is given the address."""

    async def serve() -> None:
        hub = await Machine.open(Home(folder / "hub"))
        try:
            async with listening(hub, "127.0.0.1", 0) as port:
                await work(f"http://127.0.0.1:{port}")
        finally:
            await hub.close()

    asyncio.run(serve())


async def joined(home: Path, invitation: str, url: str) -> None:
    from sync.joining import join  # noqa: PLC0415

    machine = await Machine.open(Home(home))
    try:
        await join(machine, invitation, url)
    finally:
        await machine.close()


@dataclass
class Sticks:
    """Carries bundles between the rooms and the hub."""

    run: Run
    folder: Path

    def up(self, home: str) -> None:
        stick = str(self.folder / "up")
        assert self.run(home, "courier", "write", stick)[0] == 0
        assert self.run("hub", "courier", "read", stick)[0] == 0

    def down(self, home: str, name: str) -> None:
        stick = str(self.folder / "down")
        assert self.run("hub", "courier", "write", stick, "--for", name)[0] == 0
        assert self.run(home, "courier", "read", stick)[0] == 0


def test_a_room_is_lent_a_fonds_until_it_ends(run: Run, tmp_path: Path) -> None:
    run("a", "add", "题名=关于防汛工作的通知", "日期=20200301")
    run("b", "add", "题名=防汛值班表", "日期=20200302")
    sticks = Sticks(run, tmp_path)
    sticks.up("a")
    sticks.up("b")
    share = ("hub", "share", "add", "农业局", "--fonds", "0073")
    status, text = run("hub", *share, "--until", "2020-12-31")
    assert status == EXIT_INPUT
    assert "过去" in text
    status, text = run("hub", *share, "--until", "2099-12-31", "--years", "2019-2021")
    assert status == 0
    assert "0073 水利局全宗" in text
    assert "2019–2021" in text
    assert run("b", *share, "--until", "2099-12-31")[0] == EXIT_REFUSED
    assert run("b", "shared") == (0, "本室没有外单位摘录。\n")
    assert run("hub", "hub", "share", "digests", "on")[0] == 0
    sticks.down("b", "农业局")

    _, text = run("b", "search", "防汛")
    assert "防汛值班表" in text
    assert "关于防汛工作的通知" not in text
    assert "外单位摘录里还有 1 件" in text
    _, text = run("b", "search", "防汛", "--shared")
    assert "关于防汛工作的通知" in text
    assert "0073 水利局全宗" in text
    assert "2099-12-31" in text
    assert "中旗档案馆" in text
    page = json.loads(run("b", "search", "防汛", "--shared", "--json")[1])
    (found,) = page["results"]
    assert found["provenance"]["fonds"] == "0073"
    assert found["provenance"]["until"] == "2099-12-31"
    digests, held = json.loads(run("b", "shared", "--json")[1])["extracts"]
    assert digests["kind"] == "digests"
    assert (held["rows"], held["missing"], held["shown"]) == (1, 0, True)
    _, text = run("b", "shared")
    assert "0073 水利局全宗" in text
    assert "已数字化清单" in text

    _, text = run("hub", "hub", "share", "list", "--json")
    _, known = json.loads(text)["agreements"]
    assert known["reader"] == "农业局"
    assert "农业局" in run("hub", "hub", "share", "list")[1]
    assert run("hub", "hub", "share", "end", known["id"])[0] == 0
    assert run("hub", "hub", "share", "end", known["id"])[0] == EXIT_INPUT
    assert run("hub", "hub", "share", "digests", "off")[0] == 0
    assert run("hub", "hub", "share", "digests", "off")[0] == EXIT_INPUT
    sticks.up("b")
    sticks.down("b", "农业局")
    assert "没有找到" in run("b", "search", "防汛", "--shared")[1]
    assert run("b", "shared") == (0, "本室没有外单位摘录。\n")

    _, text = run("hub", "search", "防汛")
    assert "著录于" in text
    assert "水利局" in text
    page = json.loads(run("hub", "search", "防汛", "--json")[1])
    assert page["results"][0]["provenance"] == {"fonds": "0073", "machine": "水利局"}
