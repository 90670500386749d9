"""Backtests in a process that is up, as a worker or the site: ``python -m benchmarks.warm_sessions CONFIG RUNS``.

Prints the timings of the runs after the first as JSON.
"""

import json
import os
import sys
from pathlib import Path

import django
import yaml


def main() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "quantsite.settings"
    django.setup()
    from backtests.services import backtest_run  # noqa: PLC0415 - models can be imported only after django.setup

    path, runs = sys.argv[1:]
    config = yaml.safe_load(Path(path).read_text())
    timings = [backtest_run(config=config, again=True).timings for _ in range(int(runs) + 1)]
    print(json.dumps(timings[1:]))


if __name__ == "__main__":
    main()
