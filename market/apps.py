import importlib

from django.apps import AppConfig

from market.jobs import registry as jobs


class MarketConfig(AppConfig):
    name = "market"
    verbose_name = "Market data"

    def ready(self) -> None:
        jobs.provided_by("market.jobs.background")
        for name in ("market.jobs.delivery", "market.jobs.keeper"):
            importlib.import_module(name).connect()  # they need models, which are there only now
