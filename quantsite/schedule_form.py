"""What may be scheduled in the admin: a task of ours, with plain arguments.

Django-q would call any function there is by its name, so that who edits schedules could run anything on the workers'
machines.
"""

import ast
import importlib
import inspect
from typing import Any

from django import forms
from django.apps import apps
from django.utils.module_loading import module_has_submodule
from django_q.models import Schedule
from unfold.widgets import UnfoldAdminSelectWidget

ROOMS = ("market", "factors", "etfs", "portfolio", "backtests", "quantsite")


def task_names() -> list[str]:
    """The functions of every room's ``tasks``, by their whole name."""
    found = []
    for room in ROOMS:
        if module_has_submodule(apps.get_app_config(room).module, "tasks"):
            module = importlib.import_module(f"{room}.tasks")
            functions = inspect.getmembers(module, inspect.isfunction)
            found += [f"{room}.tasks.{name}" for name, one in functions if one.__module__ == module.__name__]
    return found


class ScheduleForm(forms.ModelForm):
    func = forms.ChoiceField(label="task", widget=UnfoldAdminSelectWidget)

    class Meta:
        model = Schedule
        exclude = ("hook", "kwargs", "intended_date_kwarg")  # noqa: DJ006 # what the library has besides: all plain

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "func" in self.fields:  # not for those who may only look
            self.fields["func"].choices = [(name, name) for name in task_names()]

    def clean_args(self) -> str | None:
        text: str | None = self.cleaned_data["args"]
        try:
            if text and not isinstance(ast.literal_eval(text), tuple):
                raise ValueError
        except (ValueError, SyntaxError, MemoryError, RecursionError) as error:
            raise forms.ValidationError("Plain values with a comma behind each, such as 'KR',") from error
        return text
