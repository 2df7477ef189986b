"""The arguments of ``dangyi numbers``."""

from __future__ import annotations

import argparse
from typing import Protocol

from sync.words.catalogue import Words

_RUN = "sync.cli.numbers"
_MOST_ASKED = 1000


class Tree(Protocol):
    """Adds commands to a parser."""

    words: Words

    def add(self, name: str, run: str, *, key: str = "") -> argparse.ArgumentParser:
        """A command."""

    def help(self, name: str) -> str:
        """What an option is for."""


def add_number_commands(tree: Tree, restamp: Tree) -> None:
    """``numbers list|holder|ask|return|close``, and ``numbers restamp …``."""
    listing = tree.add("list", f"{_RUN}:listing", key="numbers_list")
    listing.add_argument("--fonds", metavar="CODE", help=tree.help("fonds"))
    holder = tree.add("holder", f"{_RUN}:holder", key="numbers_holder")
    holder.add_argument("code", metavar="FONDS", help=tree.help("fonds"))
    holder.add_argument("stem", metavar="STEM", nargs="?", help=tree.help("stem"))
    holder.add_argument("machine", metavar="ROOM", help=tree.help("numbering_room"))
    ask = tree.add("ask", f"{_RUN}:ask", key="numbers_ask")
    ask.add_argument("stem", metavar="STEM", help=tree.help("stem"))
    ask.add_argument(
        "--amount", type=_amount, metavar="N", default=50, help=tree.help("amount")
    )
    back = tree.add("return", f"{_RUN}:give_back", key="numbers_return")
    back.add_argument("stem", metavar="STEM", help=tree.help("stem"))
    close = tree.add("close", f"{_RUN}:close", key="numbers_close")
    close.add_argument("stem", metavar="STEM", help=tree.help("stem"))
    for name in ("close-gaps", "keep-gaps", "end-leases", "preview"):
        help_text = tree.help(f"numbers_{name.replace('-', '_')}")
        close.add_argument(f"--{name}", action="store_true", help=help_text)
    close.add_argument(
        "--reason", metavar="TEXT", default="", help=tree.help("numbers_reason")
    )
    restamp.add("list", f"{_RUN}:restamp_list", key="restamp_list")
    printing = restamp.add("print", f"{_RUN}:restamp_print", key="restamp_print")
    printing.add_argument("file", metavar="FILE", help=tree.help("slip_file"))
    done = restamp.add("done", f"{_RUN}:restamp_done", key="restamp_done")
    done.add_argument("codes", nargs="*", metavar="CODE", help=tree.help("restamped"))
    done.add_argument(
        "--all", dest="is_all", action="store_true", help=tree.help("restamped_all")
    )


def _amount(text: str) -> int:
    number = int(text)
    if not 1 <= number <= _MOST_ASKED:
        raise ValueError(text)
    return number
