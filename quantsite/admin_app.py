"""The admin, found late: its pages bring a third of a second of forms and file formats that no command needs.

``quantsite.urls`` finds them for whoever serves pages, the check of the admin for who checks.
"""

from collections.abc import Sequence
from typing import Any

from django.contrib.admin import autodiscover
from django.contrib.admin.apps import SimpleAdminConfig
from django.contrib.admin.checks import check_admin_app, check_dependencies
from django.core import checks


def admin_check(app_configs: Sequence[Any] | None, **options: Any) -> list[checks.CheckMessage]:
    """Django's own check, of all pages there are."""
    autodiscover()
    found: list[checks.CheckMessage] = check_admin_app(app_configs, **options)
    return found


class LateAdminConfig(SimpleAdminConfig):
    def ready(self) -> None:
        checks.register(check_dependencies, checks.Tags.admin)
        checks.register(admin_check, checks.Tags.admin)
