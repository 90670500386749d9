"""Caches on a disk that does not take them: the work goes on without."""

from pathlib import Path

import numpy as np
import pytest

from market import calendars
from market.store import columnar

ARRAYS = {"a": np.arange(1000.0)}


def refuse(*args: object, **options: object) -> None:
    raise OSError(28, "No space left on device")


def test_a_full_disk_keeps_the_old_arrays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    columnar.write_arrays(tmp_path, ARRAYS, {"n": 1})
    before = sorted(path.name for path in tmp_path.iterdir())
    monkeypatch.setattr(columnar.np, "save", refuse)
    columnar.write_arrays(tmp_path, {"a": np.zeros(3)}, {"n": 2})
    assert columnar.read_meta(tmp_path) == {"n": 1}
    assert np.array_equal(columnar.read_arrays(tmp_path)["a"], ARRAYS["a"])
    assert sorted(path.name for path in tmp_path.iterdir()) == before


def test_a_pointer_that_cannot_be_replaced(tmp_path: Path) -> None:
    (tmp_path / "current.json").mkdir()
    columnar.write_arrays(tmp_path, ARRAYS, {"n": 1})
    assert columnar.read_meta(tmp_path) is None
    assert [path.name for path in tmp_path.iterdir()] == ["current.json"]


@pytest.mark.parametrize("damage", ["directory", "truncated", "no folder"])
def test_a_calendar_comes_from_the_library_when_its_file_cannot(tmp_path: Path, damage: str) -> None:
    make = calendars._exchange_sessions.__wrapped__
    whole = make("XTKS", str(tmp_path), 2025)
    (kept,) = tmp_path.iterdir()
    folder = tmp_path
    if damage == "truncated":
        kept.write_bytes(kept.read_bytes()[:100])
    elif damage == "directory":
        kept.unlink()
        kept.mkdir()
    else:
        folder = kept  # a file where the folder should be
    assert np.array_equal(make("XTKS", str(folder), 2025), whole)
    if damage == "truncated":
        assert np.array_equal(np.load(kept), whole)
