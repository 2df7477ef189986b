"""Searching: what a plain scan finds is found, and nothing else."""

from __future__ import annotations

import random  # noqa: TID251 (seeded; makes texts, no keys)
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.catalogue.door import Catalogue
from node.catalogue.fields import CODE, DATE, DOC_NO, TITLE
from node.catalogue.pack import load_pack
from node.errors import InvalidValue, UnknownField
from node.home import Home
from node.machine import Machine
from node.search.folding import fold
from node.search.query import EXACT_TOTAL, Query, compile_query
from node.search.text import query_tokens, searchable
from node.store.port import Rows
from node.store.row_types import RecordFlag, RecordRow
from protocol.operations import Actor, Value

CLERK = Actor("其其格")
PACK = load_pack()
ITEMS: list[dict[str, str]] = [
    {
        "title": "科尔沁左翼后旗人民政府关于卫生工作的通知（试行）",
        "doc_no": "后政发[1985]12号",
        "creators": "后旗人民政府",
        "date": "19850301",
        "retention_code": "长期",
        "code": "0073-WS·1985-Y-BGS-0001",
    },
    {"title": "ᠮᠣᠩᠭᠣᠯ᠎ᠤᠨ 蒙文题名", "date": "1990", "retention_code": "30年"},
    {"title": "ＡＢＣ会议纪要", "notes": "卫生局转来", "year": "1991"},
    {"title": "会 议 纪 要 之 二", "doc_no": "政府令第218号", "date": "199206"},
]


@pytest.fixture
async def catalogue(tmp_path: Path) -> AsyncIterator[Catalogue]:
    machine = await Machine.init_room(
        Home(tmp_path / "home"), "库伦镇档案室", {"0073": "库伦街道办事处"}
    )
    for values in ITEMS:
        await machine.catalogue.add(CLERK, None, values)
    yield machine.catalogue
    await machine.close()


async def found(catalogue: Catalogue, *words: str, **filters: str) -> list[int]:
    """Places in ITEMS of what was found."""
    page = await catalogue.search(CLERK, Query(words, filters))
    assert page.total_is_exact
    titles = [values["title"] for values in ITEMS]
    return [titles.index(str(record.fields["title"])) for record in page.results]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("卫",), [0, 2]),
        (("卫生",), [0, 2]),
        (("卫生", "通知"), [0]),
        (("卫生 通知",), [0]),
        (("左翼后旗人",), [0]),
        (("知(试",), [0]),
        (("）",), [0]),
        (("后政发〔1985〕12号",), [0]),
        (("后政发(1985)12号",), [0]),
        (("后政发【1985】12号",), [0]),
        (("后政发［１９８５］１２号",), [0]),
        (("后政发", "[1985]", "12", "号"), [0]),
        (("0073-WS·1985",), [0]),
        (("0073-ws.1985",), [0]),
        (("BGS-0001",), [0]),
        (("abc",), [2]),
        (("会议纪要",), [2, 3]),
        (("218",), [3]),
        (("ᠮᠣᠩᠭᠣᠯᠤᠨ",), [1]),
        (("没有这个",), []),
        ((), [0, 1, 2, 3]),
    ],
)
async def test_words_find_what_holds_them(
    catalogue: Catalogue, words: tuple[str, ...], expected: list[int]
) -> None:
    assert await found(catalogue, *words) == expected


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"year": "1985"}, [0]),
        ({"年度": "1985-1991"}, [0, 1, 2]),
        ({"保管期限": "30年"}, [1]),
        ({"retention_code": "长期"}, [0]),
        ({"责任者": "人民政府"}, [0]),
        ({"title": "卫生"}, [0]),
        ({"date": "1992年6月"}, [3]),
        ({"date": "1985.3"}, [0]),
        ({"文号": "后政发(1985)12号"}, [0]),
        ({"fonds": "0073"}, [0, 1, 2, 3]),
        ({"fonds": "9999"}, []),
        ({"level": "volume"}, []),
        ({"code": "0073-WS"}, [0]),
    ],
)
async def test_filters_narrow(
    catalogue: Catalogue, filters: dict[str, str], expected: list[int]
) -> None:
    assert await found(catalogue, **filters) == expected


async def test_filters_that_cannot_be_understood_are_refused(
    catalogue: Catalogue,
) -> None:
    with pytest.raises(UnknownField):
        await found(catalogue, colour="red")
    with pytest.raises(InvalidValue):
        await found(catalogue, year="去年")


async def test_pages_follow_each_other(catalogue: Catalogue) -> None:
    first = await catalogue.search(CLERK, Query((), limit=3))
    second = await catalogue.search(CLERK, Query((), limit=3, offset=3))
    assert (first.total, second.total) == (4, 4)
    assert [len(first.results), len(second.results)] == [3, 1]
    assert not {r.id for r in first.results} & {r.id for r in second.results}


TEXTS = st.text(
    st.sampled_from("国务院关于卫生工作的通知（〔12〕·-—AbＣé\u180b ᠮ、“”★"),
    max_size=12,
)


@given(TEXTS, TEXTS, TEXTS)
def test_a_part_of_a_text_folds_to_a_part_of_its_folding(
    before: str, part: str, after: str
) -> None:
    whole = fold(before + part + after)
    assert fold(part) in whole
    tokens = set(searchable({TITLE: [before + part + after]}).tokens.split(" "))
    assert not fold(part) or set(query_tokens(fold(part))) <= tokens


@given(st.text(max_size=30))
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


async def test_totals_are_exact_to_a_thousand_and_scans_agree(tmp_path: Path) -> None:
    machine = await Machine.init_room(Home(tmp_path / "home"), "室", {"0073": "街道"})
    chooser = random.Random(7)
    signs = "国务院办公厅关于印发《工作规划》的通知（试行）1985"
    titles = ["".join(chooser.choices(signs, k=14)) for _ in range(EXACT_TOTAL + 400)]
    await machine.store.write(lambda rows: _fill(rows, titles))
    for length in (1, 2, 3):
        for _ in range(12):
            title = chooser.choice(titles)
            start = chooser.randrange(len(title) - length)
            part = title[start : start + length]
            wanted = [n for n, each in enumerate(titles) if fold(part) in fold(each)]
            test = compile_query(Query((part,)), PACK, lambda _: ())
            numbers = await machine.store.read(
                lambda rows, test=test: rows.matches.find(test, 10_000)  # type: ignore[misc]
            )
            assert [number - 10 for number in numbers] == wanted
    everything = compile_query(Query(), PACK, lambda _: ())
    numbers = await machine.store.read(
        lambda rows: rows.matches.find(everything, EXACT_TOTAL + 1)
    )
    assert len(numbers) == EXACT_TOTAL + 1
    await machine.close()


def _fill(rows: Rows, titles: Sequence[str]) -> None:
    """Rows with nothing but their text."""
    made = []
    tokens = []
    for number, title in enumerate(titles, start=10):
        values: dict[int, list[Value]] = {
            TITLE: [title],
            CODE: [],
            DOC_NO: [],
            DATE: [],
        }
        text = searchable(values, 1)
        made.append(
            RecordRow(
                record_no=number,
                scope_no=1,
                log_no=1,
                n=number,
                flags=int(RecordFlag.CREATED),
                level=3,
                bucket=0,
                import_no=0,
                leaf=b"",
                code=None,
                sort_date=None,
                search_text=text.search_text,
                state=b"",
            )
        )
        tokens.append((number, text.tokens))
    rows.records.add(made)
    rows.text.put(tokens)
