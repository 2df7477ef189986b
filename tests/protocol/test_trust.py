"""The trust list: proved whole, in parts or at once; cuts; certificates."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.errors import BadSignature
from protocol.exchange_limits import FRAME_PLAIN_LIMIT_BYTES, TRUST_ENTRIES_LIMIT
from protocol.identity import Scope, log_id
from protocol.items import encode_item
from protocol.messages import (
    Certificate,
    GrantedScope,
    LogState,
    TrustEntry,
    TrustList,
)
from protocol.signing import public_key
from protocol.trust import (
    accepts,
    is_whole,
    make_trust_list,
    merged,
    sign_certificate,
    split_trust_list,
    verify_certificate,
    verify_trust_list,
    verify_trust_signature,
    whole_hash,
)
from protocol.trust_codec import encode_trust_entry, encode_trust_list
from tests.support.vectors import vectors

HUB, OTHER = b"h" * 32, b"o" * 32
HUB_KEY = public_key(HUB)
FONDS = GrantedScope(Scope(b"fonds-01", 0))


def entry(number: int, name: str = "档案室") -> TrustEntry:
    key, nonce = public_key(number.to_bytes(32, "big")), number.to_bytes(16, "big")
    return TrustEntry(number, log_id(key, nonce), key, nonce, name, (FONDS,))


ENTRIES = tuple(entry(number) for number in range(1, 8))


def by_log(entries: tuple[TrustEntry, ...]) -> dict[bytes, TrustEntry]:
    return {each.log: each for each in entries}


def test_lists_and_certificates_are_their_golden_vectors(
    pytestconfig: pytest.Config,
) -> None:
    entries = ENTRIES[:2]
    trust_list = make_trust_list(2, entries, 1, HUB)
    made = {
        "hub's seed": HUB,
        "entry 1": encode_trust_entry(entries[0]),
        "entry 2": encode_trust_entry(entries[1]),
        "whole hash": whole_hash(entries),
        "list for who knows serial 1": encode_trust_list(trust_list),
        "certificate": encode_item(
            sign_certificate(
                Certificate(
                    entries[0].public_key, "档案室", "库伦旗", (FONDS,), 1, 1, 0
                ),
                HUB,
            )
        )[1:],
    }
    assert vectors(pytestconfig, "v1/trust.txt", made) == made


def test_who_knew_nothing_gets_and_proves_the_whole_list() -> None:
    trust_list = make_trust_list(7, ENTRIES, 0, HUB)
    assert trust_list.entries == ENTRIES
    everyone = merged({}, [trust_list])
    verify_trust_list(everyone.values(), trust_list, HUB_KEY)


def test_who_knew_some_gets_the_rest_and_proves_the_whole() -> None:
    changed = replace(ENTRIES[0], serial=8, name="库伦旗档案室")
    now = (changed, *ENTRIES[1:])
    trust_list = make_trust_list(8, now, 5, HUB)
    assert {each.serial for each in trust_list.entries} == {6, 7, 8}
    everyone = merged(by_log(ENTRIES[:5]), [trust_list])
    assert everyone == by_log(now)
    verify_trust_list(everyone.values(), trust_list, HUB_KEY)


def test_a_missing_or_foreign_entry_shows() -> None:
    trust_list = make_trust_list(7, ENTRIES, 0, HUB)
    for entries in (ENTRIES[1:], (*ENTRIES, entry(9)), (entry(9), *ENTRIES[1:]), ()):
        assert not is_whole(entries, trust_list)
        with pytest.raises(BadSignature):
            verify_trust_list(entries, trust_list, HUB_KEY)


def test_a_list_that_is_not_the_hubs_word_is_refused() -> None:
    trust_list = make_trust_list(7, ENTRIES, 0, HUB)
    for changed in (
        make_trust_list(7, ENTRIES, 0, OTHER),
        replace(trust_list, serial=8),
        replace(trust_list, whole_hash=bytes(32)),
        replace(trust_list, signature=bytes(64)),
    ):
        with pytest.raises(BadSignature):
            verify_trust_list(ENTRIES, changed, HUB_KEY)
    verify_trust_signature(trust_list, HUB_KEY)


def test_even_the_hub_cannot_give_a_log_another_key() -> None:
    forged = replace(ENTRIES[0], public_key=public_key(OTHER))
    trust_list = make_trust_list(7, (forged,), 0, HUB)
    with pytest.raises(BadSignature):
        verify_trust_list((forged,), trust_list, HUB_KEY)


@given(st.permutations(ENTRIES))
def test_the_whole_hash_does_not_depend_on_order(entries: list[TrustEntry]) -> None:
    assert whole_hash(entries) == whole_hash(ENTRIES)


def test_a_short_list_is_one_part_and_an_empty_one_too() -> None:
    for known in (0, 7):
        trust_list = make_trust_list(7, ENTRIES, known, HUB)
        assert split_trust_list(trust_list) == (trust_list,)


def test_a_long_list_comes_in_parts_that_fit_frames() -> None:
    long_name = "旗" * 80
    entries = tuple(entry(number, long_name) for number in range(1, 1400))
    trust_list = make_trust_list(1400, entries, 0, HUB)
    parts = split_trust_list(trust_list)
    assert len(parts) > 1
    for part in parts:
        assert len(encode_item(part)) <= FRAME_PLAIN_LIMIT_BYTES
        assert len(part.entries) <= TRUST_ENTRIES_LIMIT
    everyone: dict[bytes, TrustEntry] = {}
    for part in parts:
        assert not is_whole(everyone.values(), part)
        everyone = merged(everyone, [part])
    verify_trust_list(everyone.values(), parts[-1], HUB_KEY)


@pytest.mark.parametrize(
    ("seq", "set_hash", "counts"),
    [
        (1, b"a" * 32, True),
        (9, b"x" * 32, True),
        (10, b"c" * 32, True),
        (10, b"x" * 32, False),
        (11, b"c" * 32, False),
    ],
)
def test_a_cut_says_up_to_where_a_log_is_valid(
    seq: int, set_hash: bytes, *, counts: bool
) -> None:
    revoked = replace(
        ENTRIES[0], state=LogState.REVOKED, cut_seq=10, cut_hash=b"c" * 32
    )
    assert accepts(revoked, seq, set_hash) is counts
    assert accepts(ENTRIES[0], seq, set_hash)


def test_a_log_that_is_revoked_without_a_cut_counts_for_nothing() -> None:
    revoked = replace(ENTRIES[0], state=LogState.REVOKED)
    assert not accepts(revoked, 1, b"a" * 32)


def test_a_certificate_is_the_hubs_word_about_one_key() -> None:
    key = ENTRIES[0].public_key
    bare = Certificate(key, "档案室", "库伦旗", (FONDS,), 1, 1, 1_763_800_000)
    certificate = sign_certificate(bare, HUB)
    verify_certificate(certificate, HUB_KEY, key)
    for changed in (
        replace(certificate, name="别的档案室"),
        replace(certificate, role=2),
        replace(certificate, serial=2),
        replace(certificate, not_before=0),
        replace(certificate, scopes=()),
        sign_certificate(bare, OTHER),
    ):
        with pytest.raises(BadSignature):
            verify_certificate(changed, HUB_KEY, key)
    with pytest.raises(BadSignature):
        verify_certificate(certificate, HUB_KEY, public_key(OTHER))


def test_the_parts_of_a_list_are_values() -> None:
    assert make_trust_list(7, ENTRIES, 0, HUB) == make_trust_list(7, ENTRIES, 0, HUB)
    assert isinstance(make_trust_list(7, (), 0, HUB), TrustList)
