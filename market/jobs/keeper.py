"""Each worker process looks after dead ones in a thread of its own, so that a busy queue delays nothing."""

import logging
import random
import time
from threading import Thread
from typing import Any

from django.conf import settings
from django.db import Error, connection
from django_q.signals import post_spawn

from market.jobs.recovery import jobs_recover

logger = logging.getLogger(__name__)


def connect() -> None:
    """Have every worker that starts keep the jobs; a second call changes nothing."""
    post_spawn.connect(_start, dispatch_uid="market.jobs.keeper")


def _start(**kwargs: Any) -> None:
    Thread(target=_keep, name="keeper of jobs", daemon=True).start()


def _keep() -> None:
    """At once, and then every so often; not all workers at the same moment."""
    while True:
        try:
            found = jobs_recover()
            if any(vars(found).values()):
                logger.warning("jobs of dead processes: %s", vars(found))
        except Error:
            logger.warning("dead jobs cannot be looked for now", exc_info=True)
        finally:
            connection.close()
        time.sleep(settings.JOB_RECOVERY_SECONDS * random.uniform(0.8, 1.2))  # noqa: S311 # nothing secret
