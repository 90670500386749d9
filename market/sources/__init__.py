"""Data sources: one class per layout the outside world uses. Importing this package fills the registry."""

from market.sources import dart, demo, generic, kr_fs, krx, sec, us_pit, yahoo
from market.sources.base import FetchRequest, FileProblem, Frame, Source
from market.sources.registry import source_get, source_names

__all__ = [
    "FetchRequest",
    "FileProblem",
    "Frame",
    "Source",
    "dart",
    "demo",
    "generic",
    "kr_fs",
    "krx",
    "sec",
    "source_get",
    "source_names",
    "us_pit",
    "yahoo",
]
