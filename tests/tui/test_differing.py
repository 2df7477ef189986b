"""What differs is marked by whole characters, and nothing else is."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tui.differing import Difference, characters, difference, merged

TEXTS = st.text(
    st.sampled_from("关于防汛的通知ab e\u0301\u200dᠬᠦ\u180b〔〕"), max_size=30
)


def pieces(text: str, spans: tuple[tuple[int, int], ...]) -> list[str]:
    return [text[a:b] for a, b in spans]


def without(text: str, spans: tuple[tuple[int, int], ...]) -> str:
    marked = {place for a, b in spans for place in range(a, b)}
    return "".join(each for place, each in enumerate(text) if place not in marked)


def test_a_few_changed_characters_are_marked_and_no_more() -> None:
    one, two = "关于做好2020年防汛工作的通知", "关于做好2021年防汛抗旱工作通知"
    found = difference(one, two)
    assert pieces(one, found.first) == ["0", "的"]
    assert pieces(two, found.second) == ["1", "抗旱"]


def test_a_letter_is_not_torn_from_its_marks() -> None:
    one, two = "ᠬᠦ\u180bᠷ", "ᠬᠦᠷ"
    assert characters(one) == ["ᠬ", "ᠦ\u180b", "ᠷ"]
    assert pieces(one, difference(one, two).first) == ["ᠦ\u180b"]
    assert pieces("cafe\u0301", difference("cafe\u0301", "cafe").first) == ["e\u0301"]


def test_texts_that_have_little_in_common_are_marked_whole() -> None:
    one, two = "关于防汛工作的通知", "二〇二〇年决算报告"
    found = difference(one, two)
    assert without(one, found.first) == without(two, found.second)
    assert pieces(one, found.first) == [one]


def test_of_very_long_texts_the_middle_is_marked_at_once() -> None:
    one, two = "甲" * 9000 + "乙" * 900 + "丙", "甲" * 9000 + "丁" * 900 + "丙"
    found = difference(one, two)
    assert found.first == found.second == ((9000, 9900),)


@given(one=TEXTS, two=TEXTS)
def test_what_is_not_marked_is_the_same(one: str, two: str) -> None:
    found = difference(one, two)
    assert without(one, found.first) == without(two, found.second)
    assert found.is_none == (one == two)
    assert difference(one, one) == Difference((), ())


def test_pieces_that_touch_are_one() -> None:
    assert merged(((0, 2), (5, 6)), ((1, 3),)) == ((0, 3), (5, 6))
