"""Both languages say the same things, with the same fields."""

from __future__ import annotations

import string

import pytest

from sync.doctor import REASONS
from sync.words.catalogue import LANGUAGES, Words


def fields_of(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


def test_chinese_and_english_have_the_same_keys() -> None:
    chinese = set(Words.load("zh").sentences)
    english = set(Words.load("en").sentences)
    assert sorted(chinese ^ english) == []


def test_a_sentence_has_the_same_fields_in_both_languages() -> None:
    chinese = Words.load("zh").sentences
    english = Words.load("en").sentences
    differing = [
        key
        for key in chinese.keys() & english.keys()
        if fields_of(chinese[key]) != fields_of(english[key])
    ]
    assert sorted(differing) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_finding_of_the_doctor_has_a_sentence(language: str) -> None:
    sentences = Words.load(language).sentences
    wanted = {
        f"doctor.{check}.{reason}"
        for check, reasons in REASONS.items()
        for reason in reasons
    }
    assert sorted(wanted - set(sentences)) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sentence_is_empty(language: str) -> None:
    empty = [key for key, text in Words.load(language).sentences.items() if not text]
    assert not empty
