"""The arguments of sharing agreements, and of what a room was lent."""

from __future__ import annotations

from sync.cli.operator_options import Commands

LEVELS = ("item", "volume", "all")


def add_sharing_commands(tree: Commands) -> None:
    """``add``, ``list``, ``end`` and ``digests``, at a hub."""
    add = tree.add("add", "sync.cli.sharing:add", key="share_add")
    add.add_argument("room", metavar="ROOM", help=tree.help("share_room"))
    add.add_argument(
        "--fonds", metavar="CODE", required=True, help=tree.help("share_fonds")
    )
    add.add_argument("--until", metavar="DATE", required=True, help=tree.help("until"))
    add.add_argument(
        "--category", metavar="CODE", action="append", default=[],
        help=tree.help("share_category"),
    )  # fmt: skip
    add.add_argument(
        "--level", metavar="LEVEL", default="item", help=tree.help("share_level")
    )
    add.add_argument(
        "--years", metavar="YYYY-YYYY", default="", help=tree.help("share_years")
    )
    add.add_argument(
        "--fields", metavar="FIELD,FIELD", default="", help=tree.help("share_fields")
    )
    tree.add("list", "sync.cli.sharing:agreements", key="share_list")
    end = tree.add("end", "sync.cli.sharing:end", key="share_end")
    end.add_argument("id", metavar="ID", help=tree.help("share_id"))
    digests = tree.add("digests", "sync.cli.sharing:digests", key="share_digests")
    digests.add_argument("switch", choices=("on", "off"), help=tree.help("digests"))
    digests.add_argument(
        "room", nargs="?", metavar="ROOM", help=tree.help("share_room")
    )
    digests.add_argument("--until", metavar="DATE", default="", help=tree.help("until"))
