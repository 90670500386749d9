"""What a backup says of itself."""

import json
from dataclasses import asdict, dataclass, field
from typing import Any, Self

from quantsite.backup.errors import BackupError

FORMAT = 1
NAME = "manifest.json"


@dataclass(frozen=True)
class Part:
    """One member of the archive. ``columns``, ``rows``: of tables; of files there are none."""

    sha256: str
    bytes: int
    columns: list[str] = field(default_factory=list)
    rows: int = 0


@dataclass(frozen=True)
class Manifest:
    """``sequences``: by table and column the next id. ``migrations``: (app, name) of all that were applied."""

    version: str
    created_at: str
    server: str
    migrations: list[tuple[str, str]]
    tables: dict[str, Part]
    sequences: dict[str, int]
    files: dict[str, Part]
    format: int = FORMAT

    def as_json(self) -> str:
        return json.dumps(asdict(self), indent=1, ensure_ascii=False)

    @classmethod
    def of_json(cls, text: bytes) -> Self:
        """BackupError for what is no manifest, or one of a later format."""
        try:
            found: dict[str, Any] = json.loads(text)
            if found["format"] != FORMAT:
                raise BackupError(f"it is a backup of format {found['format']}; this version reads format {FORMAT}")
            parts = {kind: {name: Part(**part) for name, part in found[kind].items()} for kind in ("tables", "files")}
            return cls(**{**found, **parts, "migrations": [(app, name) for app, name in found["migrations"]]})
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise BackupError(f"its {NAME} cannot be read: {error}") from error

    def members(self) -> dict[str, Part]:
        """Name in the archive -> what it must hold."""
        tables = {table_member(name): part for name, part in self.tables.items()}
        return tables | {file_member(name): part for name, part in self.files.items()}


def table_member(table: str) -> str:
    return f"tables/{table}.copy"


def file_member(name: str) -> str:
    return f"files/{name}"
