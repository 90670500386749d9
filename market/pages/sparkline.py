"""A line without axes, as small as a word: SVG in the colours of the page."""

from collections.abc import Sequence

from django.utils.html import format_html
from django.utils.safestring import SafeString

WIDTH, HEIGHT, EDGE = 96, 26, 2


def sparkline(values: Sequence[float], label: str) -> SafeString | str:
    """``label``: what a screen reader is told. Empty for fewer than two values."""
    if len(values) < 2:
        return ""
    low, high = min(values), max(values)
    step, span = WIDTH / (len(values) - 1), (high - low) or 1.0
    points = " ".join(
        f"{place * step:.1f},{HEIGHT - EDGE - (value - low) / span * (HEIGHT - 2 * EDGE):.1f}"
        for place, value in enumerate(values)
    )
    return format_html(
        '<svg class="spark {}" viewBox="0 0 {} {}" width="{}" height="{}" role="img" aria-label="{}">'
        '<polyline points="{}"/></svg>',
        "up" if values[-1] >= values[0] else "down", WIDTH, HEIGHT, WIDTH, HEIGHT, label, points,
    )  # fmt: skip
