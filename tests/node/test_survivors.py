from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from node.history.effects import DotNo, Effect, ElementNo, WriteEffect, effect_of
from node.history.state_packing import (
    pack_birth,
    pack_pending_birth,
    pack_state,
    unpack_state,
)
from node.history.survivors import (
    RecordState,
    add_pending,
    apply_effect,
    confirmed,
    confirmed_elements,
    existence,
    redact_effect,
    shown,
    surviving_elements,
    survivors,
)
from protocol.operations import Actor, Create, Elements, Value
from tests.support.histories import BIRTH, FIELDS, LIST_FIELDS, histories


def apply_all(effects: list[Effect], pending: frozenset[DotNo] = frozenset()) -> bytes:
    """The packed state after these arrive in this order, repacked at every step."""
    data = pack_state(RecordState(BIRTH))
    arrived: set[DotNo] = set()
    for effect in effects:
        state = unpack_state(BIRTH, data)
        if effect.dot in pending:
            add_pending(state, effect)
        else:
            apply_effect(state, effect, arrived.__contains__)
            arrived.add(effect.dot)
        data = pack_state(state)
    return data


def by_definition(effects: list[Effect], field: int) -> dict[DotNo, Value]:
    """The values written, less every dot that a write to the same field names."""
    written = {
        effect.dot: write.value
        for effect in effects
        for write in effect.writes
        if write.field == field
    }
    named = {
        name
        for effect in effects
        for write in effect.writes
        if write.field == field
        for name in write.names
    }
    return {dot: value for dot, value in written.items() if dot not in named}


def elements_by_definition(effects: list[Effect], field: int) -> dict[ElementNo, Value]:
    added = {
        (*effect.dot, each.position): each.value
        for effect in effects
        for each in effect.adds
        if each.field == field
    }
    removed = {
        element
        for effect in effects
        for removal in effect.removals
        if removal.field == field
        for element in removal.elements
    }
    return {key: value for key, value in added.items() if key not in removed}


@given(histories(), st.randoms(use_true_random=False))
def test_the_order_of_arrival_does_not_matter(
    history: list[Effect], chance: object
) -> None:
    other = list(history)
    chance.shuffle(other)  # type: ignore[attr-defined]
    assert apply_all(history) == apply_all(other)


@given(histories(), st.randoms(use_true_random=False))
def test_survivors_are_what_was_written_less_what_was_named(
    history: list[Effect], chance: object
) -> None:
    chance.shuffle(history)  # type: ignore[attr-defined]
    state = unpack_state(BIRTH, apply_all(history))
    for field in FIELDS:
        assert confirmed(state, field) == by_definition(history, field)
    for field in LIST_FIELDS:
        found = confirmed_elements(state, field)
        assert found == elements_by_definition(history, field)


@given(histories(), st.randoms(use_true_random=False), st.data())
def test_own_work_counts_here_and_not_in_what_is_confirmed(
    history: list[Effect], chance: object, data: st.DataObject
) -> None:
    mine = [effect.dot for effect in history]
    pending = frozenset(data.draw(st.sets(st.sampled_from(mine or [BIRTH]))))
    chance.shuffle(history)  # type: ignore[attr-defined]
    state = unpack_state(BIRTH, apply_all(history, pending))
    admitted = [effect for effect in history if effect.dot not in pending]
    for field in FIELDS:
        assert confirmed(state, field) == by_definition(admitted, field)
        assert survivors(state, field) == by_definition(history, field)
    for field in LIST_FIELDS:
        assert surviving_elements(state, field) == elements_by_definition(
            history, field
        )


@given(histories(), st.randoms(use_true_random=False), st.data())
def test_confirming_own_work_comes_to_the_same_as_if_it_had_been_admitted(
    history: list[Effect], chance: object, data: st.DataObject
) -> None:
    mine = [effect.dot for effect in history]
    pending = frozenset(data.draw(st.sets(st.sampled_from(mine or [BIRTH]))))
    chance.shuffle(history)  # type: ignore[attr-defined]
    state = unpack_state(BIRTH, apply_all(history, pending))
    arrived = {effect.dot for effect in history} - pending
    late = [effect for effect in history if effect.dot in pending]
    chance.shuffle(late)  # type: ignore[attr-defined]
    for effect in late:
        apply_effect(state, effect, arrived.__contains__)
        arrived.add(effect.dot)
    assert pack_state(state) == apply_all(history)


@given(histories())
def test_a_state_unpacks_to_what_was_packed(history: list[Effect]) -> None:
    data = apply_all(history)
    assert pack_state(unpack_state(BIRTH, data)) == data


@given(histories())
def test_a_create_alone_has_a_short_way_to_the_same_bytes(
    history: list[Effect],
) -> None:
    for effect in history:
        if effect.is_create:
            lists = tuple(
                Elements(field, tuple(a.value for a in effect.adds if a.field == field))
                for field in sorted({added.field for added in effect.adds})
            )
            values = tuple((field, value) for field, value, _ in effect.writes)
            create = Create(BIRTH[1], Actor(""), 0, values, lists)
            whole = effect_of(create, BIRTH[0], lambda _log: 0)
            assert whole is not None
            assert pack_birth(values, lists) == apply_all([whole])
            pending = apply_all([whole], frozenset({BIRTH}))
            assert pack_pending_birth(BIRTH, values, lists) == pending


@given(histories())
def test_every_confirmed_value_is_shown_while_nothing_is_pending(
    history: list[Effect],
) -> None:
    state = unpack_state(BIRTH, apply_all(history))
    found = shown(state)
    for field in FIELDS[1:]:
        for value in confirmed(state, field).values():
            assert value in found[field]


def write(dot: DotNo, field: int, value: Value, *names: DotNo) -> Effect:
    return Effect(BIRTH, dot, False, (WriteEffect(field, value, names),))


CREATE = Effect(BIRTH, BIRTH, True, (WriteEffect(10, "甲", ()),))


def test_a_withdrawal_holds_until_somebody_wrote_what_the_withdrawer_had_not_seen() -> (
    None
):
    first = write((2, 1), 10, "乙", BIRTH)
    withdraw = write((3, 1), 0, (5, "重复", ((10, ((2, 1),)),)))
    unseen = write((1, 9), 11, "丙", BIRTH)
    state = unpack_state(BIRTH, apply_all([CREATE, first, withdraw]))
    assert existence(state) == (True, False)
    state = unpack_state(BIRTH, apply_all([CREATE, first, withdraw, unseen]))
    assert existence(state) == (False, True)
    restore = write((2, 7), 0, (6, "误删"), (3, 1))
    state = unpack_state(BIRTH, apply_all([CREATE, first, withdraw, restore]))
    assert existence(state) == (False, False)


def test_a_redaction_changes_the_value_and_neither_dot_nor_names() -> None:
    secret = write((2, 1), 10, "机密", BIRTH)
    left = write((2, 1), 10, (4, "令1"), BIRTH)
    state = unpack_state(BIRTH, apply_all([CREATE, secret]))
    redact_effect(state, left)
    assert pack_state(state) == apply_all([CREATE, left])


def test_what_is_left_of_a_superseded_value_stays_superseded() -> None:
    secret = write((2, 1), 10, "机密", BIRTH)
    later = write((3, 1), 10, "丁", (2, 1))
    state = unpack_state(BIRTH, apply_all([CREATE, secret, later]))
    redact_effect(state, write((2, 1), 10, (4, "令1"), BIRTH))
    assert pack_state(state) == apply_all([CREATE, secret, later])
