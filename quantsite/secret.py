"""The secret key that signs sessions and tokens, made on the first run."""

import os
import secrets
from contextlib import suppress
from pathlib import Path

FILE_NAME = "secret_key"
KEY_BYTES = 50


def secret_key(var_dir: Path) -> str:
    """The key in ``var_dir/secret_key``; generated if there is none, readable by its owner only.

    Several processes may start at once for the first time; all of them get the same key, because a file
    is put in place complete and only where there is none.
    """
    path = var_dir / FILE_NAME
    if not path.exists():
        var_dir.mkdir(parents=True, exist_ok=True)
        _create(path)
    key = path.read_text().strip()
    if not key:
        raise ValueError(f"{path} is empty: delete it, and a new key is made.")
    return key


def _create(path: Path) -> None:
    draft = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(KEY_BYTES) + "\n")
        # A link fails when the name exists, where a rename would replace another process's key.
        with suppress(FileExistsError):
            path.hardlink_to(draft)
    finally:
        draft.unlink()
