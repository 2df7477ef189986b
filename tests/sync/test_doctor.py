from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from node.home import Home
from node.keys import KeyFolder
from sync.doctor import (
    BACKWARD_LEEWAY_SECONDS,
    CLOCK_HORIZON_SECONDS,
    REASONS,
    RELEASED_AT,
    Finding,
    Level,
    examine,
    find_foreign_packages,
    is_fit,
)


class StoppedClock:
    def __init__(self, now: int) -> None:
        self.seconds = now

    def now(self) -> int:
        return self.seconds


def now_of(path: Path) -> StoppedClock:
    return StoppedClock(int(path.stat().st_mtime))


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path / "room")
    home.make()
    KeyFolder(home).make()
    home.database.write_bytes(os.urandom(4096))
    return home


def found(findings: tuple[Finding, ...], check: str) -> list[str]:
    return [finding.reason for finding in findings if finding.check == check]


def test_a_sound_machine_is_fit(home: Home) -> None:
    findings = examine(home.path, now_of(home.database))
    wrong = [f for f in findings if f.level is Level.FAULT and f.check != "disk"]
    assert not wrong
    assert {finding.check for finding in findings} == set(REASONS)


def test_without_a_home_the_machine_itself_is_examined() -> None:
    checks = {finding.check for finding in examine(None)}
    assert checks == set(REASONS) - {"home", "keys", "disk"}


def test_the_engine_encrypts_and_finds_text() -> None:
    assert found(examine(None), "engine") == ["good"]


def test_a_folder_that_is_not_there_yet_is_no_fault(tmp_path: Path) -> None:
    findings = examine(tmp_path / "not" / "yet")
    assert found(findings, "home") == ["absent"]
    assert found(findings, "keys") == []


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o700])
def test_a_key_that_others_may_read_is_a_fault(home: Home, mode: int) -> None:
    (home.keys / "machine.key").chmod(mode)
    assert found(examine(home.path), "keys") == ["open"]


def test_an_open_key_folder_is_a_fault(home: Home) -> None:
    home.keys.chmod(0o755)
    assert found(examine(home.path), "keys") == ["open"]


@pytest.mark.parametrize("name", ["machine.key", "store.key"])
def test_a_missing_or_cut_key_is_a_fault(home: Home, name: str) -> None:
    path = home.keys / name
    path.write_bytes(b"short")
    assert found(examine(home.path), "keys") == ["damaged"]
    path.unlink()
    assert found(examine(home.path), "keys") == ["missing"]


def test_a_database_without_its_key_folder_is_a_fault(home: Home) -> None:
    for path in home.keys.iterdir():
        path.unlink()
    home.keys.rmdir()
    assert found(examine(home.path), "keys") == ["missing"]


def test_a_database_that_anybody_can_read_is_a_fault(home: Home) -> None:
    home.database.write_bytes(b"SQLite format 3\0" + bytes(4080))
    findings = examine(home.path)
    assert found(findings, "home") == ["plain"]
    assert not is_fit(findings)


@pytest.mark.parametrize(
    ("now", "reason"),
    [
        (0, "unset"),
        (RELEASED_AT - 1, "unset"),
        (RELEASED_AT, "good"),
        (RELEASED_AT + CLOCK_HORIZON_SECONDS, "good"),
        (RELEASED_AT + CLOCK_HORIZON_SECONDS + 1, "far"),
    ],
)
def test_a_clock_that_cannot_be_right_is_pointed_out(now: int, reason: str) -> None:
    findings = examine(None, StoppedClock(now))
    assert found(findings, "clock") == [reason]


def test_a_clock_behind_the_last_save_is_pointed_out(home: Home) -> None:
    written = RELEASED_AT + 10 * BACKWARD_LEEWAY_SECONDS
    os.utime(home.database, (written, written))
    on_time = StoppedClock(written - BACKWARD_LEEWAY_SECONDS)
    late = StoppedClock(written - BACKWARD_LEEWAY_SECONDS - 1)
    home.sidecar.unlink(missing_ok=True)
    assert found(examine(home.path, on_time), "clock") == ["good"]
    assert found(examine(home.path, late), "clock") == ["backward"]


@pytest.mark.parametrize("name", ["protocol", "node", "sync", "tui"])
@pytest.mark.parametrize("form", ["{}.py", "{}/__init__.py"])
def test_a_package_of_our_name_is_found(tmp_path: Path, name: str, form: str) -> None:
    stranger = tmp_path / form.format(name)
    stranger.parent.mkdir(exist_ok=True)
    stranger.write_text("", "utf-8")
    findings = tuple(find_foreign_packages([*sys.path, str(tmp_path)]))
    assert [(f.reason, f.facts["path"]) for f in findings] == [
        ("foreign", str(stranger))
    ]
    assert not is_fit(findings)


def test_a_distribution_that_owns_our_name_is_found() -> None:
    def owners() -> dict[str, list[str]]:
        return {"sync": ["dangyi", "sync"], "yaml": ["pyyaml"]}

    findings = tuple(find_foreign_packages([], owners))
    assert [finding.facts["path"] for finding in findings] == ["sync"]


EVERY_REASON = [(check, reason) for check in REASONS for reason in REASONS[check]]


@pytest.mark.parametrize(("check", "reason"), EVERY_REASON)
def test_every_finding_has_a_level(check: str, reason: str) -> None:
    assert (Finding(check, reason).level is Level.GOOD) == (reason == "good")
