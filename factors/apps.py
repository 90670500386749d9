from django.apps import AppConfig
from django.db.models.signals import post_migrate

from factors import library
from factors.schedules import ensure_daily_schedules
from factors.timescale import ARRANGEMENTS
from market.jobs import registry as jobs
from market.pages.sections import sections_of
from market.timescale import registry as timescale


class FactorsConfig(AppConfig):
    name = "factors"
    verbose_name = "Factors"

    def ready(self) -> None:
        jobs.provided_by("factors.jobs")
        for name in ("home_section", "instrument_section"):
            sections_of(f"factors.views.{name}")
        library.load()
        timescale.register(ARRANGEMENTS)
        post_migrate.connect(ensure_daily_schedules, sender=self, dispatch_uid="factors.daily_schedules")
