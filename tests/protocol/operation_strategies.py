"""Operations of every kind and shape, for property tests."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from protocol.canonical import pack
from protocol.identity import Dot, Element, Scope
from protocol.limits import COUNT_LIMIT, FIELD_NUMBER_LIMIT, POSITION_LIMIT
from protocol.operations import (
    Actor,
    Add,
    Claim,
    Create,
    Elements,
    Link,
    Operation,
    Redact,
    Removal,
    Remove,
    Resolve,
    Restore,
    Seen,
    Set,
    Tag,
    Unknown,
    Withdraw,
    Write,
)

OWN = b"own log 16 bytes"
LOGS = (OWN, b"another log 0001", b"another log 0002")

texts = st.one_of(
    st.sampled_from(
        ["", "0001", "0002", "0003", "1-09", "1-10", "2-01", "关于防汛的通知", "长期"]
    ),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=12),
    st.text("09 1\n\x1c\x1d\x1e\x1f关", max_size=4),
)
integers = st.one_of(
    st.integers(-2, 300), st.integers(-(2**63), 2**64 - 1), st.sampled_from([2**53])
)
scalars: st.SearchStrategy[Any] = st.one_of(
    st.none(), texts, integers, st.binary(max_size=6)
)
structured: st.SearchStrategy[Any] = st.one_of(
    st.tuples(
        st.just(int(Tag.OBJECT)),
        st.binary(min_size=32, max_size=32),
        st.integers(0, 2**53),
        st.integers(0, 9),
    ),
    st.tuples(st.just(int(Tag.COPY)), st.sampled_from(LOGS), st.integers(1, 99)),
    st.lists(scalars, max_size=3).map(lambda each: (int(Tag.GROUP), *each)),
    st.tuples(st.integers(0, 99), st.tuples(st.tuples(st.tuples(scalars)))),
)
values = st.one_of(scalars, scalars, scalars, structured)
fields = st.one_of(
    st.integers(0, 24), st.sampled_from([127, 128, 255, 256, FIELD_NUMBER_LIMIT])
)
numbers = st.one_of(
    st.integers(1, 300), st.sampled_from([127, 128, 32_768, 2**31, COUNT_LIMIT])
)
dots = st.builds(Dot, st.sampled_from(LOGS), numbers)
dot_lists = st.lists(dots, max_size=3, unique=True).map(
    lambda each: tuple(sorted(each))
)
element_lists = st.lists(
    st.builds(
        Element,
        dots,
        st.one_of(st.integers(0, 3), st.sampled_from([127, 128, POSITION_LIMIT])),
    ),
    max_size=3,
    unique=True,
).map(lambda each: tuple(sorted(each)))
actors = st.builds(Actor, st.sampled_from(["张三", "李四", ""]), st.integers(1, 2))
times = st.one_of(
    st.integers(1_700_000_000, 1_700_000_300), st.sampled_from([0, -1, 2**31, 2**32])
)
reasons = texts


def by_field(each: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    """Up to four (field, *each*) in rising order of field."""
    return st.dictionaries(fields, each, max_size=4).map(
        lambda found: tuple(sorted(found.items(), key=lambda pair: pair[0]))
    )


elements = by_field(st.lists(values, max_size=3).map(tuple)).map(
    lambda found: tuple(Elements(*pair) for pair in found)
)


@st.composite
def operations(draw: st.DrawFn, n: int) -> Operation:
    """One operation with the number *n*."""
    kind = draw(st.sampled_from([1, 1, 1, 2, 2, 2, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]))
    head = (n, draw(actors), draw(times))
    record = draw(dots)
    names = draw(st.one_of(st.just((record,)), dot_lists))
    match kind:
        case 1:
            return Create(*head, draw(by_field(values)), draw(elements))
        case 2:
            named = st.one_of(st.just((record,)), dot_lists)
            writes = draw(by_field(st.tuples(values, named)))
            return Set(*head, record, tuple(Write(f, *rest) for f, rest in writes))
        case 3:
            return Add(*head, record, draw(elements))
        case 4:
            birth = st.integers(0, 3).map(lambda place: (Element(record, place),))
            removals = draw(by_field(st.one_of(birth, element_lists)))
            return Remove(*head, record, tuple(Removal(*pair) for pair in removals))
        case 5:
            seen = tuple(Seen(*pair) for pair in draw(by_field(dot_lists)))
            return Withdraw(*head, record, names, seen, draw(reasons))
        case 6:
            return Restore(*head, record, names, draw(reasons))
        case 7:
            write = Write(draw(fields), draw(values), names)
            version = draw(st.binary(min_size=16, max_size=16))
            choice = draw(st.integers(1, 4))
            return Resolve(*head, record, write, choice, version, draw(reasons))
        case 8:
            scope = Scope(b"8 bytes.", draw(st.integers(0, 255)))
            link = draw(st.integers(1, 9))
            return Link(*head, record, link, scope, draw(dots), draw(reasons))
        case 9:
            state = draw(st.integers(1, 3))
            return Claim(*head, record, draw(texts), draw(texts), state)
        case 10:
            body = draw(st.binary(max_size=40))
            who = draw(st.text("令批", max_size=3))
            seq = draw(numbers)
            return Redact(
                *head,
                draw(st.sampled_from(LOGS)),
                seq,
                b"h" * 32,
                who,
                who,
                draw(numbers),
                body,
            )
        case _:
            kind = draw(st.sampled_from([11, 12, 200, 65_535]))
            return Unknown(*head, kind, pack(draw(values)))


@st.composite
def histories(draw: st.DrawFn, most: int = 12) -> tuple[Operation, ...]:
    """Operations with rising numbers that fit into one set."""
    first = draw(st.one_of(st.integers(1, 9), st.sampled_from([2**31, 2**52])))
    places = draw(
        st.lists(
            st.one_of(st.integers(0, 20), st.integers(0, 199)),
            min_size=1,
            max_size=most,
            unique=True,
        )
    )
    return tuple(draw(operations(first + place)) for place in sorted(places))
