"""A process of its own that carries out what waits in the queue, one after the other, with nothing in its way."""

import pydoc

import django

django.setup()

from django_q.models import OrmQ  # noqa: E402


def carry_out() -> None:
    while rows := list(OrmQ.objects.order_by("pk")):
        for row in rows:
            pydoc.locate(row.task["func"])(*row.task["args"], **row.task["kwargs"])
            row.delete()


if __name__ == "__main__":
    carry_out()
