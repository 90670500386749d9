"""The composition root as an app, so that its commands (``demo``, ``backup``) are found."""

from importlib import import_module

from django.apps import AppConfig, apps
from django.core import checks
from django.db.models.signals import post_migrate


class QuantsiteConfig(AppConfig):
    name = "quantsite"

    def ready(self) -> None:
        import_module("quantsite.job_log")  # its receivers; it needs the models of django-q2
        import_module("quantsite.worker_start")
        ensure = import_module("quantsite.schedules").ensure_schedules
        # An app without tables is sent no signal of its own.
        post_migrate.connect(ensure, sender=apps.get_app_config("django_q"), dispatch_uid="quantsite.schedules")
        checks.register(import_module("quantsite.retention").check_kinds)
        checks.register(import_module("quantsite.checks").check_stale_sessions)
