"""The key folder: the machine's secrets, outside the database.

Every file is 0600 in a folder of 0700, written whole and by rename. Randomness comes
from the operating system, here and nowhere below.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from typing import Final

from node.errors import KeyMissing
from node.faults import BEFORE_KEY, KEY, reached
from node.home import Home, sync_folder, write_durably
from protocol.messages import Purpose

SECRET_BYTES: Final = 32

_BOX_NAMES: Final = {Purpose.WIRE: "wire", Purpose.COURIER: "courier"}
_BOX_FILE: Final = re.compile(r"(wire|courier)-([0-9]{1,16})\.key")


def random_bytes(count: int) -> bytes:
    """*count* bytes that nobody can foresee."""
    return os.urandom(count)


@dataclass(frozen=True, slots=True)
class KeyFolder:
    """Reads and writes one machine's keys; keeps none in memory."""

    home: Home

    def make(self) -> None:
        """Make the machine's signing seed and the store's key, durably.

        A key that is there already stays.
        """
        for name in ("machine.key", "store.key"):
            if not (self.home.keys / name).exists():
                self._write(name, random_bytes(SECRET_BYTES))

    @property
    def machine_seed(self) -> bytes:
        """Seed of the installation's Ed25519 key, 32 bytes."""
        return self._read("machine.key")

    @property
    def store_key(self) -> bytes:
        """Raw key of the database, 32 bytes."""
        return self._read("store.key")

    def write_box_key(self, purpose: int, serial: int, private_key: bytes) -> None:
        """Keep the private part of a box key, durably."""
        self._write(_box_file(purpose, serial), private_key)

    def read_box_key(self, purpose: int, serial: int) -> bytes | None:
        """The private part of a box key, or None where it was erased."""
        path = self.home.keys / _box_file(purpose, serial)
        return path.read_bytes() if path.is_file() else None

    def box_serials(self, purpose: int) -> tuple[int, ...]:
        """Serials whose private part is held, rising."""
        wanted = _BOX_NAMES[Purpose(purpose)]
        serials = []
        for path in self.home.keys.iterdir():
            found = _BOX_FILE.fullmatch(path.name)
            if found is not None and found[1] == wanted:
                serials.append(int(found[2]))
        return tuple(sorted(serials))

    def erase_box_key(self, purpose: int, serial: int) -> None:
        """Remove the private part of a box key; harmless when it is gone."""
        (self.home.keys / _box_file(purpose, serial)).unlink(missing_ok=True)
        sync_folder(self.home.keys)

    def _write(self, name: str, content: bytes) -> None:
        reached(BEFORE_KEY)
        write_durably(self.home.keys / name, content)
        reached(KEY)

    def _read(self, name: str) -> bytes:
        path = self.home.keys / name
        try:
            content = path.read_bytes()
        except (FileNotFoundError, PermissionError) as error:
            raise KeyMissing(path) from error
        if len(content) != SECRET_BYTES:
            raise KeyMissing(path)
        return content


def _box_file(purpose: int, serial: int) -> str:
    return f"{_BOX_NAMES[Purpose(purpose)]}-{serial}.key"
