"""What all commands share: exit codes, a progress bar, JSON or a table."""

import datetime as dt
import json
import re
import sys
from argparse import ArgumentTypeError
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import IntEnum
from pathlib import Path
from typing import Any, ClassVar

from django.core.management.base import BaseCommand
from django.db import ProgrammingError
from psycopg.errors import UndefinedTable
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn


class Exit(IntEnum):
    """Exit codes of every command."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    PARTLY = 3
    STOPPED = 130  # by Ctrl-C


def iso_date(text: str) -> dt.date:
    """An argparse type: YYYY-MM-DD."""
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is not a date: write it as YYYY-MM-DD") from None


class HouseCommand(BaseCommand):
    """A command with ``--json``, tables and progress on stderr, and the house's exit codes."""

    requires_system_checks: ClassVar[list[str]] = []  # they import every page; tests and runserver make them
    requires_migrations_checks = True  # a database without our tables is told to migrate

    def execute(self, *args: Any, **options: Any) -> str | None:
        """Ctrl-C and a database without our tables end in a line, not in a traceback."""
        try:
            return super().execute(*args, **options)
        except KeyboardInterrupt:
            self.stderr.write("stopped; what is stored stays, and asking again goes on from there")
            raise SystemExit(int(Exit.STOPPED)) from None
        except ProgrammingError as error:
            if not isinstance(error.__cause__, UndefinedTable):
                raise
            self.fail(f"{str(error).splitlines()[0]}: run manage.py migrate first")
            return None

    def out(self) -> Console:
        """Where results go."""
        return Console(file=self.stdout._out, width=None if sys.stdout.isatty() else 120, highlight=False)

    def fail(self, message: str, code: Exit = Exit.FAILED) -> None:
        """Say why on stderr and leave with ``code``."""
        self.stderr.write(f"{message}\n" if not message.endswith("\n") else message)
        raise SystemExit(int(code))

    def writable_or_fail(self, path: Path) -> None:
        """Leave, before any work, when ``path`` cannot be written."""
        folder = path.resolve().parent
        if not folder.is_dir():
            self.fail(f"no such folder: {folder}", Exit.USAGE)
        try:
            is_new = not path.exists()
            path.open("a").close()
            if is_new:
                path.unlink()
        except OSError as error:
            self.fail(f"cannot write {path}: {error.strerror}", Exit.USAGE)

    def write_file(self, path: Path, text: str) -> None:
        try:
            path.write_text(text, encoding="utf-8")
        except OSError as error:
            self.fail(f"cannot write {path}: {error.strerror}")

    def json_text(self, data: Any) -> str:
        return json.dumps(data, indent=2, ensure_ascii=False, default=str)

    def print_json(self, data: Any) -> None:
        self.stdout.write(self.json_text(data))


class FormulaCommand(HouseCommand):
    """A command with a formula among its arguments, which may begin with a minus."""

    def run_from_argv(self, argv: list[str]) -> None:
        super().run_from_argv([*argv[:2], *map(minus_protected, argv[2:])])


def minus_protected(argument: str) -> str:
    """``-close`` as `` -close``, which argparse takes for no option; ``-h``, ``-v 2``, ``-v2`` and ``--`` stay."""
    is_option = argument.startswith("--") or re.fullmatch(r"-|-h|-v[0-9]?", argument)
    return f" {argument}" if argument.startswith("-") and not is_option else argument


@contextmanager
def progress_bar(title: str, quiet: bool = False) -> Iterator[Callable[[str], Callable[[str, int, int], None]]]:
    """Bars on stderr where that is a terminal, gone when done; yields ``bar(name) -> report(stage, done, total)``, safe
    to call from threads."""
    console = Console(stderr=True, quiet=quiet)
    columns = (
        TextColumn("[bold]{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[stage]}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:

        def add(name: str) -> Callable[[str, int, int], None]:
            task = bar.add_task(f"{title} {name}", total=None, stage="")
            return lambda stage, done, total: bar.update(task, completed=done, total=total, stage=stage)

        yield add
