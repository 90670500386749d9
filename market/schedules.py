"""Schedules of the background workers that the rooms bring along: made where missing, never changed afterwards."""

from collections.abc import Mapping
from typing import Any

from django.apps import apps
from django.db import connection


def schedules_ensure(wanted: Mapping[str, Mapping[str, Any]]) -> None:
    """Create the django-q2 schedules (name -> columns) that do not exist; those that somebody edited, or made twice,
    stay.

    Nothing where the table is not there yet (``migrate`` of one app alone): the next ``migrate`` makes them.
    """
    schedule = apps.get_model("django_q", "Schedule")
    if schedule._meta.db_table not in connection.introspection.table_names():
        return
    known = set(schedule.objects.filter(name__in=list(wanted)).values_list("name", flat=True))
    for name in wanted.keys() - known:
        schedule.objects.create(name=name, **wanted[name])
