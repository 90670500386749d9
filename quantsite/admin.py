"""Admin pages of the packages we stand on, in the look of our own."""

from typing import Any

from axes.admin import AccessAttemptAdmin
from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django import forms
from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group, User
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django_q import admin as q_admin
from django_q.models import Failure, OrmQ, Schedule, Success
from unfold.decorators import display
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from market.adminbase import HouseAdmin, ReadOnlyMixin
from market.texts import counted
from quantsite.accounts.models import ApiToken
from quantsite.accounts.roles import ANALYST, role_assign, role_of, staff_settle
from quantsite.schedule_form import ScheduleForm

for model in (Group, User, Failure, OrmQ, Schedule, Success, AccessAttempt, AccessFailureLog, AccessLog):
    if admin.site.is_registered(model):
        admin.site.unregister(model)
SUPERUSER_ONLY = ("is_superuser", "user_permissions")


@admin.register(User)
class HouseUserAdmin(UserAdmin, HouseAdmin):
    """Who is no superuser makes none, and touches none."""

    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = ("username", "email", "role", "is_active", "is_staff", "is_superuser", "last_login")

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> tuple[str, ...]:
        found = tuple(super().get_readonly_fields(request, obj))
        return found if request.user.is_superuser else (*found, *SUPERUSER_ONLY)

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return _may_touch(request, obj) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return _may_touch(request, obj) and super().has_delete_permission(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        chosen = queryset if request.user.is_superuser else queryset.filter(is_superuser=False)
        super().delete_queryset(request, chosen)

    def save_related(self, request: HttpRequest, form: forms.ModelForm, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        if not change:
            role_assign(user=form.instance, role=ANALYST)
        staff_settle(user=form.instance)

    @admin.display(description="role", empty_value="-")
    def role(self, user: User) -> str | None:
        return role_of(user) or None


def _may_touch(request: HttpRequest, user: User | None) -> bool:
    return request.user.is_superuser or user is None or not user.is_superuser


@admin.register(Group)
class HouseGroupAdmin(GroupAdmin, HouseAdmin):
    pass


@admin.register(ApiToken)
class HouseTokenAdmin(ReadOnlyMixin, HouseAdmin):
    """Seen and revoked; made by their owner on the page of the account, or with ``manage.py create_token``."""

    list_display = ("name", "user", "token_key", "created", "expiry")
    list_select_related = ("user",)
    fields = ("name", "user", "token_key", "created", "expiry")
    search_fields = ("name", "user__username")

    def has_delete_permission(self, request: HttpRequest, obj: ApiToken | None = None) -> bool:
        return bool(request.user.has_perm("accounts.delete_apitoken"))


@admin.register(AccessAttempt)
class HouseAttemptAdmin(AccessAttemptAdmin, HouseAdmin):
    """Failed logins; deleting a row lets its pair of name and address try again."""


@admin.register(Schedule)
class HouseScheduleAdmin(q_admin.ScheduleAdmin, HouseAdmin):
    """When the workers do what: `manage.py setup_schedules` makes them, and leaves what is edited here alone."""

    form = ScheduleForm
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
