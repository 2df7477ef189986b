"""Box keys: whose word, how long, and the notice in clear."""

from __future__ import annotations

from dataclasses import replace

import pytest

from protocol.boxkeys import (
    COURIER_KEEP_SECONDS,
    DAY_SECONDS,
    decode_statement,
    encode_statement,
    is_due,
    is_erasable,
    make_notice,
    make_statement,
    newest,
    next_serial,
    open_notice,
    verify_statement,
)
from protocol.errors import BadSignature, LocalProtocolError, RemoteProtocolError
from protocol.messages import Purpose
from protocol.signing import box_public_key, public_key
from tests.support.vectors import vectors

HUB, OTHER = b"h" * 32, b"o" * 32
PRIVATE = b"b" * 32
MADE = 1_763_800_000
WIRE = make_statement(HUB, Purpose.WIRE, 17, PRIVATE, MADE)
COURIER = make_statement(HUB, Purpose.COURIER, 18, PRIVATE, MADE)
ENVELOPE = b"e" * 16


def test_statement_and_notice_are_their_golden_vectors(
    pytestconfig: pytest.Config,
) -> None:
    made = {
        "hub's seed": HUB,
        "X25519 private key": PRIVATE,
        "statement of a wire key": encode_statement(WIRE),
        "statement of a courier key": encode_statement(COURIER),
        "hash of the envelope": ENVELOPE,
        "notice": make_notice(HUB, WIRE, ENVELOPE),
    }
    assert vectors(pytestconfig, "v1/boxkeys.txt", made) == made


def test_a_statement_is_its_owners_word() -> None:
    for statement in (WIRE, COURIER):
        assert decode_statement(encode_statement(statement)) == statement
        verify_statement(statement)
        verify_statement(statement, public_key(HUB))
        assert statement.key == box_public_key(PRIVATE)
        with pytest.raises(BadSignature):
            verify_statement(statement, public_key(OTHER))


@pytest.mark.parametrize(
    "changed",
    [
        replace(WIRE, owner=public_key(OTHER)),
        replace(WIRE, purpose=Purpose.COURIER),
        replace(WIRE, serial=18),
        replace(WIRE, key=b"k" * 32),
        replace(WIRE, erase_after=WIRE.erase_after + 1),
        replace(WIRE, signature=COURIER.signature),
    ],
)
def test_a_changed_statement_is_refused(changed: object) -> None:
    with pytest.raises(BadSignature):
        verify_statement(changed)  # type: ignore[arg-type]


def test_a_lower_serial_is_ignored_and_a_higher_one_counts() -> None:
    owner = public_key(HUB)
    newer = make_statement(HUB, Purpose.WIRE, 18, b"n" * 32, MADE)
    assert newest(None, WIRE, owner) == WIRE
    assert newest(WIRE, newer, owner) == newer
    assert newest(newer, WIRE, owner) == newer
    same_serial = make_statement(HUB, Purpose.WIRE, 17, b"n" * 32, MADE)
    assert newest(WIRE, same_serial, owner) == WIRE
    assert newest(WIRE, COURIER, owner) == WIRE
    with pytest.raises(BadSignature):
        newest(WIRE, replace(newer, serial=99), owner)
    with pytest.raises(BadSignature):
        newest(None, make_statement(OTHER, Purpose.WIRE, 1, PRIVATE, MADE), owner)


@pytest.mark.parametrize(
    ("statement", "renewed_days", "kept_days"), [(WIRE, 7, 14), (COURIER, 180, 400)]
)
def test_keys_are_renewed_and_erased_in_time(
    statement: object, renewed_days: int, kept_days: int
) -> None:
    renewed = MADE + renewed_days * DAY_SECONDS
    erased = MADE + kept_days * DAY_SECONDS
    assert not is_due(statement, renewed - 1)  # type: ignore[arg-type]
    assert is_due(statement, renewed)  # type: ignore[arg-type]
    assert not is_erasable(statement, erased)  # type: ignore[arg-type]
    assert is_erasable(statement, erased + 1)  # type: ignore[arg-type]
    assert COURIER.erase_after == MADE + COURIER_KEEP_SECONDS


def test_serials_rise_whatever_the_clock_says() -> None:
    assert next_serial(0, MADE) == MADE
    assert next_serial(MADE, 0) == MADE + 1
    assert next_serial(MADE, MADE) == MADE + 1
    assert next_serial(5, 2_524_608_000) == 2_524_608_000


def test_a_notice_answers_one_envelope() -> None:
    notice = make_notice(HUB, WIRE, ENVELOPE)
    assert open_notice(notice, ENVELOPE).statement == WIRE
    with pytest.raises(BadSignature):
        open_notice(notice, b"f" * 16)


def test_a_notice_that_is_changed_or_cut_is_refused() -> None:
    notice = make_notice(HUB, WIRE, ENVELOPE)
    for place in range(len(notice)):
        changed = bytearray(notice)
        changed[place] ^= 1
        with pytest.raises(RemoteProtocolError):
            open_notice(bytes(changed), ENVELOPE)
        with pytest.raises(RemoteProtocolError):
            open_notice(notice[:place], ENVELOPE)
    with pytest.raises(RemoteProtocolError):
        open_notice(notice + b"\0", ENVELOPE)


def test_a_notice_is_made_by_the_owner_of_its_key() -> None:
    with pytest.raises(LocalProtocolError):
        make_notice(OTHER, WIRE, ENVELOPE)
