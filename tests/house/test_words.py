"""Both languages say the same things, with the same fields."""

from __future__ import annotations

import ast
import importlib
import re
import string
from functools import cache

import pytest

from node.catalogue.pack import Pack
from sync.doctor import REASONS
from sync.words.catalogue import LANGUAGES, Words
from tests.house.source import product_files, relative, tree_of
from tui.app import SCREENS, WORDS_FOLDER

KEY = re.compile(r"[a-z_]+(\.[a-z0-9_-]+)+")
FILE_ENDINGS = (".toml", ".html", ".tcss", ".json", ".log", ".xlsx", ".csv", ".pdf")


@cache
def words_of(language: str) -> Words:
    """What the command line and the desk say."""
    return Words.load(language, WORDS_FOLDER)


def fields_of(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


def test_chinese_and_english_have_the_same_keys() -> None:
    chinese = set(words_of("zh").sentences)
    english = set(words_of("en").sentences)
    assert sorted(chinese ^ english) == []


def test_a_sentence_has_the_same_fields_in_both_languages() -> None:
    chinese = words_of("zh").sentences
    english = words_of("en").sentences
    differing = [
        key
        for key in chinese.keys() & english.keys()
        if fields_of(chinese[key]) != fields_of(english[key])
    ]
    assert sorted(differing) == []


def test_every_field_has_a_name_in_either_language_and_is_found_by_it() -> None:
    fields = Pack.load().by_number.values()
    chinese = re.compile("[\u4e00-\u9fff]")
    for field in fields:
        assert chinese.search(field.zh), field.name
        assert not chinese.search(field.en), field.name
        assert "_" not in field.en, field.name
        for name in (field.name, field.zh, field.en):
            assert Pack.load().field(name).number == field.number
    assert len({field.en for field in fields}) == len(fields)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_finding_of_the_doctor_has_a_sentence(language: str) -> None:
    sentences = words_of(language).sentences
    wanted = {
        f"doctor.{check}.{reason}"
        for check, reasons in REASONS.items()
        for reason in reasons
    }
    assert sorted(wanted - set(sentences)) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sentence_is_empty(language: str) -> None:
    empty = [key for key, text in words_of(language).sentences.items() if not text]
    assert not empty


def test_both_languages_have_the_same_files() -> None:
    stems = {
        language: {path.stem for path in (WORDS_FOLDER / language).glob("*.toml")}
        for language in LANGUAGES
    }
    assert stems["zh"] == stems["en"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sentence_of_the_desk_hides_one_of_the_command_line(language: str) -> None:
    own = Words.load(language).sentences
    both = words_of(language).sentences
    assert sorted(key for key in own if both[key] != own[key]) == []


def named_keys() -> set[tuple[str, str]]:
    """Every key that the desk's code names whole, and where."""
    found = set()
    for path in product_files():
        if not relative(path).startswith("tui/"):
            continue
        tree = tree_of(path)
        pieces = {
            piece
            for entry in ast.walk(tree)
            if isinstance(entry, ast.JoinedStr)
            for piece in ast.walk(entry)
        }
        found |= {
            (relative(path), entry.value)
            for entry in ast.walk(tree)
            if isinstance(entry, ast.Constant)
            and entry not in pieces
            and isinstance(entry.value, str)
            and KEY.fullmatch(entry.value)
        }
    return found


def test_every_sentence_that_the_desk_names_is_there() -> None:
    words = words_of("zh").sentences
    stems = {path.stem for path in (WORDS_FOLDER / "zh").glob("*.toml")}
    absent = {
        f"{name}: {key}"
        for name, key in named_keys()
        if key.split(".")[0] in stems
        and key not in words
        and not key.endswith(FILE_ENDINGS)
    }
    assert sorted(absent) == []


@pytest.mark.parametrize("name", sorted(SCREENS))
def test_every_screen_that_can_be_opened_exists(name: str) -> None:
    module, kind = SCREENS[name].split(":")
    assert hasattr(importlib.import_module(module), kind)


FORBIDDEN = ("同步", "提交", "回滚", "数据库")


def test_the_desk_speaks_the_words_of_the_field() -> None:
    """上报, 存盘, 撤销: not what programmers say."""
    own = Words.load("zh").sentences
    desk = {
        key: text for key, text in words_of("zh").sentences.items() if key not in own
    }
    wrong = [key for key, text in desk.items() if any(w in text for w in FORBIDDEN)]
    assert sorted(wrong) == []


@pytest.mark.parametrize("name", sorted(set(SCREENS) - {"help"}))
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_screen_has_a_page_of_help(name: str, language: str) -> None:
    module, kind = SCREENS[name].split(":")
    stem = getattr(importlib.import_module(module), kind).HELP_KEY
    assert f"help.screen.{stem}" in words_of(language).sentences
