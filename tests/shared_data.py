"""Where the real market data for tests is. It is not part of the project."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def find_shared_data() -> Path:
    """The folder, from QUANTSITE_TEST_DATA or beside the checkout; skips the test with a clear message when absent."""
    folder = Path(os.environ.get("QUANTSITE_TEST_DATA", ROOT.parent / "shared" / "data"))
    if not (folder / "README.md").exists():
        pytest.skip(f"real market data not found in {folder} (set QUANTSITE_TEST_DATA)")
    return folder
