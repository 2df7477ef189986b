"""The arguments of every command, and argparse made to speak the catalogue's words.

The tree is built without importing what a command needs: each command names the
function that runs it, and main imports only that one.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Mapping, Sequence
from typing import Final, NoReturn

from sync.cli.conflict_options import FILTERS, add_conflict_commands
from sync.cli.conflict_options import PLAIN as PLAIN_CONFLICTS
from sync.cli.number_options import add_number_commands
from sync.cli.operator_options import add_operator_commands, add_operator_options
from sync.cli.sharing_options import add_sharing_commands
from sync.cli.tables import cells
from sync.words.catalogue import LANGUAGES, Words

DEFAULT_LIMIT: Final = 20
PROGRESS_KINDS: Final = ("lines",)
_MOST: Final = 2**31 - 1

_ARGPARSE_USAGE: Final = "usage: "
_ARGPARSE_MESSAGES: Final = (
    (r"the following arguments are required: (?P<what>.*)", "usage.missing"),
    (r"unrecognized arguments: (?P<what>.*)", "usage.unknown"),
    (r"argument (?P<what>.*?): expected .*argument.*", "usage.value_missing"),
    (r"argument (?P<what>.*?): invalid choice: '?(?P<found>[^\s']+).*", "usage.choice"),
    (r"argument (?P<what>.*?): invalid .* value: '?(?P<found>.*?)'?", "usage.value"),
    (r"ambiguous option: (?P<what>\S+).*", "usage.unknown"),
    (r"argument (?P<what>.*?): not allowed with.*", "usage.unknown"),
)


class UsageError(Exception):
    """The command line cannot be read; ``key`` names the sentence that says why."""

    def __init__(self, usage: str = "", *, key: str, **fields: str) -> None:
        super().__init__(key)
        self.key = key
        self.usage = usage
        self.fields = fields


class _Parser(argparse.ArgumentParser):
    """An ArgumentParser that raises UsageError and prints the catalogue's headings."""

    def __init__(self, *, words: Words, **settings: object) -> None:
        super().__init__(
            add_help=False,
            allow_abbrev=False,
            formatter_class=argparse.RawDescriptionHelpFormatter,
            **settings,  # type: ignore[arg-type]
        )
        self.words = words
        self._positionals.title = words.say("usage.positionals")
        self._optionals.title = words.say("usage.options")
        self.add_argument("-h", "--help", action="help", help=words.say("option.help"))

    def error(self, message: str) -> NoReturn:
        for pattern, key in _ARGPARSE_MESSAGES:
            found = re.fullmatch(pattern, message, re.DOTALL)
            if found is not None:
                raise UsageError(self.format_usage(), key=key, **found.groupdict())
        raise UsageError(self.format_usage(), key="usage.other", what=message)

    def format_usage(self) -> str:
        return self._in_words(super().format_usage())

    def format_help(self) -> str:
        return self._in_words(super().format_help())

    def _in_words(self, text: str) -> str:
        """*text* with the catalogue's first word, and what is set in behind it."""
        word = self.words.say("usage.usage")
        usage, blank, rest = text.partition("\n\n")
        spare = len(_ARGPARSE_USAGE) - cells(word)
        usage = usage.replace("\n" + " " * spare, "\n") if spare > 0 else usage
        return word + usage.removeprefix(_ARGPARSE_USAGE) + blank + rest


def parse(
    arguments: Sequence[str], words: Words, *, desk: str = "", is_terminal: bool = False
) -> argparse.Namespace:
    """The options of one call; no command at all on a terminal is the desk.

    Raises:
        UsageError: the arguments do not fit any command.
    """
    parser = build(words, desk)
    options, rest = parser.parse_known_args(list(arguments))
    if options.run is None and desk and is_terminal and not hasattr(options, "group"):
        options.run = desk
    if rest:
        takes_more = hasattr(options, "terms")
        if not takes_more or any(word.startswith("-") for word in rest):
            raise UsageError(
                parser.format_usage(), key="usage.unknown", what=" ".join(rest)
            )
        options.terms = [*options.terms, *rest]
    if options.run is None:
        inner = getattr(options, "group", parser)
        raise UsageError(inner.format_help(), key="usage.command_missing")
    return options


def build(words: Words, desk: str = "") -> argparse.ArgumentParser:
    """The parser of the whole command line; *desk* opens the desk, if there is one."""
    top = _Parser(words=words, prog="dangyi", description=words.say("about"))
    top.set_defaults(run=None, is_web=False, listen=None)
    _add_common(top, words, is_top=True)
    commands = top.add_subparsers(
        title=words.say("usage.commands"), metavar=words.say("usage.command")
    )
    tree = _Tree(words, commands)
    if desk:
        _add_desk(tree, desk)
    _add_founding(tree)
    _add_cataloguing(tree)
    numbers = tree.group("numbers")
    add_number_commands(numbers, numbers.group("restamp"))
    _add_exchanging(tree)
    _add_proving(tree)
    return top


def _add_common(parser: argparse.ArgumentParser, words: Words, *, is_top: bool) -> None:
    """Options that may stand before or after the command."""
    absent = None if is_top else argparse.SUPPRESS
    parser.add_argument(
        "--home", metavar="DIR", default=absent, help=words.say("option.home")
    )
    parser.add_argument(
        "--as", dest="person", metavar="NAME", default=absent,
        help=words.say("option.as"),
    )  # fmt: skip
    parser.add_argument(
        "--lang", choices=LANGUAGES, default=absent, help=words.say("option.lang")
    )
    parser.add_argument(
        "--json", dest="is_json", action="store_true",
        default=False if is_top else argparse.SUPPRESS, help=words.say("option.json"),
    )  # fmt: skip
    parser.add_argument(
        "--progress", choices=PROGRESS_KINDS, default=absent,
        help=words.say("option.progress"),
    )  # fmt: skip


class _Tree:
    """Adds commands to a parser."""

    def __init__(
        self,
        words: Words,
        commands: argparse._SubParsersAction[_Parser],
    ) -> None:
        self.words = words
        self._commands = commands

    def add(self, name: str, run: str, *, key: str = "") -> argparse.ArgumentParser:
        """A command that *run* ("module:function") carries out."""
        about = self.words.say(f"command.{key or name}")
        parser = self._commands.add_parser(
            name, words=self.words, help=about, description=about
        )
        _add_common(parser, self.words, is_top=False)
        parser.set_defaults(run=run)
        return parser

    def group(
        self, name: str, *, run: str = "", defaults: Mapping[str, object] | None = None
    ) -> _Tree:
        """A command that holds others, e.g. ``courier write``.

        Alone it runs *run*, with *defaults* as its options; else it runs nothing.
        """
        about = self.words.say(f"command.{name}")
        parser = self._commands.add_parser(
            name, words=self.words, help=about, description=about
        )
        parser.set_defaults(group=parser)
        if run:
            _add_common(parser, self.words, is_top=False)
            parser.set_defaults(run=run, **(defaults or {}))
        inner = parser.add_subparsers(
            title=self.words.say("usage.commands"),
            metavar=self.words.say("usage.command"),
        )
        return _Tree(self.words, inner)

    def help(self, name: str) -> str:
        return self.words.say(f"option.{name}")


def _add_desk(tree: _Tree, run: str) -> None:
    desk = tree.add("desk", run)
    desk.add_argument(
        "--web", dest="is_web", action="store_true", help=tree.help("web")
    )
    desk.add_argument("--listen", metavar="HOST:PORT", help=tree.help("listen_web"))


def _add_founding(tree: _Tree) -> None:
    init = tree.add("init", "sync.cli.founding:init")
    init.add_argument("--name", required=True, help=tree.help("name"))
    init.add_argument(
        "--fonds", action="append", metavar="CODE=TITLE", default=[],
        help=tree.help("fonds_title"),
    )  # fmt: skip
    init.add_argument("--hub", action="store_true", help=tree.help("hub"))
    hub = tree.group("hub")
    serve = hub.add("serve", "sync.cli.founding:serve", key="hub_serve")
    hub.add("restored", "sync.cli.founding:restored", key="hub_restored")
    add_operator_commands(hub.group("operator"))
    add_sharing_commands(hub.group("share"))
    owner = hub.add("owner", "sync.cli.owning:owner", key="hub_owner")
    owner.add_argument("fonds", metavar="FONDS", help=tree.help("fonds_code"))
    owner.add_argument("machines", nargs="*", metavar="ROOM", help=tree.help("owners"))
    owner.add_argument("--nobody", action="store_true", help=tree.help("nobody"))
    rules = hub.add("rules", "sync.cli.owning:rules", key="hub_rules")
    rules.add_argument("fonds", metavar="FONDS", help=tree.help("fonds_code"))
    rules.add_argument("pack", nargs="?", metavar="PACK", help=tree.help("pack"))
    grant = hub.add("grant", "sync.cli.granting:grant", key="hub_grant")
    grant.add_argument("room", nargs="?", metavar="ROOM", help=tree.help("granted"))
    grant.add_argument(
        "--fonds", action="append", metavar="CODE[=TITLE]", default=[],
        help=tree.help("granted_fonds"),
    )  # fmt: skip
    serve.add_argument(
        "--listen", required=True, metavar="HOST:PORT", help=tree.help("listen")
    )
    invite = tree.add("invite", "sync.cli.founding:invite")
    invite.add_argument("--name", required=True, help=tree.help("invited"))
    invite.add_argument(
        "--fonds", action="append", metavar="CODE[=TITLE]", default=[], required=True,
        help=tree.help("fonds_title"),
    )  # fmt: skip
    invite.add_argument("--address", metavar="URL", help=tree.help("address"))
    join = tree.add("join", "sync.cli.founding:join")
    join.add_argument("invitation", metavar="INVITATION", help=tree.help("invitation"))
    join.add_argument("--address", metavar="URL", help=tree.help("address_once"))


def _add_cataloguing(tree: _Tree) -> None:
    importing = tree.add("import", "sync.cli.importing:run")
    importing.add_argument(
        "file", metavar="FILE|list|look|refused|undo", help=tree.help("workbook")
    )
    importing.add_argument(
        "batch", nargs="?", metavar="N|FILE", help=tree.help("batch")
    )
    importing.add_argument("--fonds", metavar="CODE", help=tree.help("fonds"))
    importing.add_argument("--dry-run", action="store_true", help=tree.help("dry_run"))
    for name, metavar in (
        ("columns", "SHEET:COLUMN=FIELD"),
        ("headings", "SHEET:ROW"),
        ("leave-out", "SHEET"),
    ):
        help_text = tree.help(name.replace("-", "_"))
        importing.add_argument(
            f"--{name}", action="append", metavar=metavar, default=[], help=help_text
        )
    add = tree.add("add", "sync.cli.cataloguing:add")
    add.add_argument("terms", nargs="+", metavar="FIELD=VALUE", help=tree.help("field"))
    add.add_argument("--fonds", metavar="CODE", help=tree.help("fonds"))
    change = tree.add("set", "sync.cli.cataloguing:change")
    change.add_argument("id", metavar="ID", help=tree.help("id"))
    change.add_argument(
        "terms", nargs="+", metavar="FIELD=VALUE", help=tree.help("field")
    )
    change.add_argument(
        "--reason", metavar="TEXT", default="", help=tree.help("reason")
    )
    show = tree.add("show", "sync.cli.cataloguing:show")
    show.add_argument("id", metavar="ID", help=tree.help("id"))
    search = tree.add("search", "sync.cli.cataloguing:search")
    search.add_argument(
        "terms", nargs="*", metavar="WORD|FIELD=VALUE", default=[],
        help=tree.help("terms"),
    )  # fmt: skip
    search.add_argument(
        "--limit", type=_limit, metavar="N", default=DEFAULT_LIMIT,
        help=tree.help("limit"),
    )  # fmt: skip
    search.add_argument(
        "--offset", type=_offset, metavar="N", default=0, help=tree.help("offset")
    )
    search.add_argument(
        "--shared", dest="is_shared", action="store_true", help=tree.help("shared")
    )
    tree.add("shared", "sync.cli.sharing:shared")
    _add_duplicates(tree)
    export = tree.add("export", "sync.cli.importing:export")
    export.add_argument("file", metavar="FILE", help=tree.help("export_file"))


def _add_duplicates(tree: _Tree) -> None:
    command = tree.add("duplicates", "sync.cli.duplicates:duplicates")
    command.add_argument(
        "terms",
        nargs="*",
        metavar="ID|ask|link|unlink",
        default=[],
        help=tree.help("asked"),
    )
    command.add_argument(
        "--elsewhere", dest="is_elsewhere", action="store_true",
        help=tree.help("elsewhere"),
    )  # fmt: skip
    command.add_argument("--fonds", metavar="CODE", help=tree.help("fonds"))
    command.add_argument("--year", type=int, metavar="YYYY", help=tree.help("ask_year"))
    for name in ("retention", "org"):
        help_text = tree.help(f"ask_{name}")
        command.add_argument(f"--{name}", metavar="CODE", help=help_text)
    command.add_argument(
        "--reason", metavar="TEXT", default="", help=tree.help("link_reason")
    )
    add_operator_options(tree, command)
    for name, kind, given in (
        ("limit", _limit, DEFAULT_LIMIT),
        ("offset", _offset, 0),
    ):
        command.add_argument(
            f"--{name}", type=kind, metavar="N", default=given, help=tree.help(name)
        )


def _limit(text: str) -> int:
    """At least one."""
    return _between(text, 1)


def _offset(text: str) -> int:
    return _between(text, 0)


def _between(text: str, least: int) -> int:
    number = int(text)
    if not least <= number <= _MOST:
        raise ValueError(text)
    return number


def _add_exchanging(tree: _Tree) -> None:
    sync = tree.add("sync", "sync.cli.exchanging:sync")
    sync.add_argument("--address", metavar="URL", help=tree.help("address_once"))
    tree.add("status", "sync.cli.standing:status")
    tickets = tree.group("conflicts", run=PLAIN_CONFLICTS, defaults=FILTERS)
    add_conflict_commands(tickets, _limit, _offset)
    courier = tree.group("courier")
    for name in ("write", "read"):
        bundle = courier.add(
            name, f"sync.cli.exchanging:courier_{name}", key=f"courier_{name}"
        )
        bundle.add_argument("file", metavar="FILE", help=tree.help("bundle"))
        if name == "write":
            bundle.add_argument(
                "--for", dest="receiver", metavar="NAME", help=tree.help("receiver")
            )


def _add_proving(tree: _Tree) -> None:
    verify = tree.add("verify", "sync.cli.proving:verify")
    verify.add_argument("--rebuild", action="store_true", help=tree.help("rebuild"))
    tree.add("doctor", "sync.cli.proving:doctor")
    demo = tree.add("demo", "sync.cli.proving:demo")
    demo.add_argument(
        "--catalogue", nargs="+", metavar="FILE", default=[],
        help=tree.help("catalogue"),
    )  # fmt: skip
    demo.add_argument("--keep", metavar="DIR", help=tree.help("keep"))
