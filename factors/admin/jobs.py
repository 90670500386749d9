"""What the pages of all long jobs share."""

from django.utils.text import Truncator
from unfold.decorators import display

from factors.models import Job
from market.admin import STATE_COLOURS
from market.adminbase import HouseAdmin


class JobAdmin(HouseAdmin):
    """State in colour, the first words of the message, seconds; found by number or message."""

    search_fields = ("=id", "message")
    search_help_text = "Its number, or a part of its message"

    @display(description="state", ordering="state", label=STATE_COLOURS | {"QUEUED": "info", "CANCELLED": "warning"})
    def shown_state(self, job: Job) -> str:
        return job.state

    @display(description="message")
    def short_message(self, job: Job) -> str:
        """One line in the list; the job's own page has all of it."""
        return Truncator(job.message).chars(48) or "-"

    @display(description="seconds")
    def seconds(self, job: Job) -> str:
        spent = job.timings.get("total", sum(job.timings.values()))
        return f"{spent:.2f}" if job.timings else "-"
