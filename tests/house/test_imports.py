"""An import may only go down a floor, and names are imported, never whole packages."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.house.source import (
    PACKAGES,
    checking_files,
    imports_of,
    product_files,
    relative,
    tree_of,
)
from tests.support.real_data import REPOSITORY


def run_python(code: str) -> str:
    done = subprocess.run(
        [sys.executable, "-P", "-c", code],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def test_our_packages_are_imported_by_name_only() -> None:
    wrong = [
        f"{relative(path)}: import {module}"
        for path in product_files() + checking_files()
        for module, name in imports_of(tree_of(path))
        if not name and module.split(".")[0] in PACKAGES
    ]
    assert not wrong


def test_no_import_is_relative() -> None:
    wrong = [
        relative(path)
        for path in product_files() + checking_files()
        for module, _ in imports_of(tree_of(path))
        if module.startswith(".")
    ]
    assert not wrong


def test_nothing_below_sync_reads_the_environment_or_the_arguments() -> None:
    """Settings come down as values; the fuse of fault tests is the exception."""
    allowed = {"node/faults.py", "tui/start.py"}
    wrong = []
    for path in product_files():
        name = relative(path)
        if name.startswith("sync/") or name in allowed:
            continue
        text = path.read_text("utf-8")
        if "os.environ" in text or "os.getenv" in text or "sys.argv" in text:
            wrong.append(name)
    assert not wrong


def test_only_the_clock_reads_the_clock() -> None:
    allowed = {"node/clock.py"}
    wrong = [
        f"{relative(path)}: {module} {name}"
        for path in product_files()
        if relative(path) not in allowed
        for module, name in imports_of(tree_of(path))
        if module == "time"
    ]
    assert not wrong


@pytest.mark.parametrize(
    "unwanted",
    ["asyncio", "socket", "sqlite3", "aiohttp", "aiosqlite", "sqlcipher3", "secrets"],
)
def test_protocol_loads_no_socket_and_no_database(unwanted: str) -> None:
    """The contract holds at run time too, whatever a library drags in."""
    code = (
        "import importlib, pkgutil, sys, protocol\n"
        "for module in pkgutil.walk_packages(protocol.__path__, 'protocol.'):\n"
        "    importlib.import_module(module.name)\n"
        f"print({unwanted!r} in sys.modules)\n"
    )
    assert run_python(code) == "False"


@pytest.mark.parametrize("entry", ["sync.cli.main", "tui.main"])
def test_the_command_line_starts_without_a_network_library(entry: str) -> None:
    """``dangyi status`` must answer within 0.4 s on a small machine."""
    code = (
        f"import sys, {entry}\n"
        "print(sorted({'aiohttp', 'xlsxwriter', 'python_calamine', 'rich', 'textual'}"
        " & set(sys.modules)))\n"
    )
    assert run_python(code) == "[]"


def test_the_desk_starts_without_what_its_first_screen_does_not_need() -> None:
    """The first screen stands within a second, and the desk stays small."""
    code = (
        "import sys, tui.app, tui.screens.home, tui.desk.machine_desk, tui.driver\n"
        "unwanted = {'aiohttp', 'fpdf', 'python_calamine', 'textual_serve',"
        " 'xlsxwriter', 'zstandard'}\n"
        "print(sorted(unwanted & set(sys.modules)))\n"
    )
    assert run_python(code) == "[]"


def test_a_terminal_can_be_asked_before_textual_is_loaded() -> None:
    code = "import sys, tui.start\nprint('textual' in sys.modules)\n"
    assert run_python(code) == "False"
