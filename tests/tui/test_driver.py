"""Bytes of a terminal become keys: sequences, Esc with company, letters in pieces."""

from __future__ import annotations

import pytest
from textual.events import Key, Paste

from tui.driver import Keyboard


def pressed(*pieces: bytes) -> list[str]:
    """Names of the keys, or the letters typed, of bytes that come in *pieces*."""
    keyboard = Keyboard()
    found = []
    for piece in pieces:
        for message in keyboard.keys(piece):
            if isinstance(message, Key):
                found.append(message.character or message.key)
            elif isinstance(message, Paste):
                found.append(f"paste {message.text}")
    return found


@pytest.mark.parametrize(
    ("pieces", "keys"),
    [
        ((b"\x1b6",), ["\x1b", "6"]),
        ((b"\x1b", b"6"), ["\x1b", "6"]),
        ((b"\x1b\r",), ["\x1b", "\r"]),
        ((b"\x1b\x1b6",), ["\x1b", "\x1b", "6"]),
        (("\x1b防汛".encode(),), ["\x1b", "防", "汛"]),
        ((b"6\x1b", b"\x1b[A"), ["6", "\x1b", "up"]),
    ],
)
def test_esc_is_a_key_of_its_own(pieces: tuple[bytes, ...], keys: list[str]) -> None:
    assert pressed(*pieces) == keys


@pytest.mark.parametrize(
    ("sent", "key"),
    [
        (b"\x1b[A", "up"),
        (b"\x1bOQ", "f2"),
        (b"\x1b[20~", "f9"),
        (b"\x1b[5~", "pageup"),
        (b"\x1b[200~ab\x1b[201~", "paste"),
    ],
)
def test_a_sequence_is_one_key_even_byte_by_byte(sent: bytes, key: str) -> None:
    assert [each.partition(" ")[0] for each in pressed(sent)] == [key]
    bytewise = [sent[n : n + 1] for n in range(len(sent))]
    assert [each.partition(" ")[0] for each in pressed(*bytewise)] == [key]


def test_letters_come_whole_however_their_bytes_come() -> None:
    sent = "库政发〔2020〕12号 𠮷 ᠮᠣᠩᠭᠣᠯ".encode()
    assert "".join(pressed(*(sent[n : n + 1] for n in range(len(sent))))) == (
        sent.decode()
    )


def test_bytes_that_are_no_letters_end_nothing() -> None:
    assert pressed(b"a\xff\xc3", b"b") == ["a", "\ufffd", "\ufffd", "b"]
