"""A sweep that waits, and a process that hangs in the middle of it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection

from backtests import services
from backtests.models import BacktestSweep
from tests.backtests.sweeps.made import AXES, BASE, make_market

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def waiting() -> BacktestSweep:
    make_market()
    return services.sweep_create(config=BASE, axes=AXES)


CHILD = """
import signal, sys
import django
from pathlib import Path
from django.conf import settings
settings.DATABASES["default"]["NAME"] = sys.argv[1]
settings.PANEL_CACHE_DIR = Path(sys.argv[2])
django.setup()
from backtests import services
from backtests.services import sweep_working
from backtests.services.sweep_worker import SweepWorker

def work_then_hang(self, variant):
    if variant.number == 7:
        print("at it", flush=True)
        signal.pause()
    return original(self, variant)

original, SweepWorker.worked = SweepWorker.worked, work_then_hang
sweep_working.BATCH_SECONDS = 1e9  # a batch is twice as large as the one before, however slow the machine is
services.sweep_work(sweep_id=int(sys.argv[3]))
"""


@pytest.fixture
def hanging(waiting, settings):
    """Another process in the middle of its second batch: variants 5 to 12, the first four stored."""
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "quantsite.settings"}
    name = str(connection.settings_dict["NAME"])
    with subprocess.Popen(
        [sys.executable, "-c", CHILD, name, str(settings.PANEL_CACHE_DIR), str(waiting.pk)],
        cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        assert process.stdout.readline() == "at it\n"
        yield process
        process.kill()
        process.wait()
