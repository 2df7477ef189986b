"""The desk in a browser: the same program, drawn on a page that this machine hands out.

Each page that is open runs a desk in a process of its own. It listens for this
computer's own browsers unless told otherwise; who may come in is decided by
tui/browser_gate.py. Nothing is loaded from anywhere else.
"""

from __future__ import annotations

import asyncio
import ipaddress
import shlex
import signal
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from string import Template
from typing import Final, assert_never

from aiohttp import web
from textual_serve.server import Server

from sync.cli.call import Call
from sync.cli.founding import LAST_PORT
from sync.cli.parser import UsageError
from sync.words.catalogue import Words
from tui.browser_gate import KEY_NAME, Answer, Asked, Gate

COOKIE: Final = "dangyi-desk"
"""With the port: a browser keeps one cookie for all ports of a machine."""
LOCAL_HOST: Final = "127.0.0.1"
_PAGE: Final = Path(__file__).parent / "pages" / "desk.html"
_SOCKET: Final = "/ws"
_MOST_DESKS: Final = 8
_POLICY: Final = (
    "default-src 'none'; script-src 'self' 'unsafe-inline'; "
    "style-src 'self' 'unsafe-inline'; font-src 'self'; img-src 'self' data:; "
    "connect-src 'self' ws://{host}; worker-src 'self' blob:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_HEADERS: Final = {
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


async def serve(call: Call) -> int:
    """Hand out the desk until told to stop.

    Raises:
        UsageError: the address to listen at is none.
        OSError: it cannot be listened at.
    """
    host, port = listening(call.options.listen)
    gate = Gate(is_loopback=_is_loopback(host))
    runner = web.AppRunner(_application(call, gate), access_log=None)
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        loop.add_signal_handler(number, stopped.set)
    await runner.setup()
    try:
        site = web.TCPSite(runner, host, port)
        await site.start()
        _tell(call, runner, gate, is_near=_is_loopback(host))
        await stopped.wait()
    finally:
        await runner.cleanup()
    return 0


def listening(given: str | None) -> tuple[str, int]:
    """Host and port of ``HOST:PORT``; this computer and any free port without.

    Raises:
        UsageError: it is neither.
    """
    if given is None:
        return LOCAL_HOST, 0
    host, colon, port = given.rpartition(":")
    is_port = port.isascii() and port.isdecimal() and int(port) <= LAST_PORT
    if not colon or not host or not is_port:
        raise UsageError(key="usage.listen", found=given)
    return host.strip("[]"), int(port)


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _tell(call: Call, runner: web.AppRunner, gate: Gate, *, is_near: bool) -> None:
    """Print the address; the key in it opens once."""
    host, port = runner.addresses[0][:2]
    shown = f"[{host}]" if ":" in host else host
    address = f"http://{shown}:{port}/?{KEY_NAME}={gate.key}"
    if call.paper.is_json:
        call.paper.document({"address": address})
        return
    call.paper.say("desk.web", address=address)
    if not is_near:
        call.paper.say("desk.web_far")


def _application(call: Call, gate: Gate) -> web.Application:
    words = call.words
    server = Server(_command(call))
    sockets = 0

    @web.middleware
    async def keep_out(request: web.Request, handler: Handler) -> web.StreamResponse:
        response: web.StreamResponse
        match answer := gate.judge(_asked(request)):
            case Answer.PASS:
                response = await handler(request)
            case Answer.OPEN:
                response = web.Response(status=303, headers={"Location": "/"})
                response.set_cookie(
                    _cookie_name(request),
                    gate.cookie,
                    httponly=True,
                    samesite="Strict",
                    path="/",
                )
            case Answer.USED:
                response = _refusal(words, "desk.web_used")
            case Answer.FOREIGN:
                response = _refusal(words, "desk.web_foreign")
            case _:
                assert_never(answer)
        if not response.prepared:
            policy = _POLICY.replace("{host}", request.host)
            response.headers.update(_HEADERS)
            response.headers["Content-Security-Policy"] = policy
        return response

    async def index(request: web.Request) -> web.Response:
        return web.Response(text=page(words, request.host), content_type="text/html")

    async def socket(request: web.Request) -> web.StreamResponse:
        nonlocal sockets
        if sockets >= _MOST_DESKS:
            return _refusal(words, "desk.web_many")
        sockets += 1
        try:
            return await server.handle_websocket(request)
        finally:
            sockets -= 1

    application = web.Application(middlewares=[keep_out])
    application.router.add_get("/", index)
    application.router.add_get(_SOCKET, socket)
    application.router.add_static("/static", server.statics_path)
    return application


def page(words: Words, host: str) -> str:
    """The page that draws the desk; it names no other host."""
    template = Template(_PAGE.read_text("utf-8"))
    return template.substitute(
        language=words.language,
        title=words.say("desk.web_title"),
        opening=words.say("desk.opening"),
        ended=words.say("desk.web_ended"),
        again=words.say("desk.web_again"),
        socket=f"ws://{host}{_SOCKET}",
    )


def _asked(request: web.Request) -> Asked:
    return Asked(
        host=request.headers.get("Host", ""),
        origin=request.headers.get("Origin", ""),
        cookie=request.cookies.get(_cookie_name(request), ""),
        key=request.query.get(KEY_NAME, "") if request.path == "/" else "",
        is_socket=request.path == _SOCKET,
    )


def _cookie_name(request: web.Request) -> str:
    """Two desks in one browser do not put each other out."""
    socket = request.get_extra_info("sockname") or ("", 0)
    return f"{COOKIE}-{socket[1]}"


def _refusal(words: Words, key: str) -> web.Response:
    return web.Response(status=403, text=words.say(key))


def _command(call: Call) -> str:
    """What each page runs, for a shell."""
    parts = [sys.executable, "-P", "-m", "tui", "desk", "--home", str(call.desk_home)]
    if call.options.person:
        parts += ["--as", call.options.person]
    if call.options.lang:
        parts += ["--lang", call.options.lang]
    return f"exec {shlex.join(parts)}"
