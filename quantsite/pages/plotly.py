"""Where the script of charts comes from: the installed package, found without importing it."""

from importlib.util import find_spec
from pathlib import Path


def plotly_folder() -> Path:
    """The folder with ``plotly.min.js``."""
    spec = find_spec("plotly")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("plotly is not installed: pages have no charts without its script")
    return Path(spec.origin).parent / "package_data"
