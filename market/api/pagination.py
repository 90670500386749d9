"""Pages by key, never by counting: the cost of page 1,000 is that of page 1."""

from rest_framework.pagination import CursorPagination


class KeysetPagination(CursorPagination):
    page_size = 100
    page_size_query_param = "page_size"
    max_page_size = 10_000
    ordering = "pk"
