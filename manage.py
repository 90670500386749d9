#!/usr/bin/env python
"""quantsite's command line: ``manage.py <command>``."""

import os
import sys

from django.core.management import execute_from_command_line
from django.db import OperationalError


def main() -> None:
    """Run a command; a database that cannot be reached is told in words (``--traceback`` shows where)."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "quantsite.settings")
    try:
        execute_from_command_line(sys.argv)
    except OperationalError as error:
        if "--traceback" in sys.argv:
            raise
        sys.exit(f"The database cannot be used: {str(error).strip()}")


if __name__ == "__main__":
    main()
