from django.apps import AppConfig
from django.db.models.signals import post_migrate

from backtests.schedules import ensure_schedules
from market.jobs import registry as jobs
from market.pages.sections import sections_of


class BacktestsConfig(AppConfig):
    name = "backtests"
    verbose_name = "Backtests"

    def ready(self) -> None:
        sections_of("backtests.views.home_section")
        jobs.provided_by("backtests.jobs")
        post_migrate.connect(ensure_schedules, sender=self, dispatch_uid="backtests.schedules")
