"""The factors, one file per category; ``load`` imports them so that each registers itself."""

import importlib
import pkgutil


def load() -> None:
    """Import every module of this package (idempotent); called from ``AppConfig.ready``."""
    for module in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{module.name}")
