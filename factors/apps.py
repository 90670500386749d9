from django.apps import AppConfig

from factors import library


class FactorsConfig(AppConfig):
    name = "factors"
    verbose_name = "Factors"

    def ready(self) -> None:
        library.load()
