"""Admin pages of the packages we stand on, in the look of our own."""

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group, User
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django_q import admin as q_admin
from django_q.models import Failure, OrmQ, Schedule, Success
from rest_framework.authtoken.admin import TokenAdmin
from rest_framework.authtoken.models import TokenProxy
from unfold.decorators import display
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from market.adminbase import HouseAdmin
from market.texts import counted

for model in (Group, User, Failure, OrmQ, Schedule, Success, TokenProxy):
    admin.site.unregister(model)


@admin.register(User)
class HouseUserAdmin(UserAdmin, HouseAdmin):
    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm


@admin.register(Group)
class HouseGroupAdmin(GroupAdmin, HouseAdmin):
    pass


@admin.register(TokenProxy)
class HouseTokenAdmin(TokenAdmin, HouseAdmin):
    pass


@admin.register(Schedule)
class HouseScheduleAdmin(q_admin.ScheduleAdmin, HouseAdmin):
    """When the workers do what: `manage.py setup_schedules` makes them, and leaves what is edited here alone."""

    list_display = ("name", "func", "schedule_type", "minutes", "is_on", "next_run", "get_last_run", "last_result")
    list_display_links = ("name",)
    list_filter = ("schedule_type",)
    ordering = ("next_run",)
    actions = ("turn_off", "turn_on", "run_now")

    @display(description="On", boolean=True)
    def is_on(self, schedule: Schedule) -> bool:
        return schedule.repeats != 0

    @display(description="Last result", label={"done": "success", "failed": "danger"}, empty_value="-")
    def last_result(self, schedule: Schedule) -> str | None:
        return {True: "done", False: "failed"}.get(schedule.task_success)

    @admin.action(description="Turn off", permissions=["change"])
    def turn_off(self, request: HttpRequest, chosen: QuerySet[Schedule]) -> None:
        self.message_user(request, f"{counted(chosen.update(repeats=0), 'schedule')} turned off")

    @admin.action(description="Turn on", permissions=["change"])
    def turn_on(self, request: HttpRequest, chosen: QuerySet[Schedule]) -> None:
        turned = chosen.filter(repeats=0).update(repeats=-1)
        self.message_user(request, f"{counted(turned, 'schedule')} turned on")

    @admin.action(description="Run now", permissions=["change"])
    def run_now(self, request: HttpRequest, chosen: QuerySet[Schedule]) -> None:
        """A worker that looks next finds it due, as at any other time; afterwards it goes on from then."""
        due = chosen.exclude(repeats=0).update(next_run=timezone.now())
        self.message_user(request, f"{counted(due, 'schedule')} due now; those turned off stay off")


@admin.register(Success)
class HouseSuccessAdmin(q_admin.TaskAdmin, HouseAdmin):
    pass


@admin.register(Failure)
class HouseFailureAdmin(q_admin.FailAdmin, HouseAdmin):
    pass


@admin.register(OrmQ)
class HouseQueueAdmin(q_admin.QueueAdmin, HouseAdmin):
    pass
