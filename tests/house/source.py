"""The files of this project, as its house rules see them."""

from __future__ import annotations

import ast
import importlib
import pkgutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from tests.support.real_data import REPOSITORY

PACKAGES = ("protocol", "node", "sync", "tui")


def product_files() -> list[Path]:
    """Every Python file that enters the wheel."""
    return sorted(
        path for name in PACKAGES for path in (REPOSITORY / name).rglob("*.py")
    )


def checking_files() -> list[Path]:
    """Every Python file of tests and benches."""
    return sorted(
        path
        for name in ("tests", "bench")
        for path in (REPOSITORY / name).rglob("*.py")
    )


def module_names() -> list[str]:
    """Every module that the wheel holds, except those that run when imported."""
    found = []
    for package in PACKAGES:
        root = importlib.import_module(package)
        found.append(package)
        found += [
            module.name
            for module in pkgutil.walk_packages(root.__path__, f"{package}.")
            if not module.name.endswith("__main__")
        ]
    return found


@cache
def tree_of(path: Path) -> ast.Module:
    """The syntax tree of a file; nobody changes it."""
    return ast.parse(path.read_text("utf-8"), str(path))


def imports_of(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """(module, name) of every import; the name is empty for ``import module``."""
    for entry in ast.walk(tree):
        if isinstance(entry, ast.Import):
            yield from ((alias.name, "") for alias in entry.names)
        elif isinstance(entry, ast.ImportFrom):
            module = "." * entry.level + (entry.module or "")
            yield from ((module, alias.name) for alias in entry.names)


def relative(path: Path) -> str:
    """A path as people write it."""
    return str(path.relative_to(REPOSITORY))
