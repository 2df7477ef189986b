"""The arguments of ``dangyi conflicts`` and of what stands under it."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Final

from sync.cli.operator_options import Commands, add_operator_options

PLAIN: Final = "sync.cli.conflicts:list"
"""What ``dangyi conflicts`` alone does."""
CLASSES: Final = (
    "field",
    "existence",
    "code",
    "duplicate",
    "order",
    "state",
    "proposal",
    "aside",
    "note",
)
ORDERS: Final = ("weight", "class", "age", "room")
RULINGS: Final = (
    "take",
    "write",
    "both",
    "merge",
    "distinct",
    "renumber",
    "keep",
    "withdraw",
    "adopt",
    "refuse",
    "uphold",
)
PATTERNS: Final = ("any", "punctuation", "contained", "empty")
PICKS: Final = (
    "longer",
    "shorter",
    "earlier",
    "later",
    "room",
    "filled",
    "adopt",
    "refuse",
)
FILTERS: Final[dict[str, object]] = {
    "classes": [],
    "room": "",
    "fonds": "",
    "field": "",
    "older_than": None,
    "order": ORDERS[0],
    "limit": 20,
    "offset": 0,
}
"""What ``dangyi conflicts`` alone asks for."""
Count = Callable[[str], int]


def add_conflict_commands(tree: Commands, limit: Count, offset: Count) -> None:
    """``list``, ``show``, ``resolve`` and the others."""
    for name in ("list", "decided", "mine"):
        command = _add(tree, name)
        if name == "list":
            _add_filters(tree, command)
            command.add_argument(
                "--order", choices=ORDERS, default=ORDERS[0], help=tree.help("order")
            )
        for option, kind in (("limit", limit), ("offset", offset)):
            command.add_argument(
                f"--{option}",
                type=kind,
                metavar="N",
                default=FILTERS[option],
                help=tree.help(option),
            )
    show = _add(tree, "show")
    show.add_argument("id", metavar="ID", help=tree.help("ticket"))
    _add_resolve(tree)
    _add_undo(tree)
    _add_talk(tree)
    _add_bulk(tree)


def _add(tree: Commands, name: str) -> argparse.ArgumentParser:
    return tree.add(name, f"sync.cli.conflicts:{name}", key=f"conflicts_{name}")


def _add_resolve(tree: Commands) -> None:
    resolve = _add(tree, "resolve")
    resolve.add_argument("id", metavar="ID", help=tree.help("ticket"))
    resolve.add_argument("ruling", choices=RULINGS, help=tree.help("ruling"))
    resolve.add_argument(
        "terms", nargs="*", metavar="N|VALUE|FIELD=N", default=[],
        help=tree.help("ruling_terms"),
    )  # fmt: skip
    _add_reason(tree, resolve)
    resolve.add_argument("--preview", action="store_true", help=tree.help("preview"))
    add_operator_options(tree, resolve)


def _add_undo(tree: Commands) -> None:
    undo = _add(tree, "undo")
    undo.add_argument("id", metavar="ID|N", help=tree.help("decision"))
    _add_reason(tree, undo)
    add_operator_options(tree, undo)


def _add_talk(tree: Commands) -> None:
    for name, about in (
        ("ask", "ticket"),
        ("answer", "ticket"),
        ("object", "own_decision"),
    ):
        command = _add(tree, name)
        command.add_argument("id", metavar="ID", help=tree.help(about))
        command.add_argument("text", metavar="TEXT", help=tree.help(f"text_{name}"))
        if name == "ask":
            add_operator_options(tree, command)


def _add_bulk(tree: Commands) -> None:
    bulk = _add(tree, "bulk")
    _add_filters(tree, bulk)
    bulk.add_argument(
        "--between", nargs=2, metavar="ROOM", default=[], help=tree.help("between")
    )
    bulk.add_argument(
        "--pattern", choices=PATTERNS, default=PATTERNS[0], help=tree.help("pattern")
    )
    bulk.add_argument("--pick", choices=PICKS, required=True, help=tree.help("pick"))
    bulk.add_argument(
        "--pick-room", metavar="ROOM", default="", help=tree.help("pick_room")
    )
    _add_reason(tree, bulk)
    bulk.add_argument("--yes", action="store_true", help=tree.help("yes"))
    add_operator_options(tree, bulk)


def _add_reason(tree: Commands, command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--reason", metavar="TEXT", default="", help=tree.help("decided_why")
    )


def _add_filters(tree: Commands, command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--class", dest="classes", action="append", choices=CLASSES, default=[],
        help=tree.help("ticket_class"),
    )  # fmt: skip
    for name, metavar in (("room", "ROOM"), ("fonds", "CODE"), ("field", "FIELD")):
        command.add_argument(
            f"--{name}", metavar=metavar, default="", help=tree.help(f"of_{name}")
        )
    command.add_argument(
        "--older-than", type=int, metavar="DAYS", default=None,
        help=tree.help("older_than"),
    )  # fmt: skip
