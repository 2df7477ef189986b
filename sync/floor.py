"""The floor of a first sync: the same values as bare columns under zstd -19.

No record ids, no authors, no times, no signatures: less than any exchange can send,
and so the measure of one. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import zstandard

_LEVEL: Final = 19
_SEPARATOR: Final = "\n"
_LIST_SEPARATOR: Final = "\x1f"


def floor_bytes(records: Sequence[Mapping[str, object]]) -> int:
    """Bytes of the *records*' fields, column after column, as one zstd -19 frame."""
    names = sorted({name for record in records for name in record})
    columns = [
        _SEPARATOR.join(_text(record.get(name)) for record in records) for name in names
    ]
    plain = _SEPARATOR.join(columns).encode()
    return len(zstandard.ZstdCompressor(level=_LEVEL).compress(plain))


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, Sequence) and not isinstance(value, str):
        return _LIST_SEPARATOR.join(_text(part) for part in value)
    if isinstance(value, Mapping):
        return _LIST_SEPARATOR.join(
            f"{name}{_LIST_SEPARATOR}{_text(part)}" for name, part in value.items()
        )
    return str(value)
