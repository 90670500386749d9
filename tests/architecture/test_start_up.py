"""What every command imports before it does anything: no heavy library that only some of them use."""

import os
import subprocess
import sys

from tests.shared_data import ROOT

HEAVY = ("pandas", "scipy", "sklearn", "openpyxl", "exchange_calendars", "akshare", "unfold.admin")
ASKED = """
import sys, django
django.setup()
import etfs.management.commands.show_etf, etfs.management.commands.load_etfs
print(*sys.modules)
"""


def test_a_command_starts_without_heavy_libraries():
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "quantsite.settings"}
    command = [sys.executable, "-c", ASKED]
    ran = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    assert set(HEAVY) & set(ran.stdout.split()) == set()
