"""What all tests share: caches of their own, a small market made of plain frames, the shared real data."""

from pathlib import Path

import pytest

from tests.shared_data import find_shared_data


@pytest.fixture(autouse=True)
def own_panel_cache(settings, tmp_path: Path) -> None:
    """Every test builds its own panel caches."""
    settings.PANEL_CACHE_DIR = tmp_path / "panels"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real market data; skips where it is absent."""
    return find_shared_data()
