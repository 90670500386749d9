"""Importing files in the admin: uploaded, shown as they would be stored, stored when confirmed."""

from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from unfold.widgets import (
    INPUT_CLASSES,
    UnfoldAdminSelectWidget,
    UnfoldAdminSingleDateWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanWidget,
)

from etfs.models import CollectRun
from etfs.services import EtfError, files_import
from etfs.services.previews import PreviewItem, files_preview
from etfs.services.runs import files_asked
from etfs.services.uploads import (
    ENDINGS,
    MOST_FILES,
    Upload,
    upload_change,
    upload_files,
    upload_forget,
    upload_get,
    upload_keep,
    uploads_check,
)
from etfs.sources.base import FileSource, Kind
from etfs.sources.registry import source_get, source_names
from factors.models import JobState
from market.regions import REGION_CHOICES

ASKED = ("region", "source", "kind", "ticker", "date", "force")
SHOWN = 200  # compositions and lists in a preview; all are imported
_LEVELS = {JobState.DONE: messages.SUCCESS, JobState.PARTLY: messages.WARNING}


def may_import(request: HttpRequest) -> bool:
    return request.user.has_perm("etfs.add_snapshot")


class FilesInput(forms.FileInput):
    """The browser's own input, which says how many files are chosen. unfold's script writes a file's name into the
    first text input three elements above: here is one for it, lest it take the form's first text field."""

    allow_multiple_selected = True

    def __init__(self) -> None:
        super().__init__(attrs={"class": " ".join(INPUT_CLASSES), "accept": ",".join(ENDINGS)})

    def render(self, *args: Any, **kwargs: Any) -> SafeString:
        around = '<div><input type="text" hidden disabled><div><div>{}</div></div></div>'
        return format_html(around, super().render(*args, **kwargs))


class FilesField(forms.FileField):
    """One file or several; the value is a list, empty where files are kept from the last time (``required`` is off)."""

    widget = FilesInput

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        given = data if isinstance(data, list | tuple) else [data]
        if not self.required and not any(given):
            return []
        files = [super(FilesField, self).clean(one, initial) for one in given or [None]]
        try:
            uploads_check(files=[(file.name, file.size) for file in files])
        except EtfError as error:
            raise forms.ValidationError(str(error).removeprefix("files: ")) from error
        return files


def _sources() -> list[tuple[str, str]]:
    """Name, title and regions of the sources that read files."""
    known = [source_get(name) for name in source_names(base=FileSource)]
    return [(one.name, f"{one.name}: {one.title} ({', '.join(one.regions) or 'any region'})") for one in known]


class ImportForm(forms.Form):
    region = forms.ChoiceField(
        choices=REGION_CHOICES, widget=UnfoldAdminSelectWidget, help_text="Where the funds are listed."
    )
    source = forms.ChoiceField(choices=_sources, widget=UnfoldAdminSelectWidget, help_text="Whose layout it is.")
    kind = forms.ChoiceField(
        required=False, choices=[("", "as the source has it"), *((str(kind), str(kind)) for kind in Kind)],
        widget=UnfoldAdminSelectWidget, help_text="Only for layouts that may be several (csv, krx_etf).",
    )  # fmt: skip
    files = FilesField(help_text=f"Up to {MOST_FILES} files: {', '.join(ENDINGS)}.")
    ticker = forms.CharField(
        required=False, max_length=32, widget=UnfoldAdminTextInputWidget,
        help_text="The fund, where the files do not say it.",
    )  # fmt: skip
    date = forms.DateField(
        required=False, widget=UnfoldAdminSingleDateWidget, help_text="The day, where the files do not say it."
    )
    force = forms.BooleanField(
        required=False, widget=UnfoldBooleanWidget, label="Replace good data, too",
        help_text="Also over a good composition of the same day, or one of a source that is trusted more.",
    )  # fmt: skip

    kept = forms.CharField(required=False, widget=forms.HiddenInput)  # the token of files chosen before

    def __init__(self, *args: Any, owner: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.owner, self.found = owner, None
        token = str(self["kept"].value() or "")
        if token:
            with suppress(EtfError):  # gone after an hour: then files are asked for again
                self._keep(token, upload_get(token=token, owner=owner))

    def _keep(self, token: str, found: Upload) -> None:
        """Files that need not be chosen again."""
        self.found = found
        if self.is_bound:
            self.data = self.data.copy()
            self.data["kept"] = token
        self.fields["files"].required = False
        self["files"].help_text = f"Already here: {', '.join(found.names)}. Choose others to take their place."

    def clean(self) -> dict[str, Any]:
        """What cannot be asked is told at its field. Files that came stay here while the rest is put right."""
        asked = super().clean()
        names = self._names()
        if names and not self.errors:
            words = {name: asked[name] for name in ("region", "source", "kind", "ticker", "date")}
            try:
                files_asked(files=[Path(name) for name in names], **words)
            except EtfError as error:
                field, found, reason = str(error).partition(": ")
                self.add_error(field if found and field in self.fields else None, reason if found else str(error))
        if self.errors and asked.get("files"):
            nothing = Upload(
                owner=self.owner, region="", source="", kind="", ticker="", date=None, force=False, names=names
            )
            self._keep(self._stored(nothing), nothing)
        return asked

    def _names(self) -> tuple[str, ...]:
        given = self.cleaned_data.get("files")
        return tuple(file.name for file in given) if given else self.found.names if self.found else ()

    def _stored(self, upload: Upload) -> str:
        return upload_keep(upload=upload, contents=[file.read() for file in self.cleaned_data["files"]])

    def upload(self) -> str:
        """Keep the files, or what is asked of those that are kept; the token of them."""
        asked, kept = self.cleaned_data, self.cleaned_data["kept"]
        words = {name: asked[name] for name in ASKED}
        if self.found and not asked["files"]:
            upload_change(token=kept, upload=replace(self.found, **words))
            return kept
        if self.found:
            upload_forget(token=kept, upload=self.found)
        return self._stored(Upload(owner=self.owner, names=self._names(), **words))


class ImportPage:
    """One address: the form; with ``?upload=`` its preview; confirmed by a POST, the import."""

    def __init__(self, admin_site: Any) -> None:
        self.admin_site = admin_site

    def show(self, request: HttpRequest) -> HttpResponse:
        if not may_import(request):
            raise PermissionDenied
        try:
            if request.POST.get("confirmed"):
                return self._import(request, request.POST["confirmed"])
            if request.method == "GET" and request.GET.get("upload"):
                return self._preview(request, request.GET["upload"])
        except EtfError as error:
            messages.error(request, str(error))
            return redirect("admin:etfs_import_files")
        form = ImportForm(
            request.POST or None, request.FILES or None, owner=request.user.pk, initial=_initial(request)
        )  # fmt: skip
        if request.method == "POST" and form.is_valid():
            return redirect(f"{reverse('admin:etfs_import_files')}?{urlencode({'upload': form.upload()})}")
        return self._page(request, form=form)

    def _preview(self, request: HttpRequest, token: str) -> HttpResponse:
        upload = upload_get(token=token, owner=request.user.pk)
        with upload_files(token=token, upload=upload) as files:
            items = files_preview(files=files, **_asked(upload))
        counts: dict[str, int] = {}
        for item in items:
            word = "replaced" if item.verdict == "replaces" else item.verdict
            counts[word] = counts.get(word, 0) + 1
        return self._page(
            request, upload=upload, token=token, items=items[:SHOWN], left=max(len(items) - SHOWN, 0),
            counts=counts, useful=any(_changes(item) for item in items),
        )  # fmt: skip

    def _import(self, request: HttpRequest, token: str) -> HttpResponse:
        upload = upload_get(token=token, owner=request.user.pk)
        with upload_files(token=token, upload=upload) as files:
            run: CollectRun = files_import(files=files, **_asked(upload))
        upload_forget(token=token, upload=upload)
        messages.add_message(request, _LEVELS.get(JobState(run.state), messages.ERROR), f"{run}: {run.message}")
        return redirect("admin:etfs_collectrun_change", run.pk)

    def _page(self, request: HttpRequest, **shown: Any) -> HttpResponse:
        context = self.admin_site.each_context(request) | {"title": "Import files of ETFs"} | shown
        return TemplateResponse(request, "etfs/admin/import_files.html", context)


def _asked(upload: Upload) -> dict[str, Any]:
    return {name: getattr(upload, name) for name in ASKED}


def _initial(request: HttpRequest) -> dict[str, Any]:
    """What was asked of files that are here (``?kept=``); nothing for others."""
    token = request.GET.get("kept", "")
    try:
        return _asked(upload_get(token=token, owner=request.user.pk)) | {"kept": token}
    except EtfError:
        return {}


def _changes(item: PreviewItem) -> bool:
    return item.verdict in ("new", "replaces", "flagged", "stored")
