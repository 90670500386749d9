from django.apps import AppConfig
from django.db.models.signals import post_migrate

from factors import library
from factors.schedules import ensure_daily_schedules


class FactorsConfig(AppConfig):
    name = "factors"
    verbose_name = "Factors"

    def ready(self) -> None:
        library.load()
        post_migrate.connect(ensure_daily_schedules, sender=self, dispatch_uid="factors.daily_schedules")
