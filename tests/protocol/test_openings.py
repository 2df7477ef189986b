"""Message 0: bound to its envelope, its receiver, and its purpose."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from protocol.errors import BadSignature, RemoteProtocolError
from protocol.identity import LOG_ID_BYTES
from protocol.messages import BundleHead
from protocol.openings import (
    open_bundle,
    open_checkpoint,
    open_hello,
    open_join,
    seal_bundle,
    seal_checkpoint,
    seal_hello,
    seal_join,
)
from protocol.signing import public_key
from tests.protocol.test_message_codecs import CHECKPOINT, HELLO, JOIN, SPAN
from tests.support.vectors import vectors

ROOM, HUB = b"r" * 32, b"h" * 32
ROOM_KEY, HUB_KEY = public_key(ROOM), public_key(HUB)
BINDING, OTHER = b"1" * 32, b"2" * 32
SECRET = b"s" * 16
BUNDLE = BundleHead(b"L" * LOG_ID_BYTES, (SPAN,), CHECKPOINT)
STATEMENT = replace(JOIN, node_key=ROOM_KEY)

HELLO_MESSAGE = seal_hello(HELLO, BINDING, HUB_KEY, ROOM)
CHECKPOINT_MESSAGE = seal_checkpoint(CHECKPOINT, HUB)
BUNDLE_MESSAGE = seal_bundle(BUNDLE, BINDING, ROOM_KEY, HUB)
JOIN_MESSAGE = seal_join(STATEMENT, SECRET, BINDING, HUB_KEY, ROOM)


def opened_hello(message: bytes) -> object:
    opened = open_hello(message)
    opened.verify(ROOM_KEY, BINDING, HUB_KEY)
    return opened.hello


def opened_join(message: bytes) -> object:
    opened = open_join(message, BINDING, HUB_KEY)
    opened.check_secret(SECRET)
    return opened.statement


OPENERS: dict[str, tuple[bytes, Callable[[bytes], object], object]] = {
    "hello": (HELLO_MESSAGE, opened_hello, HELLO),
    "checkpoint": (
        CHECKPOINT_MESSAGE,
        lambda message: open_checkpoint(message, HUB_KEY),
        CHECKPOINT,
    ),
    "bundle": (
        BUNDLE_MESSAGE,
        lambda message: open_bundle(message, BINDING, ROOM_KEY, HUB_KEY),
        BUNDLE,
    ),
    "join": (JOIN_MESSAGE, opened_join, STATEMENT),
}
each_opening = pytest.mark.parametrize(
    ("message", "opened", "value"), OPENERS.values(), ids=OPENERS
)


def test_openings_are_their_golden_vectors(pytestconfig: pytest.Config) -> None:
    made = {
        "room's seed": ROOM,
        "room's Ed25519 key": ROOM_KEY,
        "hub's seed": HUB,
        "hub's Ed25519 key": HUB_KEY,
        "binding": BINDING,
        "invitation's secret": SECRET,
        "message 0 up": HELLO_MESSAGE,
        "hello hash": open_hello(HELLO_MESSAGE).hash,
        "message 0 down": CHECKPOINT_MESSAGE,
        "message 0 of a bundle to a room": BUNDLE_MESSAGE,
        "message 0 of a join": JOIN_MESSAGE,
    }
    assert vectors(pytestconfig, "v1/openings.txt", made) == made


@each_opening
def test_an_opening_is_read(
    message: bytes, opened: Callable[[bytes], object], value: object
) -> None:
    assert opened(message) == value


@each_opening
def test_a_changed_byte_anywhere_is_refused(
    message: bytes, opened: Callable[[bytes], object], value: object
) -> None:
    for place in range(len(message)):
        changed = bytearray(message)
        changed[place] ^= 1
        with pytest.raises(RemoteProtocolError):
            opened(bytes(changed))


@each_opening
def test_a_cut_or_longer_opening_is_refused(
    message: bytes, opened: Callable[[bytes], object], value: object
) -> None:
    for length in range(len(message)):
        with pytest.raises(RemoteProtocolError):
            opened(message[:length])
    with pytest.raises(RemoteProtocolError):
        opened(message + b"\0")


def test_a_hello_is_said_by_one_in_one_envelope_to_one_receiver() -> None:
    opened = open_hello(HELLO_MESSAGE)
    for sender, binding, receiver in (
        (HUB_KEY, BINDING, HUB_KEY),
        (ROOM_KEY, OTHER, HUB_KEY),
        (ROOM_KEY, BINDING, ROOM_KEY),
    ):
        with pytest.raises(BadSignature):
            opened.verify(sender, binding, receiver)


def test_a_checkpoint_is_the_hubs_word() -> None:
    with pytest.raises(BadSignature):
        open_checkpoint(seal_checkpoint(CHECKPOINT, ROOM), HUB_KEY)


def test_a_bundle_is_for_one_room_in_one_envelope() -> None:
    for binding, room, hub in (
        (OTHER, ROOM_KEY, HUB_KEY),
        (BINDING, HUB_KEY, HUB_KEY),
        (BINDING, ROOM_KEY, ROOM_KEY),
    ):
        with pytest.raises(BadSignature):
            open_bundle(BUNDLE_MESSAGE, binding, room, hub)


def test_a_join_is_for_one_hub_in_one_envelope_and_knows_the_secret() -> None:
    for binding, hub in ((OTHER, HUB_KEY), (BINDING, ROOM_KEY)):
        with pytest.raises(BadSignature):
            open_join(JOIN_MESSAGE, binding, hub)
    with pytest.raises(BadSignature):
        open_join(JOIN_MESSAGE, BINDING, HUB_KEY).check_secret(b"t" * 16)
    stolen = seal_join(replace(JOIN, node_key=HUB_KEY), SECRET, BINDING, HUB_KEY, ROOM)
    with pytest.raises(BadSignature):
        open_join(stolen, BINDING, HUB_KEY)


def test_no_opening_passes_for_another() -> None:
    for message, _opened, value in OPENERS.values():
        for _message, opened, expected in OPENERS.values():
            if expected is not value:
                with pytest.raises(RemoteProtocolError):
                    opened(message)


def test_the_hash_of_a_hello_covers_its_signature() -> None:
    again = seal_hello(HELLO, OTHER, HUB_KEY, ROOM)
    assert open_hello(again).hash != open_hello(HELLO_MESSAGE).hash
