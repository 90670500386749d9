"""A line without axes, as a figure of a table or card: an SVG without a script."""

from collections.abc import Sequence

WIDTH, HEIGHT, MARGIN = 160, 36, 2


def sparkline(values: Sequence[float]) -> str:
    """The points of ``pages/sparkline.html``, from the left to the right edge; "" for fewer than two values."""
    if len(values) < 2:
        return ""
    low, high = min(values), max(values)
    across, up = WIDTH / (len(values) - 1), (HEIGHT - 2 * MARGIN) / ((high - low) or 1.0)
    return " ".join(
        f"{place * across:.1f},{HEIGHT - MARGIN - (value - low) * up:.1f}" for place, value in enumerate(values)
    )
