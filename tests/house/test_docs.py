"""What the documents say can be checked, and is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.support.real_data import REPOSITORY

VECTORS = REPOSITORY / "tests" / "protocol" / "vectors"
DOCUMENTS = sorted([*(REPOSITORY / "docs").glob("*.md"), REPOSITORY / "README.md"])
FENCE = re.compile(
    r"^```[^\n`]*?(?P<file>v\d+/[\w.-]+\.txt)[ \t]*\n(?P<text>.*?)^```[ \t]*$",
    re.MULTILINE | re.DOTALL,
)
LINK = re.compile(r"\]\((?P<target>[^)#\s]+)(?:#[^)]*)?\)")
NAMED_FILE = re.compile(
    r"`(?P<path>(?:protocol|node|sync|tests|bench|docs)/[\w./-]+\.(?:py|md|toml|sql))`"
)


def trimmed(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def quoted_vectors() -> list[tuple[str, list[str]]]:
    text = (REPOSITORY / "docs" / "protocol.md").read_text("utf-8")
    return [(found["file"], trimmed(found["text"])) for found in FENCE.finditer(text)]


def test_vectors_in_the_protocol_are_those_of_the_tests() -> None:
    quoted = quoted_vectors()
    assert quoted
    for name, lines in quoted:
        stored = trimmed((VECTORS / name).read_text("utf-8"))
        runs = [
            stored[start : start + len(lines)]
            for start in range(len(stored) - len(lines) + 1)
        ]
        assert lines in runs, f"{name} is not what docs/protocol.md quotes"


def test_every_vector_is_quoted() -> None:
    quoted = {name for name, _ in quoted_vectors()}
    stored = {str(path.relative_to(VECTORS)) for path in VECTORS.glob("v*/*.txt")}
    assert sorted(stored - quoted) == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_to_files(document: Path) -> None:
    text = document.read_text("utf-8")
    broken = [
        found["target"]
        for found in LINK.finditer(text)
        if "://" not in found["target"]
        and not (document.parent / found["target"]).exists()
    ]
    assert not broken


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_files_that_are_named_exist(document: Path) -> None:
    text = document.read_text("utf-8")
    absent = {
        found["path"]
        for found in NAMED_FILE.finditer(text)
        if not (REPOSITORY / found["path"]).is_file()
    }
    assert sorted(absent) == []


def test_every_target_of_the_makefile_that_documents_name_exists() -> None:
    makefile = (REPOSITORY / "Makefile").read_text("utf-8")
    targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    for document in DOCUMENTS:
        named = set(re.findall(r"`make ([a-z]+)", document.read_text("utf-8")))
        assert named <= targets, document.name


def test_dependencies_are_explained() -> None:
    """Every library that is installed for the product has its line and licence."""
    project = (REPOSITORY / "pyproject.toml").read_text("utf-8")
    block = project.split("\ndependencies = [")[1].split("]")[0]
    names = re.findall(r'"([a-z0-9-]+)', block)
    text = (REPOSITORY / "docs" / "architecture.md").read_text("utf-8").lower()
    assert [name for name in names if f"`{name}`" not in text] == []
