"""The last app of all: its roles are made of the permissions of all others."""

import importlib

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class AccountsConfig(AppConfig):
    name = "quantsite.accounts"

    def ready(self) -> None:
        roles = importlib.import_module("quantsite.accounts.roles")  # it needs models, which are there only now
        post_migrate.connect(roles.after_migrate, sender=self, dispatch_uid="accounts.roles")
