"""Two rooms and a hub as processes: the story that the project is for."""

from __future__ import annotations

from pathlib import Path

import pytest

from sync.samples import ROOMS, write_workbook
from tests.journeys.stations import Station, free_port, next_second

pytestmark = [pytest.mark.journey, pytest.mark.timeout(300)]

FONDS = [f"{room.fonds}={room.title}" for room in ROOMS]


def joined(hub: Station, room: Station, name: str, fonds: str, address: str) -> None:
    """Make *room* and let it join."""
    room.run("init", "--name", name, "--fonds", fonds)
    invited = hub.ask("invite", "--name", name, "--fonds", fonds, "--address", address)
    room.run("join", invited["invitation"])


def test_what_rooms_write_without_a_link_is_found_at_the_hub(tmp_path: Path) -> None:
    hub = Station(tmp_path / "hub", "馆员")
    first, second = Station(tmp_path / "a", "乌兰"), Station(tmp_path / "b", "张敏")
    twin = Station(tmp_path / "a2", "巴特尔")
    port = free_port()
    hub.run("init", "--hub", "--name", "中心")
    with hub.open_door(port) as address:
        joined(hub, first, "甲室", FONDS[0], address)
        joined(hub, second, "乙室", FONDS[1], address)

    for station, room in zip((first, second), ROOMS, strict=True):
        book = tmp_path / room.workbook_name
        write_workbook(room, book, 250)
        station.run("import", str(book))
    offline = first.run("sync", status=4)
    assert "找不到中心" in offline.err
    waiting = first.ask("status")
    assert waiting["pending"]["operations"] >= 250
    assert waiting["receipt"]["number"] in {0, None}

    with hub.open_door(port) as address:
        report = first.ask("sync")
        assert set(report) == {
            "bytes_up", "bytes_down", "requests", "sent", "received", "results",
            "seconds",
        }  # fmt: skip
        assert report["sent"] >= 2
        second.run("sync")
        after = first.ask("status")
        assert after["pending"] == {"operations": 0, "bytes": 0}
        assert after["receipt"]["number"] > 0
        assert after["receipt"]["time"]
        assert {"9001"} <= {place["scope"] for place in after["receipt"]["scopes"]}
        assert f"中心已收 #{after['receipt']['number']}" in first.run("status").out

        assert hub.ask("status")["records"] == 500
        wanted = second.ask("search", "--limit", "1")["results"][0]
        found = hub.ask("search", wanted["fields"]["title"], f"fonds={ROOMS[1].fonds}")
        assert wanted["id"] in {record["id"] for record in found["results"]}
        shown = hub.ask("show", wanted["id"])
        assert {change["who"] for change in shown["history"]} == {"张敏"}
        assert all(change["receipt"] for change in shown["history"])

        joined(hub, twin, "甲室二号机", FONDS[0], address)
        twin.run("sync")
        assert twin.ask("status")["records"] == 250
        target = first.ask("search", "--limit", "1")["results"][0]["id"]
        first.run("set", target, "title=甲写的题名")
        twin.run("set", target, "title=乙写的题名")
        first.run("sync")
        twin.run("sync")
        first.run("sync")
        for station in (first, twin, hub):
            tickets = station.ask("conflicts")["conflicts"]
            assert [ticket["field"] for ticket in tickets] == ["title"]
            assert tickets[0]["record"] == target
            values = {
                (side["value"], side["who"], side["machine"])
                for side in tickets[0]["values"]
            }
            assert values == {
                ("甲写的题名", "乌兰", "甲室"),
                ("乙写的题名", "巴特尔", "甲室二号机"),
            }
            assert station.ask("status")["conflicts"] == 1
        assert "甲写的题名" in first.run("conflicts").out
    for station in (first, second, twin, hub):
        assert station.ask("verify", "--rebuild")["is_whole"] is True


def test_a_stick_does_what_the_network_does(tmp_path: Path) -> None:
    hub, room = Station(tmp_path / "hub", "馆员"), Station(tmp_path / "a")
    port = free_port()
    hub.run("init", "--hub", "--name", "中心")
    with hub.open_door(port) as address:
        joined(hub, room, "甲室", FONDS[0], address)
    room.run("add", "题名=随盘带走的一件", "日期=2024")
    up, down = str(tmp_path / "up.dyb"), str(tmp_path / "down.dyb")
    room.run("courier", "write", up)
    assert hub.ask("courier", "read", up)["sets"] >= 1
    assert hub.ask("search", "随盘带走")["total"] == 1
    next_second()
    hub.run("courier", "write", down, "--for", "甲室")
    room.run("courier", "read", down)
    status = room.ask("status")
    assert status["pending"]["operations"] == 0
    assert status["receipt"]["number"] > 0
    again = hub.run("courier", "read", up)
    assert hub.ask("search", "随盘带走")["total"] == 1
    assert again.status == 0
    stranger = Station(tmp_path / "x")
    stranger.run("init", "--name", "外室", "--fonds", "9999=外")
    assert stranger.run("courier", "read", down, status=None).status in {3, 5}


def test_an_invitation_works_once(tmp_path: Path) -> None:
    hub = Station(tmp_path / "hub")
    first, second = Station(tmp_path / "a"), Station(tmp_path / "b")
    port = free_port()
    hub.run("init", "--hub", "--name", "中心")
    first.run("init", "--name", "甲室", "--fonds", FONDS[0])
    second.run("init", "--name", "乙室", "--fonds", FONDS[0])
    with hub.open_door(port) as address:
        invited = hub.ask(
            "invite", "--name", "甲室", "--fonds", "9001", "--address", address
        )
        code = invited["invitation"]
        first.run("join", code)
        assert "已经加入" in first.run("join", code, status=5).err
        said = second.run("join", code, status=None)
        assert said.status in {4, 5}
        assert second.ask("status")["receipt"]["number"] in {0, None}
        second.run("join", "NOT-AN-INVITATION", status=3)
