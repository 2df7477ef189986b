"""Keys of operators: people who decide at the hub, each with a key of their own.

One file in the key folder for each, 0600, written whole and by rename. The seed in it
is sealed with a key that Argon2id derives of the passphrase; it is never in the
database, in a log or in clear on the disk. A machine's own keys are in node/keys.py.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NamedTuple

import nacl.bindings
from nacl.exceptions import CryptoError

from node.errors import KeyMissing
from node.faults import BEFORE_KEY, KEY, reached
from node.home import Home, sync_folder, write_durably
from node.keys import random_bytes
from node.operator_errors import UnknownOperator, WrongPassphrase
from protocol.canonical import pack, unpack
from protocol.changeset import OPERATOR_TAG
from protocol.errors import RemoteProtocolError
from protocol.identity import Scope
from protocol.operation_codec import signed_form
from protocol.operations import Actor, Operation, OperatorSignature
from protocol.signing import PUBLIC_KEY_BYTES, SEED_BYTES, sign
from protocol.signing import public_key as operator_key

_VERSION: Final = 1
_FILE: Final = re.compile(r"operator-[0-9a-f]{16}\.key")
_SALT_BYTES: Final = 16
_NONCE_BYTES: Final = 24
_SEALED_BYTES: Final = _NONCE_BYTES + 16 + SEED_BYTES
_LARGEST_FILE_BYTES: Final = 4096


class Cost(NamedTuple):
    """What one guess at a passphrase costs."""

    passes: int
    memory_bytes: int


INTERACTIVE: Final = Cost(2, 64 * 1024 * 1024)
"""libsodium's INTERACTIVE. A hub may be a small machine that serves rooms meanwhile:
MODERATE takes 256 MiB, nearly all that a hub may use, and no desk should wait for it.
The cost stands in each file, so that it can be raised for new keys."""
_HIGHEST: Final = Cost(4, 1024 * 1024 * 1024)
"""A file that asks for more was not written by this program."""


@dataclass(frozen=True, slots=True)
class Operator:
    """One operator, signed in: holds the signing seed for as long as it lives."""

    name: str
    seed: bytes = field(repr=False)

    @property
    def public_key(self) -> bytes:
        """The Ed25519 key under which the hub registers the operator."""
        return operator_key(self.seed)

    @property
    def actor(self) -> Actor:
        """Who acts, where the operator decides."""
        return Actor(self.name)

    def sign(self, log: bytes, scope: Scope, operation: Operation) -> OperatorSignature:
        """The operator's word for one operation of *log*, written for *scope*."""
        message = signed_form(operation, log, scope)
        signature = sign(self.seed, OPERATOR_TAG, message)
        return OperatorSignature(operation.n, self.public_key, signature)


@dataclass(frozen=True, slots=True)
class HeldKey:
    """An operator's key as its file tells of it without the passphrase."""

    name: str
    public_key: bytes
    asks_passphrase: bool
    path: Path
    cost: Cost = INTERACTIVE
    salt: bytes = field(default=b"", repr=False)
    sealed: bytes = field(default=b"", repr=False)


class OperatorKeys:
    """Reads and writes operators' keys; keeps none in memory."""

    __slots__ = ("_cost", "_home")

    def __init__(self, home: Home, cost: Cost = INTERACTIVE) -> None:
        self._home = home
        self._cost = cost

    @classmethod
    def open(
        cls, home: Home, name: str, passphrase: str, *, public_key: bytes = b""
    ) -> Operator:
        """The operator *name*, signed in; takes about a tenth of a second.

        *public_key*: the key that is meant, where an older one of that name may lie
        beside it.

        Raises:
            UnknownOperator: no such key is held here.
            WrongPassphrase: it does not open the key.
            KeyMissing: the file is not whole.
        """
        keys = cls(home)
        held = keys.of(name, public_key)
        if held is None:
            raise UnknownOperator(name, tuple(each.name for each in keys.held()))
        secret = _derived(passphrase, held.salt, held.cost)
        nonce, sealed = held.sealed[:_NONCE_BYTES], held.sealed[_NONCE_BYTES:]
        try:
            seed = nacl.bindings.crypto_secretbox_open(sealed, nonce, secret)
        except CryptoError as error:
            raise WrongPassphrase(name) from error
        if operator_key(seed) != held.public_key:
            raise KeyMissing(held.path)
        return Operator(held.name, seed)

    def make(self, name: str, passphrase: str) -> Operator:
        """A new key for *name*, on the disk when this returns; an older one stays."""
        name = folded(name)
        operator = Operator(name, random_bytes(SEED_BYTES))
        salt, nonce = random_bytes(_SALT_BYTES), random_bytes(_NONCE_BYTES)
        secret = _derived(passphrase, salt, self._cost)
        sealed = nacl.bindings.crypto_secretbox(operator.seed, nonce, secret)
        items = (
            _VERSION,
            name,
            operator.public_key,
            int(bool(passphrase)),
            *self._cost,
            salt,
            nonce + sealed,
        )
        reached(BEFORE_KEY)
        write_durably(self._home.keys / _file_name(operator.public_key), pack(items))
        reached(KEY)
        return operator

    def erase(self, public_key: bytes) -> None:
        """Remove the key's file; harmless when it is gone."""
        (self._home.keys / _file_name(public_key)).unlink(missing_ok=True)
        sync_folder(self._home.keys)

    def held(self) -> list[HeldKey]:
        """All keys that are whole, by name."""
        return sorted(self._whole(), key=lambda each: (each.name, each.public_key))

    def of(self, name: str, public_key: bytes = b"") -> HeldKey | None:
        """The key of *name*, if one is held; with *public_key*, no other one.

        Raises:
            KeyMissing: no whole file is the one, and some file is not whole.
        """
        found = [
            each
            for each in self.held()
            if each.name == folded(name) and public_key in (b"", each.public_key)
        ]
        if not found:
            for path in self._paths():
                _read(path)
        return found[-1] if found else None

    def _whole(self) -> Iterator[HeldKey]:
        for path in self._paths():
            try:
                yield _read(path)
            except KeyMissing:
                continue

    def _paths(self) -> list[Path]:
        found = self._home.keys.iterdir()
        return sorted(path for path in found if _FILE.fullmatch(path.name))


def folded(text: str) -> str:
    """*text* however an input method writes it: full-width letters are plain ones."""
    return unicodedata.normalize("NFKC", text).strip()


def _derived(passphrase: str, salt: bytes, cost: Cost) -> bytes:
    plain = unicodedata.normalize("NFKC", passphrase).encode("utf-8", "surrogatepass")
    secret: bytes = nacl.bindings.crypto_pwhash_alg(
        nacl.bindings.crypto_secretbox_KEYBYTES,
        plain,
        salt,
        cost.passes,
        cost.memory_bytes,
        nacl.bindings.crypto_pwhash_ALG_ARGON2ID13,
    )
    return secret


def _file_name(public_key: bytes) -> str:
    return f"operator-{public_key[:8].hex()}.key"


def _read(path: Path) -> HeldKey:
    """What the file at *path* says.

    Raises:
        KeyMissing: it is no whole key.
    """
    try:
        with path.open("rb") as file:
            items = unpack(file.read(_LARGEST_FILE_BYTES))
    except (OSError, RemoteProtocolError) as error:
        raise KeyMissing(path) from error
    match items:
        case (
            1,
            str(name),
            bytes(public_key),
            int(asks),
            int(passes),
            int(memory_bytes),
            bytes(salt),
            bytes(sealed),
        ) if (
            (len(public_key), len(salt), len(sealed))
            == (PUBLIC_KEY_BYTES, _SALT_BYTES, _SEALED_BYTES)
            and 1 <= passes <= _HIGHEST.passes
            and 8192 <= memory_bytes <= _HIGHEST.memory_bytes
        ):
            cost = Cost(passes, memory_bytes)
            return HeldKey(name, public_key, bool(asks), path, cost, salt, sealed)
        case _:
            raise KeyMissing(path)
