"""The door to Ed25519, X25519 and keyed BLAKE2b."""

from __future__ import annotations

import nacl.bindings
import pytest

from protocol.errors import BadSignature, LocalProtocolError
from protocol.signing import (
    box_public_key,
    derive,
    key_hash,
    public_key,
    shared_point,
    sign,
    sign_bytes,
    verify,
    verify_bytes,
)
from tests.protocol.published_vectors import published, wycheproof

SEED = bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
PUBLIC = bytes.fromhex(
    "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
)
RFC_8032 = {
    "test 1": (
        SEED.hex(),
        PUBLIC.hex(),
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33b"
        "acc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    "test 2": (
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e1599"
        "6e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    "test 3": (
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f2"
        "90ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
}


@pytest.mark.parametrize(
    ("seed", "public", "message", "signature"), RFC_8032.values(), ids=RFC_8032
)
def test_ed25519_of_rfc_8032(
    seed: str, public: str, message: str, signature: str
) -> None:
    assert public_key(bytes.fromhex(seed)).hex() == public
    assert sign_bytes(bytes.fromhex(seed), bytes.fromhex(message)).hex() == signature
    verify_bytes(
        bytes.fromhex(public), bytes.fromhex(message), bytes.fromhex(signature)
    )


def test_x25519_of_rfc_7748() -> None:
    scalar = "a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4"
    point = "e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c"
    product = "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552"
    assert shared_point(bytes.fromhex(scalar), bytes.fromhex(point)).hex() == product
    bob = "5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb"
    public = "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f"
    assert box_public_key(bytes.fromhex(bob)).hex() == public


@pytest.mark.realdata
def test_ed25519_of_the_published_thousand() -> None:
    lines = published("pynacl_ed25519").read_text("ascii").splitlines()
    assert len(lines) == 1024
    for line in lines:
        secret, public, message, signed = map(bytes.fromhex, line.split(":")[:4])
        assert public_key(secret[:32]) == public
        assert sign_bytes(secret[:32], message) == signed[:64]
        verify_bytes(public, message, signed[:64])


@pytest.mark.realdata
def test_ed25519_of_wycheproof() -> None:
    cases = wycheproof("ed25519")
    assert len(cases) == 151
    for group, test in cases:
        public = bytes.fromhex(group["publicKey"]["pk"])
        message, signature = bytes.fromhex(test["msg"]), bytes.fromhex(test["sig"])
        if test["result"] == "valid":
            verify_bytes(public, message, signature)
        else:
            with pytest.raises(BadSignature):
                verify_bytes(public, message, signature)


@pytest.mark.realdata
def test_x25519_of_wycheproof() -> None:
    cases = wycheproof("x25519")
    assert len(cases) == 518
    for _group, test in cases:
        private, public = (bytes.fromhex(test[name]) for name in ("private", "public"))
        if test["shared"] == bytes(32).hex():
            with pytest.raises(BadSignature):
                shared_point(private, public)
        else:
            assert shared_point(private, public).hex() == test["shared"]


def test_derivation_is_keyed_blake2b_256_with_a_purpose() -> None:
    key, data = bytes(range(32)), b"P and E"
    expected = nacl.bindings.crypto_generichash_blake2b_salt_personal(
        data, digest_size=32, key=key, person=b"dangyi-up".ljust(16, b"\0")
    )
    assert derive(key, "dangyi-up", data) == expected


def test_a_signature_holds_for_its_purpose_only() -> None:
    signature = sign(SEED, "dangyi/hello/1", b"message")
    verify(PUBLIC, "dangyi/hello/1", b"message", signature)
    assert signature == sign_bytes(SEED, b"dangyi/hello/1\0message")
    for tag, message in (
        ("dangyi/join/1", b"message"),
        ("dangyi/hello/1", b"massage"),
        ("dangyi/hello/1", b""),
        ("dangyi/hello/", b"1\0message"),
    ):
        with pytest.raises(BadSignature):
            verify(PUBLIC, tag, message, signature)


def test_a_changed_bit_of_signature_or_key_is_refused() -> None:
    signature = sign(SEED, "tag", b"message")
    for place in range(64):
        changed = bytearray(signature)
        changed[place] ^= 1 << (place % 8)
        with pytest.raises(BadSignature):
            verify(PUBLIC, "tag", b"message", bytes(changed))
    for place in range(32):
        changed = bytearray(PUBLIC)
        changed[place] ^= 1 << (place % 8)
        with pytest.raises(BadSignature):
            verify(bytes(changed), "tag", b"message", signature)


@pytest.mark.parametrize("size", [0, 63, 65])
def test_a_signature_of_another_size_is_refused(size: int) -> None:
    with pytest.raises(BadSignature):
        verify(PUBLIC, "tag", b"", bytes(size))


@pytest.mark.parametrize("size", [0, 31, 33])
def test_a_key_of_another_size_is_refused(size: int) -> None:
    with pytest.raises(BadSignature):
        verify(bytes(size), "tag", b"", bytes(64))
    with pytest.raises(LocalProtocolError):
        public_key(bytes(size))
    with pytest.raises(LocalProtocolError):
        sign(bytes(size), "tag", b"")
    with pytest.raises(LocalProtocolError):
        box_public_key(bytes(size))
    with pytest.raises(LocalProtocolError):
        shared_point(bytes(32), bytes(size))


def test_a_derivation_key_is_long_enough() -> None:
    for size in (16, 64):
        assert len(derive(bytes(size), "p", b"")) == 32
    for size in (15, 65):
        with pytest.raises(LocalProtocolError):
            derive(bytes(size), "p", b"")


def test_the_hash_of_a_key_is_blake2b_256() -> None:
    expected = nacl.bindings.crypto_generichash_blake2b_salt_personal(
        PUBLIC, digest_size=32
    )
    assert key_hash(PUBLIC) == expected
