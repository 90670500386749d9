import importlib

from django.apps import AppConfig

from market.jobs import registry as jobs
from market.pages.sections import sections_of


class MarketConfig(AppConfig):
    name = "market"
    verbose_name = "Market data"

    def ready(self) -> None:
        jobs.provided_by("market.jobs.background")
        sections_of("market.views.home_section")
        for name in ("market.jobs.delivery", "market.jobs.keeper"):
            importlib.import_module(name).connect()  # they need models, which are there only now
