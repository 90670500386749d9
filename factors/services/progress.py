"""How long jobs tell where they are."""

from collections.abc import Callable

Progress = Callable[[str, int, int], None]  # stage, done, of how many


def silent(stage: str, done: int, total: int) -> None:
    """No progress wanted."""
