"""Modules and classes are nouns of the field; a name that says nothing is refused."""

from __future__ import annotations

import ast
import re

from tests.house.source import checking_files, product_files, relative, tree_of

EMPTY_WORDS = {
    "base",
    "common",
    "core",
    "handler",
    "handlers",
    "helper",
    "helpers",
    "manager",
    "misc",
    "processor",
    "service",
    "util",
    "utils",
}


def words_of(name: str) -> set[str]:
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|_", " ", name)
    return {word.lower() for word in spaced.split()}


def test_no_module_or_class_has_an_empty_word_in_its_name() -> None:
    wrong = []
    for path in product_files() + checking_files():
        if words_of(path.stem) & EMPTY_WORDS:
            wrong.append(relative(path))
        wrong += [
            f"{relative(path)}: {entry.name}"
            for entry in ast.walk(tree_of(path))
            if isinstance(entry, ast.ClassDef) and words_of(entry.name) & EMPTY_WORDS
        ]
    assert not wrong


def test_every_module_says_what_lives_in_it() -> None:
    silent = [
        relative(path)
        for path in product_files()
        if (tree := tree_of(path)).body and ast.get_docstring(tree) is None
    ]
    assert not silent


def test_no_work_is_promised_in_a_comment() -> None:
    word = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
    wrong = [
        f"{relative(path)}:{number}"
        for path in product_files()
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if word.search(line)
    ]
    assert not wrong


def test_nothing_from_outside_is_checked_by_assert() -> None:
    """``python -O`` drops assertions; the product has none."""
    wrong = [
        f"{relative(path)}:{entry.lineno}"
        for path in product_files()
        for entry in ast.walk(tree_of(path))
        if isinstance(entry, ast.Assert)
    ]
    assert not wrong


def test_no_handler_catches_everything() -> None:
    wrong = []
    for path in product_files():
        for entry in ast.walk(tree_of(path)):
            if not isinstance(entry, ast.ExceptHandler):
                continue
            caught = entry.type
            is_broad = caught is None or (
                isinstance(caught, ast.Name)
                and caught.id in {"Exception", "BaseException"}
            )
            ends_with_raise = bool(entry.body) and isinstance(entry.body[-1], ast.Raise)
            if is_broad and not ends_with_raise:
                wrong.append(f"{relative(path)}:{entry.lineno}")
    assert not wrong
