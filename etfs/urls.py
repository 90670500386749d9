"""Addresses of the pages: funds, comparison."""

from django.urls import URLPattern

app_name = "etfs"
urlpatterns: list[URLPattern] = []
