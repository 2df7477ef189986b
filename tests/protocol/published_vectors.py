"""Published test vectors, where they lie beside the repository."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.support.real_data import real_data_folder


def published(name: str) -> Path:
    """The file *name* of the published vectors; the test is marked realdata."""
    folder = real_data_folder()
    assert folder is not None
    return folder / "crypto_vectors" / name


def wycheproof(name: str) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """(group, test) of one Wycheproof file."""
    data = json.loads(published(f"wycheproof_{name}_test.json").read_text("utf-8"))
    return [(group, test) for group in data["testGroups"] for test in group["tests"]]
