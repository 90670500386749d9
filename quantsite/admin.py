"""Admin pages of the packages we stand on, in the look of our own."""

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group, User
from django_q import admin as q_admin
from django_q.models import Failure, OrmQ, Schedule, Success
from rest_framework.authtoken.admin import TokenAdmin
from rest_framework.authtoken.models import TokenProxy
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from market.adminbase import HouseAdmin

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
    pass


@admin.register(Success)
class HouseSuccessAdmin(q_admin.TaskAdmin, HouseAdmin):
    pass


@admin.register(Failure)
class HouseFailureAdmin(q_admin.FailAdmin, HouseAdmin):
    pass


@admin.register(OrmQ)
class HouseQueueAdmin(q_admin.QueueAdmin, HouseAdmin):
    pass
