import importlib

from django.apps import AppConfig
from django.db.models.signals import post_migrate

from market.jobs import registry as jobs
from market.timescale import registry as timescale
from portfolio.schedules import ensure_schedules
from portfolio.timescale import ARRANGEMENTS


class PortfolioConfig(AppConfig):
    name = "portfolio"
    verbose_name = "Portfolios"

    def ready(self) -> None:
        jobs.provided_by("portfolio.jobs")
        timescale.register(ARRANGEMENTS)
        importlib.import_module("portfolio.registrations").fill()  # it needs models, which are there only now
        post_migrate.connect(ensure_schedules, sender=self, dispatch_uid="portfolio.schedules")
