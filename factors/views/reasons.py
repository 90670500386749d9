"""Why instruments have no score, in words (docs/conventions.md)."""

from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

REASONS: dict[str, Any] = {
    "not_in_universe": _(
        "Not listed on that day, no bar in the last five sessions, or no trade on its last five bars."
    ),
    "insufficient_history": _("Fewer bars or quarters than the factor needs."),
    "stale_fundamentals": _("The newest figure's period ended more than 550 days ago."),
    "missing_field": _("A figure the factor needs is not known."),
    "non_positive_denominator": _("The ratio has no meaning: a loss, negative equity, no variation."),
    "non_finite_signal": _("A value without a signal, such as the logarithm of zero."),
    "small_cross_section": _("A value, but fewer than 10 instruments have one: nothing to compare with."),
    "field_unavailable": _("The factor waits for a field that no app provides yet."),
}


def reason_label(code: str) -> str:
    """``missing_field`` as people read it."""
    return gettext(code.replace("_", " "))
