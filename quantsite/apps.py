"""The composition root as an app, so that its commands (``demo``, ``backup``) are found."""

from importlib import import_module

from django.apps import AppConfig


class QuantsiteConfig(AppConfig):
    name = "quantsite"

    def ready(self) -> None:
        import_module("quantsite.job_log")  # its receivers; it needs the models of django-q2
        import_module("quantsite.worker_start")
