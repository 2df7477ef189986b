"""A file that has outgrown one screenful of thought is split by noun."""

from __future__ import annotations

from tests.house.source import checking_files, product_files, relative
from tests.support.real_data import REPOSITORY

PRODUCT_LINES = 400
TEST_LINES = 600
DOCUMENT_LINES = {"README.md": 150, "docs/architecture.md": 250}


def lines_of(text: str) -> int:
    return text.count("\n") + 1


def test_no_product_file_is_longer_than_400_lines() -> None:
    long = {
        relative(path): lines_of(path.read_text("utf-8")) for path in product_files()
    }
    assert {name: count for name, count in long.items() if count > PRODUCT_LINES} == {}


def test_no_test_file_is_longer_than_600_lines() -> None:
    long = {
        relative(path): lines_of(path.read_text("utf-8")) for path in checking_files()
    }
    assert {name: count for name, count in long.items() if count > TEST_LINES} == {}


def test_documents_keep_to_their_length() -> None:
    for name, most in DOCUMENT_LINES.items():
        assert lines_of((REPOSITORY / name).read_text("utf-8")) <= most, name
