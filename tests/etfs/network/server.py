"""A local server that plays a source: each act answers one request, the last act all that follow."""

import gzip
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

ANSWERS = Path(__file__).parent / "answers"
Act = Callable[["Handler"], None]


def file(name: str) -> bytes:
    return (ANSWERS / name).read_bytes()


@dataclass
class Asked:
    method: str
    path: str  # with its parameters
    headers: dict[str, str]
    body: bytes
    at: float  # time.monotonic


@dataclass
class Player:
    url: str
    over: threading.Event
    asked: list[Asked] = field(default_factory=list)
    queues: dict[str, list[Act]] = field(default_factory=dict)

    def plays(self, *acts: Act, path: str = "") -> None:
        """The acts of requests whose path begins with ``path``; the longest such path counts."""
        self.queues[path] = list(acts)

    def next(self, path: str) -> Act:
        queue = self.queues[max((known for known in self.queues if path.startswith(known)), key=len)]
        return queue.pop(0) if len(queue) > 1 else queue[0]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    player: Player

    def _play(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.player.asked.append(Asked(self.command, self.path, dict(self.headers), body, time.monotonic()))
        try:
            self.player.next(self.path)(self)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True  # the client has gone, as it should

    do_GET = do_POST = _play

    def log_message(self, format: str, *args: object) -> None:
        """Silent."""

    def head(self, status: int, headers: dict[str, str]) -> None:
        self.send_response(status)
        for key, value in headers.items():
            self.send_header(key, value)
        self.end_headers()


def answer(body: bytes, status: int = 200, headers: dict[str, str] | None = None, *, packed: bool = False) -> Act:
    content = gzip.compress(body) if packed else body
    more = {"Content-Encoding": "gzip"} if packed else {}
    return lambda handler: (
        handler.head(status, {"Content-Length": str(len(content)), **more, **(headers or {})}),
        handler.wfile.write(content),
    )[0]


def late(seconds: float = 5.0) -> Act:
    return lambda handler: (handler.player.over.wait(seconds), handler.head(204, {}))[1]


def drip(body: bytes, pause: float = 0.05) -> Act:
    """One byte after the other: no single wait is long."""

    def act(handler: Handler) -> None:
        handler.head(200, {"Content-Length": str(len(body))})
        for byte in body:
            handler.wfile.write(bytes([byte]))
            if handler.player.over.wait(pause):
                break
        handler.close_connection = True

    return act


def broken(body: bytes) -> Act:
    """Half of an answer, then the connection is closed."""

    def act(handler: Handler) -> None:
        handler.head(200, {"Content-Length": str(len(body))})
        handler.wfile.write(body[: len(body) // 2])
        handler.close_connection = True

    return act


def cut_gzip(body: bytes) -> Act:
    """Packed bytes that end too early, though as many as announced."""
    content = gzip.compress(body)
    content = content[: len(content) * 2 // 3]

    def act(handler: Handler) -> None:
        handler.head(200, {"Content-Length": str(len(content)), "Content-Encoding": "gzip"})
        handler.wfile.write(content)

    return act


def hang_up(handler: Handler) -> None:
    """Closes without a word."""
    handler.close_connection = True


class Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, request: object, client_address: object) -> None:
        """Clients that go away in the middle are part of the play; other errors are printed as usual."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


def serve() -> tuple[ThreadingHTTPServer, Player]:
    player = Player("", threading.Event())
    handler = type("PlayerHandler", (Handler,), {"player": player})
    server = Server(("127.0.0.1", 0), handler)
    player.url = f"http://127.0.0.1:{server.server_address[1]}"
    return server, player
