"""What makes two papers alike: numbers, titles, days, issuers; keys find all of it."""

from __future__ import annotations

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from node.catalogue.likeness.keys import KEY_BYTES, keys_of, marks_of
from node.catalogue.likeness.numbers import are_different, are_same, numbers_of
from node.catalogue.likeness.paper import Paper, paper_of
from node.catalogue.likeness.scoring import CANDIDATE, CERTAIN, grounds, score
from protocol.operations import Tag, Value

Values = dict[int, list[Value]]


def values(
    title: str = "",
    doc_no: str = "",
    date: str = "",
    creators: tuple[str, ...] = (),
    year: int = 0,
) -> Values:
    found: Values = {3: [3]}
    for field, value in ((11, title), (12, doc_no), (14, date), (15, year)):
        if value:
            found[field] = [value]
    if creators:
        found[13] = list(creators)
    return found


def paper(
    title: str = "",
    doc_no: str = "",
    date: str = "",
    creators: tuple[str, ...] = (),
    year: int = 0,
) -> Paper:
    made = paper_of(values(title, doc_no, date, creators, year))
    assert made is not None
    return made


def are_candidates(one: Paper, other: Paper) -> bool:
    return score(one, other) >= CANDIDATE


FLOOD = "库伦旗人民政府关于做好防汛抗旱工作的通知"
LONG = "库伦旗人民政府关于加强全旗乡村道路交通安全管理工作的通知"


@pytest.mark.parametrize(
    "other",
    [
        "库政发[2019]12号",
        "库政发【2019】 12 号",
        "库政发（2019）012号",
        "库政发字〔2019〕第12号",
        "库政发﹝2019﹞12",
        "库政发〔2019〕12号、库财发〔2019〕3号",
        " 库政发[2019]12号",
    ],
)
def test_one_number_is_the_same_in_every_bracket_style(other: str) -> None:
    assert are_same(numbers_of("库政发〔2019〕12号"), numbers_of(other))


@pytest.mark.parametrize(
    ("one", "other", "is_different"),
    [
        ("库政发〔2019〕12号", "库政发〔2019〕13号", True),
        ("库政发〔2019〕12号", "库政办发〔2019〕12号", True),
        ("库政发〔2019〕12号", "库政发〔2020〕12号", True),
        ("库政发〔2019〕12号", "政发〔2019〕12号", False),
        ("库政发〔2019〕12号", "12号", False),
        ("库政发〔2019〕12号", "13号", True),
        ("令第16号", "令第21号", True),
        ("库政发〔2019〕12号", "", False),
        ("无", "库政发〔2019〕12号", False),
    ],
)
def test_numbers_that_may_be_one_in_short_do_not_speak_against(
    one: str, other: str, is_different: bool
) -> None:
    assert are_different(numbers_of(one), numbers_of(other)) is is_different
    assert are_different(numbers_of(other), numbers_of(one)) is is_different


def test_a_year_without_a_serial_is_no_number() -> None:
    assert numbers_of("厦府[1993]综号") == frozenset()
    assert len(numbers_of("黑龙江省人民政府令[第9号]")) == 1


def test_a_bare_serial_never_says_that_two_are_one() -> None:
    assert not are_same(numbers_of("12号"), numbers_of("12号"))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (paper(FLOOD, "库政发〔2019〕12号"), paper(FLOOD, "库政发[2019]12号")),
        (
            paper(FLOOD, "库政发〔2019〕12号", "20190305"),
            paper("关于做好防汛抗旱工作的通知", "库政发〔2019〕12号", "2019"),
        ),
        (
            paper(FLOOD, "库政发〔2019〕12号", "20190305", ("库伦旗人民政府",)),
            paper("防汛", "库政发〔2019〕12号", "20190305", ("库伦旗政府",)),
        ),
        (
            paper(FLOOD, "", "20190305", ("库伦旗人民政府",)),
            paper(FLOOD.replace("人民", ""), "库政发〔2019〕12号", "20190305"),
        ),
        (
            paper(LONG, "", "20190305"),
            paper(LONG.replace("全旗", "旗"), "", "20190305"),
        ),
        (
            paper(LONG, "", "20190305"),
            paper(LONG.replace("交通", "交能"), "", "20190305"),
        ),
        (paper(FLOOD, year=2019), paper(FLOOD, "", "2019")),
        (
            paper("关于二〇一九年植树造林工作的意见", "", "20190305"),
            paper("关于2019年植树造林工作的意见", "", "20190305"),
        ),
    ],
)
def test_the_same_paper_catalogued_otherwise_is_a_candidate(
    one: Paper, other: Paper
) -> None:
    assert are_candidates(one, other)
    assert score(one, other) == score(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        # A series that differs in year, part, name, place or matter.
        (
            paper("关于做好2019年防汛工作的通知", "", "20190305"),
            paper("关于做好2020年防汛工作的通知", "", "20190305"),
        ),
        (
            paper("关于公布第三批非物质文化遗产名录的通知", "", "20190305"),
            paper("关于公布第五批非物质文化遗产名录的通知", "", "20190305"),
        ),
        (
            paper("关于张强同志任职的通知", "", "20190305"),
            paper("关于张伟同志任职的通知", "", "20190305"),
        ),
        (
            paper("关于乌云其木格同志任职的通知", "", "20190305"),
            paper("关于白音那同志任职的通知", "", "20190305"),
        ),
        (
            paper("关于做好防汛工作的通知", "", "20190305"),
            paper("关于做好防疫工作的通知", "", "20190305"),
        ),
        # Two numbers are two papers, whatever the titles say.
        (
            paper(FLOOD, "库政发〔2019〕12号", "20190305", ("库伦旗人民政府",)),
            paper(FLOOD, "库政发〔2019〕13号", "20190305", ("库伦旗人民政府",)),
        ),
        # Every year again.
        (paper(FLOOD, "", "20190305"), paper(FLOOD, "", "20200306")),
        (paper(FLOOD, year=2019), paper(FLOOD, year=2020)),
        # Another issuer.
        (
            paper("库伦旗人民政府关于做好防汛抗旱工作的通知", "", "20190305"),
            paper("奈曼旗人民政府关于做好防汛抗旱工作的通知", "", "20190305"),
        ),
        # Usual short titles.
        (paper("会议记录", "", "20190305"), paper("会议记录", "", "20190305")),
        # The number of the paper that it rests on.
        (
            paper("库伦旗关于落实养老保险政策的意见", "国发〔2019〕3号", "20190809"),
            paper("国务院关于稳定就业工作的意见", "国发〔2019〕3号", "20190305"),
        ),
        (
            paper("第三批名单公告", "财税〔2015〕141号", "20170314"),
            paper("第五批名单公告", "财税〔2015〕141号", "20190613"),
        ),
    ],
)
def test_papers_of_a_series_are_no_candidates_by_likeness(
    one: Paper, other: Paper
) -> None:
    assert not are_candidates(one, other)


def test_the_same_image_is_the_same_paper_whatever_is_typed() -> None:
    image: Value = (Tag.OBJECT, b"h" * 32, 1000, 1)
    one = paper_of(values(FLOOD) | {44: [image]})
    other = paper_of(values("照片") | {44: [image]})
    assert one is not None and other is not None
    assert score(one, other) == CERTAIN
    assert set(keys_of(one)) & set(keys_of(other))
    assert one.is_digital


def test_volumes_are_compared_with_volumes_only() -> None:
    item, volume = (
        values(FLOOD, "库政发〔2019〕12号"),
        values(FLOOD, "库政发〔2019〕12号"),
    )
    volume[3] = [2]
    one, other = paper_of(item), paper_of(volume)
    assert one is not None and other is not None
    assert score(one, other) == 0


def test_a_fonds_and_a_register_are_no_papers() -> None:
    assert paper_of({3: [1], 11: ["库伦街道办事处"]}) is None
    assert paper_of({3: [9], 60: [(Tag.GROUP, "x")]}) is None
    assert paper_of({3: [3]}) is None


def test_of_several_values_the_least_counts_whoever_wrote_first() -> None:
    one, other = values(FLOOD), values(FLOOD)
    one[11] = [LONG, FLOOD]
    other[11] = [FLOOD, LONG]
    assert paper_of(one) == paper_of(other)


def test_grounds_are_told_for_a_person() -> None:
    why = grounds(
        paper(FLOOD, "库政发〔2019〕12号", "20190305"),
        paper(FLOOD, "库政发[2019]12号", "2019"),
    )
    assert (why.number, why.day, why.issuer) == (True, None, True)
    assert why.title_percent == 100


_TITLES = st.sampled_from(
    [
        FLOOD,
        LONG,
        "关于做好防汛抗旱工作的通知",
        "关于2019年防汛工作的报告",
        "关于2020年防汛工作的报告",
        "关于乌云同志任职的通知",
        "会议记录",
        "转发旗政府关于加强全旗乡村道路交通安全管理工作的通知",
        "",
    ]
)
_LETTERS = st.sampled_from("防汛旗的一九2019工")


@st.composite
def papers(draw: st.DrawFn) -> Paper:
    """Papers of a few titles and numbers, one or two characters changed."""
    title = draw(_TITLES)
    for _ in range(draw(st.integers(0, 2))):
        place = draw(st.integers(0, len(title)))
        dropped = draw(st.integers(0, 1))
        typed = draw(st.one_of(st.just(""), _LETTERS))
        title = title[:place] + typed + title[place + dropped :]
    number = draw(
        st.sampled_from(
            ["", "", "库政发〔2019〕12号", "库政发[2019]12", "12号", "政发〔2019〕12号"]
        )
    )
    date = draw(st.sampled_from(["", "2019", "201903", "20190305", "20190306"]))
    year = draw(st.sampled_from([0, 2019, 2020]))
    creators = draw(
        st.sampled_from([(), ("库伦旗人民政府",), ("库伦旗政府",), ("水利局",)])
    )
    made = paper_of(values(title, number, date, creators, year))
    assume(made is not None)
    assert made is not None
    return made


@given(papers(), papers())
@example(paper(FLOOD, year=2019), paper(FLOOD, "", "20190305"))
def test_papers_whose_score_reaches_the_threshold_share_a_key(
    one: Paper, other: Paper
) -> None:
    """The law of node/catalogue/likeness/keys.py: nothing is missed but crowds."""
    found = score(one, other)
    assert found == score(other, one)
    assert 0 <= found <= CERTAIN
    if found >= CANDIDATE:
        assert set(keys_of(one)) & set(keys_of(other))


@given(papers())
def test_keys_and_marks_are_of_one_size_and_of_the_paper_alone(one: Paper) -> None:
    for key in (*keys_of(one), *marks_of(one)):
        assert len(key) == KEY_BYTES
    assert list(keys_of(one)) == sorted(set(keys_of(one)))
    assert keys_of(one) == keys_of(one._replace(issuers=(), head=""))
