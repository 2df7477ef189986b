"""The benches count what they say they count."""

from __future__ import annotations

import subprocess
import sys
from random import Random  # noqa: TID251 (the same copies every time)

import pytest

from bench.copies import COPIES
from bench.corpus import entries, one_fonds, real_folder
from bench.edits import edits
from bench.figures import Figure, number_text, percentile
from bench.searching import questions
from bench.stations import peak_of
from tests.support.real_data import REPOSITORY


def test_the_list_of_one_fonds_has_no_code_twice() -> None:
    codes = [entry.code for entry in one_fonds(3_000)]
    assert len(set(codes)) == len(codes) == 3_000
    assert {code.partition("-")[0] for code in codes} == {"0001"}


def test_more_entries_than_there_are_differ_from_the_first() -> None:
    wanted = entries(45_000)
    assert len(wanted) == 45_000
    assert len({(entry.code, entry.title) for entry in wanted}) > 44_000


def test_edits_are_the_same_every_time_and_three_in_ten_are_titles() -> None:
    records = [
        {"id": f"R{n}", "fields": {"title": f"关于第{n}次会议的通知", "year": 2016}}
        for n in range(1_000)
    ]
    first = list(edits(records, 1_000))
    assert first == list(edits(records, 1_000))
    titles = sum("title" in values for _, values in first)
    assert 250 < titles < 350
    assert len({record for record, _ in first}) == 1_000


def test_every_kind_of_copy_differs_from_its_entry_and_is_made_of_some() -> None:
    known = entries(3_000)
    least = 30 if real_folder() else -1
    # Sample titles name no issuer; some kinds of copies need real ones.
    for kind, again in COPIES.items():
        copies = [(entry, again(entry, Random(3))) for entry in known]
        made = [(entry, copy) for entry, copy in copies if copy is not None]
        assert len(made) > least, kind
        assert all(entry != copy for entry, copy in made), kind
        assert all(entry.code == copy.code for entry, copy in made), kind


def test_questions_are_substrings_of_titles() -> None:
    titles = ["关于春耕的通知", "防汛"]
    for length in (1, 2, 3):
        drawn = questions(titles, length, 50)
        assert all(any(word in title for title in titles) for word in drawn)
        assert {len(word) for word in drawn} == {length}


@pytest.mark.parametrize(
    ("share", "expected"), [(0.5, 5.0), (0.95, 10.0), (0.1, 1.0), (1.0, 10.0)]
)
def test_percentiles_are_of_the_nearest_rank(share: float, expected: float) -> None:
    assert percentile([float(n) for n in range(10, 0, -1)], share) == expected


@pytest.mark.parametrize(
    ("value", "text"),
    [(13520.4, "13,520"), (620, "620"), (1.0312, "1.031"), (0.0421, "0.0421")],
)
def test_numbers_are_printed_for_people(value: float, text: str) -> None:
    assert number_text(value) == text


def test_an_aim_is_reached_at_its_limit_and_missed_past_it() -> None:
    assert Figure("x", 700, "B", at_most=700).mark == "reached"
    assert Figure("x", 701, "B", at_most=700).mark == "MISSED"
    assert Figure("x", 9_999, "/s", at_least=10_000).mark == "MISSED"
    assert Figure("x", 1, "s").mark == ""


def test_memory_is_of_the_process_alone() -> None:
    """A child of a large process must not be taken for large itself."""
    ballast = b"x" * 120_000_000
    child = subprocess.Popen(
        [sys.executable, "-c", "input()"], stdin=subprocess.PIPE, cwd=REPOSITORY
    )
    try:
        assert 0 < peak_of(child.pid) < 60_000_000
    finally:
        child.communicate(b"\n")
    assert len(ballast) == 120_000_000
    assert peak_of(child.pid) == 0
