from django.apps import AppConfig
from django.db.models.signals import post_migrate

from market.jobs import registry as jobs
from market.pages.sections import sections_of
from market.timescale import registry as timescale
from portfolio.schedules import ensure_schedules
from portfolio.timescale import ARRANGEMENTS


class PortfolioConfig(AppConfig):
    name = "portfolio"
    verbose_name = "Portfolios"

    def ready(self) -> None:
        sections_of("portfolio.views.instrument_section")
        sections_of("portfolio.views.home_section")
        jobs.provided_by("portfolio.jobs")
        timescale.register(ARRANGEMENTS)
        post_migrate.connect(ensure_schedules, sender=self, dispatch_uid="portfolio.schedules")
