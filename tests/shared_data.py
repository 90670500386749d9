"""Where the real market data for tests is. It is not part of the project."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def data_folder() -> Path:
    """From QUANTSITE_TEST_DATA or beside the checkout, whether it is there or not."""
    return Path(os.environ.get("QUANTSITE_TEST_DATA", ROOT.parent / "shared" / "data"))


def find_shared_data() -> Path:
    """The folder; skips the test with a clear message when absent."""
    folder = data_folder()
    if not (folder / "README.md").exists():
        pytest.skip(f"real market data not found in {folder} (set QUANTSITE_TEST_DATA)")
    return folder
