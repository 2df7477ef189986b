"""Invitations as people type, paste and misread them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.errors import LocalProtocolError, MalformedFrame
from protocol.exchange_limits import ADDRESS_LIMIT_BYTES
from protocol.invitation import decode_invitation, encode_invitation
from protocol.messages import Invitation
from tests.support.vectors import vectors

EXAMPLE = Invitation(b"I" * 16, bytes(range(16)), b"H" * 32, "http://192.168.1.20:8300")
TEXT = encode_invitation(EXAMPLE)
addresses = st.text(
    st.characters(codec="ascii", exclude_categories=("Cc", "Zs")), max_size=40
)
invitations = st.builds(
    Invitation,
    st.binary(min_size=16, max_size=16),
    st.binary(min_size=16, max_size=16),
    st.binary(min_size=32, max_size=32),
    addresses,
)


def test_the_text_is_its_golden_vector(pytestconfig: pytest.Config) -> None:
    made = {
        "invitation id": EXAMPLE.invitation,
        "secret": EXAMPLE.secret,
        "BLAKE2b-256 of the hub's key": EXAMPLE.hub_key_hash,
        "address": EXAMPLE.address.encode(),
        "text": TEXT.encode(),
    }
    assert vectors(pytestconfig, "v1/invitation.txt", made) == made


@given(invitations)
def test_what_is_written_is_read(invitation: Invitation) -> None:
    assert decode_invitation(encode_invitation(invitation)) == invitation


@pytest.mark.parametrize(
    "typed",
    [
        f"  {TEXT}\n",
        TEXT.partition("@")[0].lower() + "@" + EXAMPLE.address,
        TEXT.removeprefix("dangyi:"),
        TEXT.replace("-", ""),
        TEXT.replace("-", " ", 7).replace("-", "-\n", 3),
        TEXT.partition("@")[0].replace("O", "0").replace("I", "1").replace("B", "8")
        + "@"
        + EXAMPLE.address,
        TEXT.replace("@", " @ "),
        TEXT.replace("-", "—").replace("@", "＠").replace(":", "："),
        TEXT.replace("A", "Ａ").replace("D", "Ｄ"),
    ],
)
def test_reading_forgives(typed: str) -> None:
    assert decode_invitation(typed) == EXAMPLE


def test_one_wrong_character_anywhere_is_found() -> None:
    for place, character in enumerate(TEXT):
        if character == "-" or place < len("dangyi:"):
            continue
        wrong = "A" if character != "A" else "C"
        with pytest.raises(MalformedFrame):
            decode_invitation(TEXT[:place] + wrong + TEXT[place + 1 :])


def test_two_characters_swapped_are_found() -> None:
    letters = TEXT.removeprefix("dangyi:").partition("@")[0].replace("-", "")
    for place in range(len(letters) - 1):
        pair = letters[place : place + 2]
        if pair == pair[::-1]:
            continue
        swapped = letters[:place] + pair[::-1] + letters[place + 2 :]
        with pytest.raises(MalformedFrame):
            decode_invitation(f"{swapped}@{EXAMPLE.address}")


def test_a_text_that_is_cut_anywhere_is_refused() -> None:
    for length in range(len(TEXT)):
        with pytest.raises(MalformedFrame):
            decode_invitation(TEXT[:length])


@pytest.mark.parametrize(
    "typed",
    ["", "dangyi:", "@", "库伦旗", TEXT.replace("A", "é"), TEXT + "旗", TEXT + " x"],
)
def test_other_texts_are_refused(typed: str) -> None:
    with pytest.raises(MalformedFrame):
        decode_invitation(typed)


@given(st.text(max_size=200))
def test_any_text_is_refused(text: str) -> None:
    with pytest.raises(MalformedFrame):
        decode_invitation(text)


def test_an_address_at_its_limit_and_above() -> None:
    longest = "h" * ADDRESS_LIMIT_BYTES
    invitation = Invitation(EXAMPLE.invitation, EXAMPLE.secret, b"H" * 32, longest)
    text = encode_invitation(invitation)
    assert decode_invitation(text) == invitation
    with pytest.raises(MalformedFrame):
        decode_invitation(text + "h")


@pytest.mark.parametrize(
    "address", ["h" * (ADDRESS_LIMIT_BYTES + 1), "http://旗", "a b", "a\nb"]
)
def test_an_address_that_cannot_be_carried_is_not_written(address: str) -> None:
    with pytest.raises(LocalProtocolError):
        encode_invitation(
            Invitation(EXAMPLE.invitation, EXAMPLE.secret, b"H" * 32, address)
        )


def test_an_invitation_of_other_sizes_is_not_written() -> None:
    with pytest.raises(LocalProtocolError):
        encode_invitation(Invitation(b"", b"", b"", ""))
