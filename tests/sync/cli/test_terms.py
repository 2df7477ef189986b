"""FIELD=VALUE as typed."""

from __future__ import annotations

import pytest

from node.catalogue.pack import load_pack
from node.errors import UnknownField
from sync.cli.parser import UsageError
from sync.cli.terms import read_search, read_values

PACK = load_pack()


def test_a_field_goes_by_its_chinese_or_english_name() -> None:
    terms = read_values(["题名=甲", "doc_no=内政发〔2019〕12号", "全宗=0001"], PACK)
    assert terms.values == {"title": "甲", "doc_no": "内政发〔2019〕12号"}
    assert terms.fonds == "0001"


def test_a_field_given_twice_is_a_list() -> None:
    terms = read_values(["责任者=甲", "creators=乙", "责任者=丙"], PACK)
    assert terms.values == {"creators": ["甲", "乙", "丙"]}


def test_the_first_sign_divides_and_a_full_width_one_is_as_good() -> None:
    assert read_values(["title=a=b"], PACK).values == {"title": "a=b"}
    assert read_values(["题名＝甲"], PACK).values == {"title": "甲"}
    assert read_values(["题名="], PACK).values == {"title": ""}


def test_what_is_no_field_is_refused() -> None:
    with pytest.raises(UsageError):
        read_values(["题名"], PACK)
    with pytest.raises(UnknownField):
        read_values(["题木=甲"], PACK)


def test_in_a_search_what_names_no_field_is_a_word() -> None:
    terms = read_search(["防汛 抗旱", "year=2019", "x=y", "全宗=0001"], PACK)
    assert terms.words == ["防汛", "抗旱", "x=y"]
    assert terms.values == {"year": "2019"}
    assert terms.fonds == "0001"
