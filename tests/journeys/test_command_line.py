"""The command line of one room, as processes: every command, option and JSON key."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from sync.samples import ROOMS, write_workbook
from tests.journeys.stations import Station

pytestmark = [pytest.mark.journey, pytest.mark.timeout(180)]

RECORD_KEYS = {"id", "level", "fonds", "code", "state", "fields"}


@pytest.fixture
def room(tmp_path: Path) -> Station:
    station = Station(tmp_path / "room")
    station.run("init", "--name", "甲室", "--fonds", "9001=巴彦塔拉镇人民政府(示例)")
    return station


def test_a_record_is_added_changed_shown_and_found(room: Station) -> None:
    added = room.ask(
        "add", "题名=关于做好防汛工作的通知", "日期=2019.9.30", "文号=巴政发[2019]3号",
        "责任者=镇政府", "责任者=水利站", "保管期限=永久",
    )  # fmt: skip
    assert set(added) >= RECORD_KEYS
    assert added["level"] == "item"
    assert added["fonds"] == "9001"
    fields = added["fields"]
    assert fields["title"] == "关于做好防汛工作的通知"
    assert fields["date"] == "20190930"
    assert fields["doc_no"] == "巴政发〔2019〕3号"
    assert fields["creators"] == ["镇政府", "水利站"]
    assert fields["retention_code"] == "Y"

    changed = room.ask("set", added["id"], "title=关于做好防汛值班的通知", "pages=4")
    assert changed["id"] == added["id"]
    assert changed["fields"]["title"] == "关于做好防汛值班的通知"
    assert changed["fields"]["pages"] == 4

    shown = room.ask("show", added["id"])
    assert shown["fields"] == changed["fields"]
    acts = [(change["kind"], change["field"]) for change in shown["history"]]
    assert ("create", "title") in acts
    assert ("set", "title") in acts
    assert {change["who"] for change in shown["history"]} == {"乌兰"}
    assert {change["machine"] for change in shown["history"]} == {"甲室"}
    assert {change["receipt"] for change in shown["history"]} == {None}

    for words in (
        ["防"],
        ["防汛", "值班"],
        ["〔2019〕3号"],
        ["[2019] 3"],
        ["year=2019"],
    ):
        found = room.ask("search", *words)
        assert set(found) == {"total", "total_is_exact", "results"}
        assert [record["id"] for record in found["results"]] == [added["id"]]
    assert room.ask("search", "抗旱") == {
        "total": 0,
        "total_is_exact": True,
        "results": [],
    }


def test_text_for_people_names_facts_and_never_success(room: Station) -> None:
    said = room.run("add", "题名=甲", "日期=2019")
    assert "已保存本机" in said.out
    identity = room.ask("search", "甲")["results"][0]["id"]
    shown = room.run("show", identity).out
    assert "乌兰  甲室  已保存本机" in shown
    status = room.run("status").out
    assert "1 件" in status
    assert "待上报" in status
    assert "还没有加入中心" in status
    assert "同步" not in status + shown + said.out


def test_a_workbook_goes_in_out_and_is_taken_back(
    room: Station, tmp_path: Path
) -> None:
    book = tmp_path / "目录.xlsx"
    write_workbook(ROOMS[0], book, 60)
    tried = room.ask("import", str(book), "--dry-run")
    assert (tried["rows"], tried["added"], tried["refused"]) == (60, 60, 0)
    assert room.ask("search")["total"] == 0

    done = room.ask("import", str(book))
    assert set(done) >= {"batch", "rows", "added", "updated", "unchanged", "refused"}
    assert (done["rows"], done["added"]) == (60, 60)
    again = room.ask("import", str(book))
    assert (again["added"], again["updated"], again["unchanged"]) == (0, 0, 60)
    assert room.ask("status")["records"] == 60

    code = room.ask("search", "--limit", "1")["results"][0]["code"]
    assert room.ask("show", code)["code"] == code

    out = tmp_path / "导出.csv"
    assert room.ask("export", str(out))["rows"] == 60
    with out.open(encoding="utf-8-sig", newline="") as file:
        assert len(list(csv.reader(file))) == 61
    room.run("export", str(tmp_path / "导出.xlsx"))
    room.run("export", str(tmp_path / "导出.txt"), status=2)

    listed = room.ask("import", "list")["imports"]
    assert {entry["batch"] for entry in listed} >= {done["batch"], again["batch"]}
    room.run("import", "undo", str(done["batch"]))
    assert room.ask("status")["records"] == 0
    room.run("import", "undo", "99", status=3)


def test_a_faulty_row_is_refused_with_its_reason_beside_it(
    room: Station, tmp_path: Path
) -> None:
    book = tmp_path / "目录.csv"
    lines = (
        "题名,日期,密级",
        "关于甲的通知,20190101,",
        "关于乙的通知,20190230,",
        "关于丙的通知,2019,机密",
    )
    book.write_text("\n".join(lines), encoding="gb18030")
    done = room.ask("import", str(book), "--fonds", "9001")
    assert (done["added"], done["refused"]) == (1, 2)
    assert done["refused_file"] is not None
    assert Path(done["refused_file"]).is_file()


def test_every_refusal_has_its_status_and_a_chinese_sentence(room: Station) -> None:
    for arguments, status, word in (
        (["add", "密级=机密", "题名=甲"], 3, "国家秘密"),
        (["add", "题名=甲", "日期=20190230"], 3, "没有这一天"),
        (["add", "题木=甲"], 3, "没有“题木”这个字段"),
        (["add", "题名=甲", "全宗=7777"], 3, "本机没有全宗 7777"),
        (["show", "没有这个"], 3, "没有找到"),
        (["sync"], 5, "还没有加入中心"),
        (["hub", "serve", "--listen", "127.0.0.1:1"], 5, "本机是档案室"),
        (["import", "没有.xlsx"], 3, "没有.xlsx"),
        (["init", "--name", "乙"], 5, "已有机器数据"),
        (["search", "--limit", "many"], 2, "many"),
        (["courier", "write", "x.dyb"], 5, "还没有加入中心"),
        (["sync", "--address", "http://[::"], 2, "地址要写成"),
        (["hub", "serve", "--listen", "127.0.0.1:99999"], 2, "监听地址要写成"),
    ):
        said = room.run(*arguments, status=status)
        assert word in said.err.replace("\n", ""), (arguments, said)
        assert said.out == ""
        assert "Traceback" not in said.err


def test_messages_go_to_stderr_and_the_document_alone_to_stdout(room: Station) -> None:
    status = room.ask("status")
    assert set(status) >= {"records", "pending", "receipt", "conflicts", "log"}
    assert set(status["pending"]) == {"operations", "bytes"}
    assert set(status["receipt"]) >= {"number", "time", "scopes"}
    assert set(status["log"]) == {"id", "seq", "hash"}
    assert room.ask("conflicts") == {"total": 0, "conflicts": []}
    assert room.ask("verify", "--rebuild")["faults"] == []
    assert room.ask("doctor")["is_fit"] is True


def test_the_home_may_come_from_the_environment_and_english_from_an_option(
    room: Station,
) -> None:
    english = Station(room.home, lang="en")
    assert "has not joined a hub" in english.run("status").out
    missing = Station(room.home.parent / "nothing")
    assert "dangyi init" in missing.run("status", status=3).err
