"""The text index under many deletions: short commits, and no growth without end."""

from __future__ import annotations

from pathlib import Path

from node.store.port import Rows
from tests.support.machines import TestMachine

AMOUNT = 600
WORDS = 40


def entries(turn: int) -> list[tuple[int, str]]:
    return [
        (no, " ".join(f"w{(no * 7 + turn + at) % 900}" for at in range(WORDS)))
        for no in range(1, AMOUNT + 1)
    ]


def index_bytes(rows: Rows) -> int:
    database = rows.text._database  # type: ignore[attr-defined]
    statement = "SELECT sum(length(block)) FROM text_index_data"
    return int(database.execute(statement).fetchone()[0])


def found(rows: Rows, word: str) -> int:
    database = rows.text._database  # type: ignore[attr-defined]
    statement = "SELECT count(*) FROM text_index WHERE text_index MATCH ?"
    return int(database.execute(statement, (word,)).fetchone()[0])


async def test_deleted_rows_are_not_merged_away_by_the_commit_that_deletes(
    tmp_path: Path,
) -> None:
    machine = await TestMachine.make(tmp_path)
    try:
        await machine.store.write(lambda rows: rows.text.put(entries(0)))
        before = await machine.store.read(index_bytes)
        nothing = [(no, "") for no in range(1, AMOUNT, 2)]
        await machine.store.write(lambda rows: rows.text.replace(nothing))
        after = await machine.store.read(index_bytes)
        assert before <= after < before * 2, "marked, not rewritten"
        wanted = await machine.store.read(lambda rows: found(rows, "w7"))
        left = entries(0)[1::2]
        assert wanted == sum("w7" in text.split() for _, text in left) > 0
    finally:
        await machine.close()


async def test_what_replaces_what_was_deleted_does_not_make_it_grow_for_ever(
    tmp_path: Path,
) -> None:
    machine = await TestMachine.make(tmp_path)
    try:
        await machine.store.write(lambda rows: rows.text.put(entries(0)))
        once = await machine.store.read(index_bytes)
        for turn in range(1, 25):
            new = entries(turn)
            await machine.store.write(lambda rows, new=new: rows.text.replace(new))  # type: ignore[misc]
        assert await machine.store.read(index_bytes) < once * 4

        wanted = await machine.store.read(lambda rows: found(rows, "w7"))
        assert wanted == sum("w7" in text.split() for _, text in entries(24))
        assert wanted
    finally:
        await machine.close()
