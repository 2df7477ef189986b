"""docs/protocol.md names every limit of a set, with its value."""

from __future__ import annotations

import re

from protocol import limits
from tests.support.real_data import REPOSITORY

ROW = re.compile(r"^\| `(?P<name>[A-Z_]+)` \| (?P<value>[^|]+) \|", re.MULTILINE)


def test_limits_are_those_of_the_document() -> None:
    document = (REPOSITORY / "docs" / "protocol.md").read_text("utf-8")
    stated = {
        row["name"]: 2**53 - 1
        if row["value"] == "2⁵³ − 1"
        else int(row["value"].replace(",", ""))
        for row in ROW.finditer(
            document.split("## Limits of sets")[1].split("\n## ")[0]
        )
    }
    built = {name: value for name, value in vars(limits).items() if name.isupper()}
    assert stated == built
