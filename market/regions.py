"""The six regions: the one place that knows their currency, exchange calendar, close and index.

A region's index is an ordinary Instrument of type INDEX; ``index_aliases`` are the names under which
data sources sell the same index.
"""

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_noop


@dataclass(frozen=True)
class Region:
    code: str
    name: str
    currency: str
    timezone: str
    close: dt.time  # local time of the regular close
    calendar: str | None  # exchange_calendars code; None: sessions of the index's own bars
    index: str
    index_aliases: tuple[str, ...] = ()

    def close_at(self, session: dt.date) -> dt.datetime:
        """The moment of the regular close of ``session``, timezone-aware."""
        return dt.datetime.combine(session, self.close, tzinfo=ZoneInfo(self.timezone))

    def today(self) -> dt.date:
        """The current date at the exchange."""
        return dt.datetime.now(tz=ZoneInfo(self.timezone)).date()


_ALL = (
    Region("KR", gettext_noop("Korea"), "KRW", "Asia/Seoul", dt.time(15, 30), "XKRX", "KOSPI", ("^KS11", "KS11")),
    Region(
        "US",
        gettext_noop("United States"),
        "USD",
        "America/New_York",
        dt.time(16, 0),
        "XNYS",
        "SPX",
        ("^GSPC", "SP500", "^SPX"),
    ),
    Region(
        "CN", gettext_noop("China"), "CNY", "Asia/Shanghai", dt.time(15, 0), "XSHG", "CSI300", ("000300.SS", "SH000300")
    ),
    Region("HK", gettext_noop("Hong Kong"), "HKD", "Asia/Hong_Kong", dt.time(16, 0), "XHKG", "HSI", ("^HSI",)),
    Region("JP", gettext_noop("Japan"), "JPY", "Asia/Tokyo", dt.time(15, 30), "XTKS", "NIKKEI225", ("N225", "^N225")),
    Region("VN", gettext_noop("Vietnam"), "VND", "Asia/Ho_Chi_Minh", dt.time(14, 45), None, "VN30", ()),
)
REGIONS: dict[str, Region] = {region.code: region for region in _ALL}
REGION_CHOICES = [(region.code, region.name) for region in _ALL]


def region_get(code: str) -> Region:
    """The region of ``code`` (any case); ValueError names the six that exist."""
    try:
        return REGIONS[code.upper()]
    except KeyError:
        raise ValueError(f"unknown region {code!r}: use one of {', '.join(REGIONS)}") from None
