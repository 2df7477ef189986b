"""Golden vectors: files of named bytes that never change once a version is out.

A file holds lines ``name: hex``; hex may go on in lines without a name; lines that
begin with ``#`` are remarks. docs/protocol.md quotes the files.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

VECTORS = Path(__file__).parents[1] / "protocol" / "vectors"
_LINE_BYTES = 40


def read_vectors(name: str) -> dict[str, bytes]:
    """The named bytes of the vector file *name*, e.g. ``v1/hello.txt``."""
    found: dict[str, str] = {}
    key = ""
    for line in (VECTORS / name).read_text("utf-8").splitlines():
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        if ":" in text:
            key, _colon, text = text.partition(":")
            found[key] = ""
        found[key] += text.strip()
    return {key: bytes.fromhex(text) for key, text in found.items()}


def written(named: Mapping[str, bytes]) -> str:
    """The text of a vector file."""
    lines: list[str] = []
    for key, data in named.items():
        pieces = [
            data[start : start + _LINE_BYTES].hex()
            for start in range(0, len(data), _LINE_BYTES)
        ]
        if len(pieces) <= 1:
            lines.append(f"{key}: {''.join(pieces)}".rstrip())
        else:
            lines += [f"{key}:", *(f"  {piece}" for piece in pieces)]
    return "\n".join(lines) + "\n"


def vectors(
    config: pytest.Config, name: str, named: Mapping[str, bytes]
) -> dict[str, bytes]:
    """The vectors of file *name*; written from *named* first if it is not there."""
    path = VECTORS / name
    if not path.exists() and config.getoption("--write-vectors"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(written(named), "utf-8")
    return read_vectors(name)
