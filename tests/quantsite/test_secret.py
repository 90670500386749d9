"""The secret key: made once, private, the same for everybody."""

import stat
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from quantsite.secret import secret_key


def test_is_made_on_first_use_and_kept(tmp_path: Path) -> None:
    var = tmp_path / "new" / "var"
    first = secret_key(var)
    assert len(first) >= 50
    assert secret_key(var) == first


def test_only_the_owner_can_read_it(tmp_path: Path) -> None:
    secret_key(tmp_path)
    assert stat.S_IMODE((tmp_path / "secret_key").stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["secret_key"]


def test_concurrent_first_runs_agree(tmp_path: Path) -> None:
    old = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(8) as pool:
            keys = set(pool.map(lambda _: secret_key(tmp_path), range(32)))
    finally:
        sys.setswitchinterval(old)
    assert len(keys) == 1


def test_an_empty_file_is_told_not_used(tmp_path: Path) -> None:
    (tmp_path / "secret_key").touch()
    with pytest.raises(ValueError, match="is empty"):
        secret_key(tmp_path)
