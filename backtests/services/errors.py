"""What goes wrong in a way that a person can mend."""

from factors.services import JobError


class BacktestError(JobError):
    """A request that cannot be met; begins with the field that is wrong."""


class BacktestBusy(RuntimeError):
    """Another process carries it out."""


class Cancelled(Exception):
    """Somebody cancelled it while it ran."""
