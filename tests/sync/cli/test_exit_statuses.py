"""The operator's manual gives every error the status that it has."""

from __future__ import annotations

import re

from sync.errors import EXIT_FAULT, exit_status
from tests.support.real_data import REPOSITORY

ROW = re.compile(r"^\| `(?P<code>[a-z-]+)` \| (?P<status>\d+) \|", re.MULTILINE)


class Coded(Exception):
    """An error with whatever code."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def test_the_manual_and_the_program_agree() -> None:
    text = (REPOSITORY / "docs" / "operations.md").read_text("utf-8")
    told = {row["code"]: int(row["status"]) for row in ROW.finditer(text)}
    assert len(told) > 40
    assert {code: exit_status(Coded(code)) for code in told} == told


def test_what_has_no_code_is_a_fault() -> None:
    assert exit_status(ValueError("?")) == EXIT_FAULT
