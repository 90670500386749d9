"""Small files to load, and loads with the arguments most tests use."""

from pathlib import Path
from typing import Any

from market.models import DataChange, Instrument, LoadRun, PriceBar
from market.services.loads import actions_load, fundamentals_load, prices_load

HEADER = "ticker,date,open,high,low,close,volume\n"


def write(folder: Path, text: str | bytes, name: str = "file.csv") -> Path:
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def load_bars(folder: Path, rows: str, header: str = HEADER, **options: Any) -> LoadRun:
    """Load ``rows`` below ``header`` as US prices."""
    return prices_load(**{"region": "US", "source": "csv", "file": write(folder, header + rows)} | options)


def load_actions(folder: Path, rows: str, **options: Any) -> LoadRun:
    path = write(folder, "ticker,ex_date,kind,ratio,amount\n" + rows, "actions.csv")
    return actions_load(**{"region": "US", "source": "csv", "file": path} | options)


def load_reports(folder: Path, text: str, **options: Any) -> LoadRun:
    return fundamentals_load(**{"region": "US", "source": "csv", "file": write(folder, text)} | options)


def bar(ticker: str, date: str, region: str = "US") -> PriceBar:
    return PriceBar.objects.get(instrument=Instrument.objects.get(region=region, ticker=ticker), date=date)


def changes(region: str, kind: str) -> int:
    """How many changes of a region's bars or fundamentals were noted."""
    return DataChange.objects.filter(region=region, kind=kind).count()
