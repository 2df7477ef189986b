"""档号, 文号, dates, retention, secrecy: read, normalised, rendered."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.catalogue import dates, doc_no, retention
from node.catalogue.codes import Code, parse_code
from node.catalogue.dates import parse_date
from node.catalogue.doc_no import normalise_doc_no
from node.catalogue.fault import Fault
from node.catalogue.fields import SECRECY, TITLE
from node.catalogue.pack import load_pack
from node.catalogue.retention import parse_retention
from node.catalogue.secrecy import is_secret
from node.catalogue.values import parse_value

PACK = load_pack()
RULES = {rule.name: rule for rule in PACK.code_rules}

DAT22 = ["Z109-WS·2011-Y-BGS-0001", "0123-WS·2019-D30-0026"]
DAT13_ITEM = [
    "A439-WS·2015·D30·003-005",
    "Z109-WS·2011·Y·办公室-0001",
    "Z008-WS·2019·Y-037",
    "J019-LY·2019·Y-001",
    "C015-WY·TZGG·2019·D10-00001",
    "B168-SW·2015·Y-001",
]
DAT13_VOLUME = [
    "J019-ZY·JC·CC·2019·D30-001-001",
    "J019-KU·01·2017-001-001",
    "A002-RS-001-002",
    "X032-KJ·KY·01-003",
    "X032-KJ·JJ·02-005-054",
    "K021-ZP·2019·D30-025-005",
]
LEGACY = ["C038-001-002-003", "12-1-45-3", "0001-2-0001-001", "12-1-45"]
FONDS = st.from_regex(r"[A-Z][0-9]{3}|[0-9]{4}", fullmatch=True)
YEARS = st.integers(1800, 2099).map(str)
SERIES = st.lists(st.from_regex(r"[A-Z]{2,4}", fullmatch=True), max_size=3).map(tuple)
CATEGORIES = st.sampled_from(
    ["WS", "KJ", "RS", "KU", "ZY", "ZP", "LY", "SJ", "WY", "SW"]
)


def code_of(text: str) -> Code:
    found = parse_code(text, PACK.code_rules)
    assert not isinstance(found, Fault), found
    return found[0]


@pytest.mark.parametrize(
    ("rule", "texts"),
    [
        ("dat22", DAT22),
        ("dat13-item", DAT13_ITEM),
        ("dat13-volume", DAT13_VOLUME),
        ("legacy", LEGACY),
        ("dat22-old", ["0002-WS·2002-C-JJK-0001", "0002-WS·2002-D-0001"]),
    ],
)
def test_examples_of_the_standards_read_and_render(rule: str, texts: list[str]) -> None:
    for text in texts:
        code = code_of(text)
        assert code.rule == rule
        assert RULES[rule].render(code) == text


@given(
    FONDS,
    YEARS,
    st.sampled_from(["Y", "D30", "D10"]),
    st.none() | st.from_regex(r"[A-Z]{3}|[0-9]{3}", fullmatch=True),
    st.integers(0, 9999),
)
def test_dat22_renders_what_it_read(
    fonds: str, year: str, term: str, org: str | None, item: int
) -> None:
    middle = f"-{org}" if org else ""
    text = f"{fonds}-WS·{year}-{term}{middle}-{item:04d}"
    code = code_of(text)
    assert (code.rule, code.fonds, code.year, code.org) == ("dat22", fonds, year, org)
    assert RULES["dat22"].render(code) == text


@given(
    FONDS,
    CATEGORIES,
    SERIES,
    YEARS,
    st.none() | st.sampled_from(["Y", "D30", "D100"]),
    st.none() | st.from_regex(r"[\u4e00-\u9fff]{1,8}", fullmatch=True),
    st.from_regex(r"[0-9]{3,6}", fullmatch=True),
)
def test_dat13_by_item_renders_what_it_read(
    fonds: str,
    category: str,
    series: tuple[str, ...],
    year: str,
    term: str | None,
    org: str | None,
    item: str,
) -> None:
    parts = [*series, year, *([term] if term else []), *([org] if org else [])]
    text = f"{fonds}-{'·'.join([category, *parts])}-{item}"
    code = code_of(text)
    assert code.rule == "dat13-item"
    assert RULES["dat13-item"].render(code) == text


@given(st.from_regex(r"[A-Z]?[0-9]{1,4}(-[0-9]{1,4}){2,4}", fullmatch=True))
def test_legacy_codes_are_kept_verbatim(text: str) -> None:
    found = parse_code(text, PACK.code_rules)
    assert not isinstance(found, Fault)
    assert found[1] == text
    assert RULES[found[0].rule].render(found[0]) == text


@given(st.text(max_size=40))
def test_whatever_is_typed_reads_to_a_fixed_point(text: str) -> None:
    found = parse_code(text, PACK.code_rules)
    if not isinstance(found, Fault):
        code, canonical = found
        assert RULES[code.rule].render(code) == canonical
        assert parse_code(canonical, PACK.code_rules) == (code, canonical)
    once = normalise_doc_no(text)
    assert normalise_doc_no(once) == once
    date = parse_date(text)
    if isinstance(date, str):
        assert parse_date(date) == date
    term = parse_retention(text)
    if isinstance(term, str):
        assert parse_retention(term) == term


@pytest.mark.parametrize(
    "text",
    [
        "z109－ws．2011－Y－BGS－0001",
        "Z109-WS.2011-Y-BGS-0001",
        "Z109-WS・2011-Y-BGS-0001",
        "Z109—WS•2011—Y—BGS—0001",
        "Ｚ１０９-ＷＳ·２０１１-Ｙ-ＢＧＳ-０００１",
        "Z109 - WS·2011 - Y - BGS-0001",
    ],
)
def test_codes_are_normalised(text: str) -> None:
    found = parse_code(text, PACK.code_rules)
    assert not isinstance(found, Fault)
    assert found[1] == "Z109-WS·2011-Y-BGS-0001"


def test_a_short_item_number_is_refused_with_the_padded_one_offered() -> None:
    found = parse_code("Z109-WS·2011-Y-BGS-001", PACK.code_rules)
    assert found == Fault(
        "code-item-digits", "Z109-WS·2011-Y-BGS-001", "Z109-WS·2011-Y-BGS-0001"
    )
    found = parse_code("Z109-WS·2011-D20-BGS-0001", PACK.code_rules)
    assert isinstance(found, Fault)


def test_codes_sort_by_number_not_by_text() -> None:
    texts = ["12-1-45-10", "12-1-45-9", "12-1-5-1"]
    ordered = sorted(texts, key=lambda text: code_of(text).sort_key)
    assert ordered == ["12-1-5-1", "12-1-45-9", "12-1-45-10"]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("19990909", "19990909"),
        ("1999.9.9", "19990909"),
        ("1999-9-9", "19990909"),
        ("1999/09/09", "19990909"),
        ("1999年9月9日", "19990909"),
        ("１９９９．９．９", "19990909"),
        ("一九九九年九月九日", "19990909"),
        ("二〇〇五年十二月三十一日", "20051231"),
        ("199909", "199909"),
        ("1999年9月", "199909"),
        ("1999年", "1999"),
        ("[19450815]", "[19450815]"),
        ("〔1945年〕", "[1945]"),
        ("2000.2.29", "20000229"),
        ("1973-06-13/1973-12-01", "19730613/19731201"),
        ("1973年至1974年", "1973/1974"),
    ],
)
def test_dates_as_clerks_write_them(text: str, value: str) -> None:
    assert parse_date(text) == value


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("20190230", "date-impossible"),
        ("1999.13.1", "date-impossible"),
        ("1900.2.29", "date-impossible"),
        ("abc", "date-unreadable"),
        ("", "date-unreadable"),
        ("1974/1973", "date-span-reversed"),
    ],
)
def test_impossible_dates_are_refused(text: str, reason: str) -> None:
    found = parse_date(text)
    assert isinstance(found, Fault)
    assert found.reason == reason


@given(st.dates(dt.date(1000, 1, 1), dt.date(2999, 12, 31)))
def test_every_rendering_of_a_date_reads_back(day: dt.date) -> None:
    value = dates.date_value(day)
    for text in dates.renderings(value):
        assert parse_date(text) == value


@given(
    st.from_regex(r"[\u4e00-\u9fa5]{1,12}", fullmatch=True),
    st.integers(1900, 2099),
    st.integers(1, 99999),
)
def test_every_rendering_of_a_document_number_reads_back(
    org: str, year: int, number: int
) -> None:
    value = f"{org}〔{year}〕{number}号"
    for text in doc_no.renderings(value):
        assert normalise_doc_no(text) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("内政发[2019]12号", "内政发〔2019〕12号"),
        ("通政办发（2020）3号", "通政办发〔2020〕3号"),
        ("库卫发【2021】 7 号", "库卫发〔2021〕7号"),
        ("库政发〔2019〕012号", "库政发〔2019〕012号"),
        ("南京市人民政府令[第26号]", "南京市人民政府令[第26号]"),
        ("沪土发[1994]字第111号", "沪土发[1994]字第111号"),
    ],
)
def test_document_numbers_in_any_bracket(text: str, value: str) -> None:
    assert normalise_doc_no(text) == value


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("永久", "Y"),
        ("30年", "D30"),
        ("定期10年", "D10"),
        ("D15", "D15"),
        ("长期", "长期"),
        ("短期", "短期"),
    ],
)
def test_retention_is_normalised_and_old_terms_are_kept(text: str, code: str) -> None:
    assert parse_retention(text) == code
    assert text in retention.renderings(code)


@pytest.mark.parametrize(
    ("field", "text", "expected"),
    [
        (SECRECY, "机密★10年", True),
        (SECRECY, "秘 密", True),
        (SECRECY, "绝密", True),
        (SECRECY, "ＪＭ", True),
        (SECRECY, "公开", False),
        (SECRECY, "内部", False),
        (SECRECY, "工作秘密", False),
        (TITLE, "关于保守国家秘密的通知", False),
        (TITLE, "关于某事的通知(机密★)", True),
    ],
)
def test_state_secrets_are_known(field: int, text: str, expected: bool) -> None:
    assert is_secret(field, text) is expected
    value = parse_value(PACK.by_number[field], text, PACK)
    is_refused = isinstance(value, Fault) and value.reason == "secret-refused"
    assert is_refused is expected
