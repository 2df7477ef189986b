"""``dangyi desk --web``: a browser's requests, as a browser sends them."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest

from node.home import Home
from node.machine import Machine
from tests.journeys.stations import environment

pytestmark = pytest.mark.journey

PATIENCE_SECONDS = 40


@asynccontextmanager
async def served(home: Path) -> AsyncIterator[str]:
    """The printed address of a desk in a browser; the server ends well."""
    machine = await Machine.init_room(Home(home), "科尔沁街道档案室", {"0001": "街道"})
    await machine.close()
    program = [sys.executable, "-P", "-m", "tui", "desk", "--web", "--json"]
    process = await asyncio.create_subprocess_exec(
        *program,
        *("--home", str(home), "--as", "乌兰"),
        env=environment(),
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    told = b""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while b"}" not in told:
            told += await process.stdout.read(1024)
    try:
        yield str(json.loads(told)["address"])
    finally:
        process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(process.wait(), PATIENCE_SECONDS) == 0


def browser() -> aiohttp.ClientSession:
    return aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))


async def until(line: aiohttp.ClientWebSocketResponse, wanted: str) -> None:
    """Read what is drawn until *wanted* is in it."""
    drawn = b""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while wanted.encode() not in drawn:
            message = await line.receive()
            assert message.type is aiohttp.WSMsgType.BINARY, message
            drawn += message.data


async def test_the_desk_is_shown_to_who_holds_the_printed_address(
    tmp_path: Path,
) -> None:
    async with served(tmp_path / "room") as address, browser() as session:
        root = address.split("?")[0]
        async with session.get(root) as answer:
            assert answer.status == 403
        async with session.get(address) as answer:
            assert answer.status == 200
            assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
            assert answer.headers["Cache-Control"] == "no-store"
            assert "googleapis" not in await answer.text()
        async with session.get(f"{root}static/js/textual.js") as answer:
            assert answer.status == 200
        async with browser() as other, other.get(address) as answer:
            assert answer.status == 403
        socket = root.replace("http", "ws", 1) + "ws"
        origin = root.rstrip("/")
        async with session.ws_connect(socket, origin=origin) as line:
            await until(line, "今日工作")
            await line.send_json(["stdin", "9\r"])
            await until(line, "字宽")


@pytest.mark.parametrize("origin", [None, "http://evil.example", "null"])
async def test_a_page_from_elsewhere_cannot_drive_the_desk(
    tmp_path: Path, origin: str | None
) -> None:
    async with served(tmp_path / "room") as address, browser() as session:
        root = address.split("?")[0]
        async with session.get(address) as answer:
            assert answer.status == 200
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await session.ws_connect(
                root.replace("http", "ws", 1) + "ws", origin=origin
            )
        assert refused.value.status == 403


async def test_a_name_that_points_here_is_refused_and_uses_nothing_up(
    tmp_path: Path,
) -> None:
    async with served(tmp_path / "room") as address, browser() as session:
        foreign = {"Host": "evil.example"}
        async with session.get(address, headers=foreign) as answer:
            assert answer.status == 403
        async with session.get(address) as answer:
            assert answer.status == 200
