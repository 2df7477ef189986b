"""The arguments of the command line."""

from __future__ import annotations

import pytest

from sync.cli.parser import UsageError, build, parse
from sync.cli.tables import cells
from sync.words.catalogue import Words, choose_language

WORDS = Words.load("zh")
CONTRACT = (
    "init --name 甲室 --fonds 0001=甲 --fonds 0002=乙",
    "init --hub --name 中心",
    "hub serve --listen 127.0.0.1:8440",
    "invite --name 甲室 --fonds 0001 --address http://10.0.0.5:8440",
    "join ABCDEF",
    "import 目录.xlsx --fonds 0001 --dry-run",
    "import list",
    "import undo 3",
    "add 题名=甲 date=2019",
    "set K3Q7ZT-1-M title=乙",
    "show K3Q7ZT-1-M",
    "search 防汛 year=2019 --limit 5",
    "sync",
    "status",
    "conflicts",
    "courier write a.dyb",
    "courier read a.dyb",
    "export 目录.csv",
    "verify --rebuild",
    "doctor",
    "demo --catalogue a.xlsx b.xlsx --keep here",
)


@pytest.mark.parametrize("line", CONTRACT)
def test_every_command_of_the_contract_is_read(line: str) -> None:
    options = parse(line.split(), WORDS)
    assert ":" in options.run


@pytest.mark.parametrize("line", CONTRACT)
def test_common_options_stand_before_or_behind_the_command(line: str) -> None:
    common = ["--home", "/h", "--as", "乌兰", "--json", "--lang", "en"]
    for given in (common + line.split(), line.split() + common):
        options = parse(given, WORDS)
        assert (options.home, options.person, options.is_json) == ("/h", "乌兰", True)


def test_words_of_a_search_may_stand_on_both_sides_of_an_option() -> None:
    options = parse(["search", "防汛", "--limit", "3", "year=2019"], WORDS)
    assert (options.terms, options.limit) == (["防汛", "year=2019"], 3)


def test_what_no_command_understands_is_refused_in_chinese() -> None:
    for line, key in (
        ("", "usage.command_missing"),
        ("serach", "usage.choice"),
        ("add", "usage.missing"),
        ("status --jsn", "usage.unknown"),
        ("search --limit", "usage.value_missing"),
        ("search --limit many", "usage.value"),
        ("courier", "usage.command_missing"),
    ):
        with pytest.raises(UsageError) as refused:
            parse(line.split(), WORDS)
        assert refused.value.key == key, line
        sentence = WORDS.say(refused.value.key, **refused.value.fields)
        assert any("\u4e00" <= character <= "\u9fff" for character in sentence)


def test_help_speaks_the_language_of_the_catalogue() -> None:
    assert build(WORDS).format_help().startswith("用法:dangyi")
    assert "Catalogue and search" in build(Words.load("en")).format_help()


def test_a_group_without_its_command_shows_its_own_commands() -> None:
    with pytest.raises(UsageError) as refused:
        parse(["courier"], WORDS)
    assert "dangyi courier" in refused.value.usage
    assert "write" in refused.value.usage


def test_usage_is_set_in_behind_the_command() -> None:
    with pytest.raises(UsageError) as refused:
        parse(["search", "--limit", "many"], WORDS)
    assert refused.value.fields["found"] == "many"
    first, second, *_ = refused.value.usage.splitlines()
    assert cells(first[: first.index("[")]) == second.index("[")


def test_chinese_is_the_default_and_the_option_rules() -> None:
    assert choose_language(None, None) == "zh"
    assert choose_language(None, "C.UTF-8") == "zh"
    assert choose_language(None, "en_GB.UTF-8") == "en"
    assert choose_language("zh", "en_GB.UTF-8") == "zh"
    assert choose_language("en", "zh_CN.UTF-8") == "en"


def test_a_sentence_never_fails_for_want_of_a_field() -> None:
    assert WORDS.say("serve.ready") == "中心已开门:…"
