from django.apps import AppConfig


class EtfsConfig(AppConfig):
    name = "etfs"
    verbose_name = "ETFs"
