"""The composition root as an app, so that its commands (``demo``, ``db_start``) are found."""

from django.apps import AppConfig


class QuantsiteConfig(AppConfig):
    name = "quantsite"
