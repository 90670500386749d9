#!/usr/bin/env python
"""quantsite's command line: ``manage.py <command>``."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line
from django.db import OperationalError


def main() -> None:
    """Run a command; a wrong setting or an unreachable database is told in words (``--traceback`` shows where)."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "quantsite.settings")
    try:
        execute_from_command_line(sys.argv)
    except (ImproperlyConfigured, OperationalError) as error:
        if "--traceback" in sys.argv:
            raise
        what = "The database cannot be used" if isinstance(error, OperationalError) else "A setting is wrong"
        sys.exit(f"{what}: {str(error).strip()}")


if __name__ == "__main__":
    main()
