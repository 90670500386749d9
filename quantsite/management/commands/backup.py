"""``manage.py backup``: the whole site in one file."""

import datetime as dt
from argparse import ArgumentParser
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.utils import timezone

from market.cli import Exit, HouseCommand, progress_bar
from quantsite.backup import BackupError, backup_write


class Command(HouseCommand):
    help = "Save the whole database and the secret key in one file; the site may go on meanwhile. Keep it secret."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "path", nargs="?", default="", help="the file, or a folder (quantsite-DATE.zip in the current one)"
        )
        parser.add_argument("--json", action="store_true", help="print what was saved as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        path = Path(options["path"] or ".")
        if path.is_dir():
            path /= f"quantsite-{timezone.now().astimezone(dt.UTC):%Y%m%dT%H%M%SZ}.zip"
        if not path.resolve().parent.is_dir():
            self.fail(f"no such folder: {path.resolve().parent}", Exit.USAGE)
        try:
            with progress_bar("backup", quiet=options["json"]) as bar:
                done = backup_write(path=path, progress=bar(path.name))
        except BackupError as error:
            self.fail(str(error))
        if options["json"]:
            self.print_json(asdict(done))
        else:
            self.stdout.write(
                f"{done.path}: {done.rows:,} rows of {done.tables} tables, {done.files} files, {done.bytes:,} bytes"
            )
