"""docs/protocol.md names every limit, with its value."""

from __future__ import annotations

import re
from types import ModuleType

from protocol import exchange_limits, limits
from tests.support.real_data import REPOSITORY

ROW = re.compile(r"^\| `(?P<name>[A-Z_]+)` \| (?P<value>[^|]+) \|", re.MULTILINE)


def stated(heading: str) -> dict[str, int]:
    document = (REPOSITORY / "docs" / "protocol.md").read_text("utf-8")
    section = document.split(f"## {heading}\n")[1].split("\n## ")[0]
    return {
        row["name"]: 2**53 - 1
        if row["value"] == "2⁵³ − 1"
        else int(row["value"].replace(",", ""))
        for row in ROW.finditer(section)
    }


def built(module: ModuleType) -> dict[str, int]:
    return {name: value for name, value in vars(module).items() if name.isupper()}


def test_limits_of_sets_are_those_of_the_document() -> None:
    assert stated("Limits of sets") == built(limits)


def test_limits_of_an_exchange_are_those_of_the_document() -> None:
    assert stated("Limits of an exchange") == built(exchange_limits)
