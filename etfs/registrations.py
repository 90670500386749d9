"""What this app puts into the registries of the floors below: a panel field, the lock of its jobs, its sources."""

from etfs import sources  # noqa: F401 # its modules register themselves
from etfs.models import CollectRun
from etfs.services.preference import preference_load
from etfs.store.locks import run_lock
from factors import store as factor_store
from market.fields import register_field, registered_fields

FIELD = "etf_preference"


def fill() -> None:
    """Fill the registries; a second call changes nothing."""
    if FIELD not in registered_fields():
        register_field(FIELD, preference_load)
    if CollectRun not in factor_store.job_kinds():
        factor_store.lock_register(CollectRun, run_lock)
