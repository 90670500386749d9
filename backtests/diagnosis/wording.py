"""How figures stand in messages."""


def counted(number: int, what: str) -> str:
    """``1 sale``, ``1,200 sales``."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def percent_of(part: float, whole: float) -> float:
    """100 x part / whole as a plain float; 0 of nothing."""
    return float(100.0 * part / whole) if whole else 0.0
