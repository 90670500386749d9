"""What this app says on the first page: the last jobs."""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from market.jobs.listing import jobs_list
from market.pages.sections import Section, register_section
from market.views.jobs import TONES

SHOWN = 7
ROUTINE = "task"  # of the site itself; what people asked for has a kind of its own


def jobs_context(request: HttpRequest) -> dict[str, Any] | None:
    """The last jobs of who is logged in."""
    if not request.user.is_authenticated:
        return None
    found = jobs_list(user=request.user, size=SHOWN, without=[ROUTINE]).jobs
    return {"jobs": [(job, TONES[job.state]) for job in found]}


def fill() -> None:
    """Register them."""
    register_section(Section("home", "jobs", _("Last runs"), "market/home_jobs.html", jobs_context, 60, narrow=True))
