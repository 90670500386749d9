import importlib

from django.apps import AppConfig
from django.db.models.signals import post_migrate

from etfs.schedules import ensure_schedules
from market.jobs import registry as jobs
from market.pages.sections import sections_of


class EtfsConfig(AppConfig):
    name = "etfs"
    verbose_name = "ETFs"

    def ready(self) -> None:
        importlib.import_module("etfs.registrations").fill()  # it needs models, which are there only now
        jobs.provided_by("etfs.jobs")
        for name in ("home_section", "instrument_section", "data_section"):
            sections_of(f"etfs.views.{name}")
        post_migrate.connect(ensure_schedules, sender=self, dispatch_uid="etfs.schedules")
