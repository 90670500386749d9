from django.apps import AppConfig
from django.db.models.signals import post_migrate

from portfolio.schedules import ensure_schedules


class PortfolioConfig(AppConfig):
    name = "portfolio"
    verbose_name = "Portfolios"

    def ready(self) -> None:
        post_migrate.connect(ensure_schedules, sender=self, dispatch_uid="portfolio.schedules")
