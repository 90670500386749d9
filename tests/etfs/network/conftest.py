"""The local server, and keys that are not real."""

import threading
from collections.abc import Iterator

import pytest

from etfs.sources import kis
from tests.etfs.network.server import Player, serve

KEYS = {
    "KIS_APP_KEY": "made-up-app-key",
    "KIS_APP_SECRET": "made-up-app-secret",
    "POLYGON_API_KEY": "made-up-polygon-key",
}


@pytest.fixture
def player() -> Iterator[Player]:
    server, player = serve()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield player
    player.over.set()
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(autouse=True)
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for setting, value in KEYS.items():
        monkeypatch.setenv(setting, value)
    monkeypatch.setattr(kis, "_tokens", {})
