"""``manage.py restore``: a backup into an empty database, or over everything."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any, ClassVar

from market.cli import HouseCommand, progress_bar
from quantsite.backup import BackupError, backup_restore


class Command(HouseCommand):
    help = "Put a backup back, all of it or nothing. Stop the web server and the workers first."
    requires_migrations_checks: ClassVar[bool] = False  # the database may well be empty

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", type=Path, help="a file of manage.py backup")
        parser.add_argument("--force", action="store_true", help="replace everything in a database that is not empty")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with progress_bar("restore") as bar:
                done = backup_restore(path=options["path"], force=options["force"], progress=bar(options["path"].name))
        except BackupError as error:
            self.fail(str(error))
        self.stdout.write(
            f"{done.rows:,} rows of {len(done.manifest.tables)} tables are back, as of {done.manifest.created_at}"
        )
        if done.key_changed:
            self.stdout.write("The secret key is that of the backup: start web server and workers anew.")
