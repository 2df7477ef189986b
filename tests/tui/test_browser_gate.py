"""Who may drive the desk that a browser shows."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sync.cli.parser import UsageError
from sync.words.catalogue import LANGUAGES, Words
from tui.browser_gate import Answer, Asked, Gate
from tui.web import listening, page

HOST = "127.0.0.1:8440"


def asked(gate: Gate, **changes: object) -> Asked:
    """A request of the browser that holds the cookie."""
    own = Asked(host=HOST, origin="", cookie=gate.cookie, key="", is_socket=False)
    return replace(own, **changes)  # type: ignore[arg-type]


def test_the_printed_key_opens_once() -> None:
    gate = Gate(is_loopback=True)
    key = gate.key
    assert gate.judge(asked(gate, cookie="")) is Answer.USED
    assert gate.judge(asked(gate, cookie="", key="guessed")) is Answer.USED
    assert gate.judge(asked(gate, cookie="", key=key)) is Answer.OPEN
    assert gate.judge(asked(gate, cookie="", key=key)) is Answer.USED
    assert gate.judge(asked(gate)) is Answer.PASS
    assert gate.key == ""


def test_no_two_desks_share_a_key_or_a_cookie() -> None:
    first, second = Gate(is_loopback=True), Gate(is_loopback=True)
    assert len({first.key, second.key, first.cookie, second.cookie}) == 4
    assert len(first.key) >= 32


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:8440",
        "127.0.0.1.evil.example",
        "localhost.evil.example",
        "10.0.0.5:8440",
        "",
        "[::1",
        "\udcff",
    ],
)
def test_a_name_that_points_here_by_somebody_elses_doing_is_refused(host: str) -> None:
    gate = Gate(is_loopback=True)
    assert gate.judge(asked(gate, host=host)) is Answer.FOREIGN
    assert gate.judge(asked(gate, host=host, key=gate.key)) is Answer.FOREIGN
    assert gate.key


@pytest.mark.parametrize("host", [HOST, "localhost:1", "[::1]:8440", "127.0.0.1"])
def test_this_computers_own_names_pass(host: str) -> None:
    gate = Gate(is_loopback=True)
    assert gate.judge(asked(gate, host=host)) is Answer.PASS


def test_where_others_are_let_in_numbers_pass_and_foreign_names_do_not() -> None:
    gate = Gate(is_loopback=False)
    assert gate.judge(asked(gate, host="10.0.0.5:8440")) is Answer.PASS
    assert gate.judge(asked(gate, host="evil.example:8440")) is Answer.FOREIGN


@pytest.mark.parametrize(
    "origin",
    ["", "null", "http://evil.example", "https://127.0.0.1:8440", "http://127.0.0.1:1"],
)
def test_a_page_from_elsewhere_cannot_open_the_line_for_keys(origin: str) -> None:
    """Not even in the browser that holds the cookie."""
    gate = Gate(is_loopback=True)
    request = asked(gate, origin=origin, is_socket=True)
    assert gate.judge(request) is Answer.FOREIGN


def test_the_own_page_can_open_the_line_for_keys() -> None:
    gate = Gate(is_loopback=True)
    request = asked(gate, origin=f"http://{HOST}", is_socket=True)
    assert gate.judge(request) is Answer.PASS
    without = replace(request, cookie="", key=gate.key)
    assert gate.judge(without) is Answer.USED
    assert gate.key


@pytest.mark.parametrize("given", ["8440", ":8440", "host:", "host:x", "host:70000"])
def test_an_address_that_is_none_is_refused(given: str) -> None:
    with pytest.raises(UsageError):
        listening(given)


def test_without_an_address_it_listens_on_this_computer() -> None:
    assert listening(None) == ("127.0.0.1", 0)
    assert listening("[::1]:8440") == ("::1", 8440)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_names_no_other_host(language: str) -> None:
    text = page(Words.load(language), HOST)
    assert f"ws://{HOST}/ws" in text
    assert text.count("://") == 1
    assert "${" not in text


def test_a_cookie_or_key_of_letters_that_are_none_is_refused() -> None:
    gate = Gate(is_loopback=True)
    assert gate.judge(asked(gate, cookie="\udcff")) is Answer.USED
    assert gate.judge(asked(gate, cookie="", key="\udcff")) is Answer.USED
