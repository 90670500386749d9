"""A process of its own that writes which factor runs have tasks in the queue, each task once, to ``queue.json``."""

import json
from pathlib import Path

import django

django.setup()

from django_q.models import OrmQ  # noqa: E402


def show() -> None:
    tasks = [row.task for row in OrmQ.objects.all()]
    found = [task["args"][0] for task in tasks if task["func"] == "factors.tasks.run_factors"]
    Path("queue.json").write_text(json.dumps(found))


if __name__ == "__main__":
    show()
