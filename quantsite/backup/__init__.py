"""The whole site in one file, and back again (docs/operations.md).

A ZIP: each table as PostgreSQL's text COPY, the files of ``var/`` that cannot be made anew, and ``manifest.json`` with
migrations, row counts and checksums. Plain rows and not ``pg_dump``, so that a backup made on the embedded server can
be restored on TimescaleDB of any edition and version, and the other way round.
"""

from quantsite.backup.errors import BackupError
from quantsite.backup.restoring import Restored, backup_restore
from quantsite.backup.writing import Written, backup_write

__all__ = ["BackupError", "Restored", "Written", "backup_restore", "backup_write"]
