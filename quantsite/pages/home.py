"""The first page: what each room has to say of today."""

from typing import Any

from django.utils import timezone

from market.pages.sections import sections_shown
from market.pages.views import Page


class Home(Page):
    """Sections that apps register for ``home``."""

    template_name = "quantsite/home.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        today = timezone.localdate()
        return super().get_context_data(sections=sections_shown("home", self.request), today=today, **kwargs)
