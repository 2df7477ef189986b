"""Marking hits: what is marked is what was searched for, and nothing is forgotten."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from node.search.folding import fold
from node.search.hits import folded_words, hits_in

LETTERS = st.text(
    alphabet=st.one_of(
        st.sampled_from(
            "防汛通知关于〔〕[]【】（）()·.．•—-－ 　12０１aAＡé\u0301\u0308ᠮᠣᠩ\u180b"
            "\ufe0f\u200dｶﾞ㎞ﬁßİ％…★“”\"'‘’\t\x00𠮷\U000f0041"
        ),
        st.characters(exclude_categories=["Cs"]),
    ),
    max_size=30,
)


@pytest.mark.parametrize(
    ("text", "words", "expected"),
    [
        ("关于防汛工作的通知", ["防汛"], ["防汛"]),
        ("关于防汛工作的通知", ["通知", "防汛"], ["防汛", "通知"]),
        ("后政发〔1985〕12号", ["后政发[1985]12号"], ["后政发〔1985〕12号"]),
        ("后政发〔1985〕12号", ["[1985]"], ["〔1985〕"]),
        ("会 议 纪 要", ["会议"], ["会 议"]),
        ("ＡＢＣ会议", ["bc"], ["ＢＣ"]),
        ("cafe\u0301吧", ["cafe"], ["cafe\u0301"]),
        ("哈哈哈", ["哈哈"], ["哈哈哈"]),
        ("全长12㎞处", ["m"], ["㎞"]),
        ("没有", ["有无"], []),
        ("", ["有"], []),
        ("有", ["", " "], []),
    ],
)
def test_what_was_searched_for_is_marked(
    text: str, words: list[str], expected: list[str]
) -> None:
    spans = hits_in(text, folded_words(words))
    assert [text[first:behind] for first, behind in spans] == expected


@given(before=LETTERS, word=LETTERS, behind=LETTERS)
@example(before="e", word="\u0301a", behind="\u0301")
def test_every_word_in_a_text_is_marked_and_the_marked_piece_holds_it(
    before: str, word: str, behind: str
) -> None:
    folded = fold(word)
    assume(folded)
    text = f"{before}{word}{behind}"
    spans = hits_in(text, [folded])
    assert spans
    for first, end in spans:
        assert 0 <= first < end <= len(text)
        assert folded in fold(text[first:end])


@given(text=LETTERS, words=st.lists(LETTERS, max_size=4))
def test_marked_pieces_stand_in_order_and_apart(text: str, words: list[str]) -> None:
    wanted = folded_words(words)
    spans = hits_in(text, wanted)
    assert list(spans) == sorted(spans)
    assert all(one[1] < two[0] for one, two in pairwise(spans))
    assert bool(spans) == any(word in fold(text) for word in wanted)
    for first, end in spans:
        assert any(word in fold(text[first:end]) for word in wanted)


@given(text=LETTERS, words=st.lists(LETTERS, min_size=1, max_size=3))
def test_outside_the_marked_pieces_no_word_is_left(text: str, words: list[str]) -> None:
    wanted = folded_words(words)
    end = 0
    for first, behind in [*hits_in(text, wanted), (len(text), len(text))]:
        assert all(word not in fold(text[end:first]) for word in wanted)
        end = behind
