"""The raw layer in the admin: what came from where; the bytes themselves only as a download."""

import re
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import urlsplit

from django.contrib import admin
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import ChoicesDropdownFilter, DropdownFilter
from unfold.decorators import display

from etfs.admin.base import LINK, list_link
from etfs.models import Payload
from etfs.sources.base import Kind
from market.adminbase import HouseAdmin, ReadOnlyMixin, figure

_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")


class KindFilter(DropdownFilter):
    title = "kind"
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(str(kind), str(kind)) for kind in Kind]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queryset.filter(kind=self.value()) if self.value() else queryset


@admin.register(Payload)
class PayloadAdmin(ReadOnlyMixin, HouseAdmin):
    list_display = ("id", "source", "kind", "region", "name", "ticker", figure("size", "bytes"), "fetched_at")
    list_filter = (KindFilter, ("region", ChoicesDropdownFilter))
    search_fields = ("=id", "=ticker", "=sha256", "name")
    search_help_text = "Its number, the fund, the SHA-256, or a part of the name"
    readonly_fields = ("download", "used")
    fields = (
        ("source", "kind", "region"), "name", ("ticker", "date"), ("size", "fetched_at"), "sha256", "download", "used",
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[Payload]:
        return super().get_queryset(request).without_content()

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.download_view)
        return [path("<int:pk>/download/", view, name="etfs_payload_download"), *super().get_urls()]

    def download_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The bytes as they came, as a file to be saved: a browser must not run what somebody else's server sent."""
        payload = Payload.objects.filter(pk=pk).first()
        if payload is None or not self.has_view_permission(request, payload):
            raise Http404(f"no payload #{pk}")
        answer = HttpResponse(payload.content, content_type="application/octet-stream")
        answer["Content-Disposition"] = f'attachment; filename="{file_name(payload)}"'
        answer["X-Content-Type-Options"] = "nosniff"
        return answer

    @display(description="bytes")
    def download(self, payload: Payload) -> SafeString:
        address = reverse("admin:etfs_payload_download", args=[payload.pk])
        return format_html(
            '<a href="{}" class="{}">Download {} bytes as they came</a>', address, LINK, f"{payload.size:,}"
        )

    @display(description="what became of it")
    def used(self, payload: Payload) -> SafeString:
        return list_link("collectitem", "answers made of it", payload=payload.pk)


def file_name(payload: Payload) -> str:
    """The last part of the file's name or of the address, of harmless letters, with the payload's number."""
    last = PurePosixPath(urlsplit(payload.name).path).name or payload.source
    return f"{payload.pk}-{_UNSAFE.sub('_', last)[-80:].lstrip('.') or 'payload'}"
