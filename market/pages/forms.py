"""What forms of pages share."""

from collections.abc import Iterable
from typing import Any

from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

ALL = _("All")


def in_words(label: Any) -> Any:
    """A label of a model's choices, which are plain English, as the reader's language has it once it is shown."""
    return _(label) if isinstance(label, str) and label else label


def choices(of: Iterable[tuple[Any, Any]], nothing: Any = ALL) -> list[tuple[Any, Any]]:
    """The choices of a select box that may stay empty, in the reader's language."""
    return [("", nothing), *worded(of)]


def worded(of: Iterable[tuple[Any, Any]]) -> list[tuple[Any, Any]]:
    """The same without the empty one."""
    return [(value, in_words(label)) for value, label in of]


class CheckedForm:
    """A ``FormView`` whose form (``pages/checked_form.html``) is checked while it is filled in: htmx posts it after
    every change and gets the errors, which stand beside the fields. Nothing is saved by that; what is still empty is
    not called missing.
    """

    request: HttpRequest

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.htmx and "checking" in request.POST:  # type: ignore[attr-defined] # django-htmx
            return render(request, "pages/form_errors.html", errors_of(self.get_form()))  # type: ignore[attr-defined] # of the view
        posted: HttpResponse = super().post(request, *args, **kwargs)  # type: ignore[misc] # of the view it is mixed into
        return posted


def errors_of(form: BaseForm) -> dict[str, Any]:
    """By the place of each field on the page, without those of fields that are empty."""
    found = form.errors.as_data()
    told = {
        name: [text for one in errors if one.code != "required" for text in one.messages]
        for name, errors in found.items()
    }
    fields = [(form[name].auto_id, told.get(name, [])) for name in form.fields]
    return {"whole": told.get("__all__", []), "fields": fields}
