"""Bad times of the past, as named ranges of dates."""

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True)
class Window:
    """The change from the last close on or before ``first`` to the last close on or before ``last``."""

    name: str
    title: str
    first: dt.date
    last: dt.date

    def __post_init__(self) -> None:
        if not self.first < self.last:
            raise ValueError(f"window {self.name}: {self.first} is not before {self.last}")


# From the high to the low of the S&P 500, but for the first, which is about Asia: from the float of the baht to the low
# after Russia's default and LTCM.
HISTORICAL = (
    Window("1997-98", "Asian crisis, Russia and LTCM", dt.date(1997, 7, 1), dt.date(1998, 10, 8)),
    Window("2008", "Global financial crisis", dt.date(2007, 10, 9), dt.date(2009, 3, 9)),
    Window("2011", "Euro debt and the downgrade of the US", dt.date(2011, 4, 29), dt.date(2011, 10, 3)),
    Window("2020", "Pandemic", dt.date(2020, 2, 19), dt.date(2020, 3, 23)),
    Window("2022", "Inflation and interest rates", dt.date(2022, 1, 3), dt.date(2022, 10, 12)),
)


def historical_window(name: str) -> Window:
    """The window of this ``name``; ValueError names all for another."""
    for window in HISTORICAL:
        if window.name == name:
            return window
    raise ValueError(f"window: must be one of {', '.join(window.name for window in HISTORICAL)}, not {name!r}")
