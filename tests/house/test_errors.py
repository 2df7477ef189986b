"""Every error has a code of its own, a sentence, and a row for the operator."""

from __future__ import annotations

import importlib
import re
from collections import Counter

import pytest

from node.errors import NodeError
from protocol.errors import ProtocolError
from sync.errors import SyncError
from sync.words.catalogue import LANGUAGES, Words
from tests.house.source import module_names
from tests.support.real_data import REPOSITORY

FAMILIES: tuple[type[Exception], ...] = (ProtocolError, NodeError, SyncError)
SLUG = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


def every_error() -> list[type[Exception]]:
    for name in module_names():
        importlib.import_module(name)
    found: list[type[Exception]] = []
    waiting = list(FAMILIES)
    while waiting:
        kind = waiting.pop()
        found.append(kind)
        waiting += kind.__subclasses__()
    return [kind for kind in found if kind.__module__.split(".")[0] != "tests"]


def code_of(kind: type[Exception]) -> str:
    return str(getattr(kind, "code", ""))


def test_codes_are_slugs_and_no_two_errors_share_one() -> None:
    kinds = every_error()
    own = [kind for kind in kinds if "code" in vars(kind)]
    assert not [kind.__name__ for kind in kinds if kind not in own]
    assert not [kind.__name__ for kind in own if not SLUG.fullmatch(code_of(kind))]
    counted = Counter(code_of(kind) for kind in own)
    assert {code: count for code, count in counted.items() if count > 1} == {}


def test_the_docstring_of_an_error_is_the_operators_sentence() -> None:
    silent = [kind.__name__ for kind in every_error() if not vars(kind).get("__doc__")]
    assert not silent


def test_every_error_has_a_row_in_the_operators_manual() -> None:
    text = (REPOSITORY / "docs" / "operations.md").read_text("utf-8")
    absent = [
        code_of(kind) for kind in every_error() if f"`{code_of(kind)}`" not in text
    ]
    assert sorted(absent) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_error_has_a_sentence(language: str) -> None:
    sentences = Words.load(language).sentences
    absent = [
        code_of(kind)
        for kind in every_error()
        if f"error.{code_of(kind)}.text" not in sentences
    ]
    assert sorted(absent) == []
