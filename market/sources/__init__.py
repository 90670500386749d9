"""Data sources: one class per layout the outside world uses. Importing this package fills the registry."""

from market.sources import generic
from market.sources.base import FetchRequest, FileProblem, Frame, Source
from market.sources.registry import source_get, source_names

__all__ = ["FetchRequest", "FileProblem", "Frame", "Source", "generic", "source_get", "source_names"]
