"""Gaps in the prices of traded names."""

import numpy as np

from backtests.diagnosis.base import Evidence, Finding, Severity
from backtests.diagnosis.registry import check
from backtests.diagnosis.wording import counted, percent_of

NOTE = 2.0  # percent of the sessions between a name's first and last bar
WARNING = 10.0


@check("missing_bars", Severity.NOTE, Severity.WARNING)
def missing_bars(evidence: Evidence) -> Finding | None:
    """Bars missing inside a name's history mean suspensions or holes in the data; orders wait there and stops are late.

    Looks at traded names from the start of the simulation; a last bar after the delisting does not count.
    """
    prices, names = evidence.run.prices, evidence.traded_names
    there = np.isfinite(prices.close[prices.start :, names])
    there &= np.arange(prices.start, prices.sessions)[:, None] <= prices.ends[names]
    some = there.any(axis=0)
    span = np.where(some, len(there) - there.argmax(axis=0) - there[::-1].argmax(axis=0), 0)
    missing = span - there.sum(axis=0)
    share = percent_of(int(missing.sum()), int(span.sum()))
    if share <= NOTE:
        return None
    worst = int(np.argmax(missing))
    ticker = evidence.ticker(names[worst])
    return Finding(
        "missing_bars", Severity.WARNING if share > WARNING else Severity.NOTE, "Bars are missing",
        f"{share:.1f} % of the bars between the first and the last of {counted(len(names), 'traded name')} are "
        f"missing; {ticker} lacks {missing[worst]:,} of {span[worst]:,}.",
        {
            "names": len(names), "names_with_gaps": int((missing > 0).sum()), "expected": int(span.sum()),
            "missing": int(missing.sum()), "share": share,
            "worst": {"ticker": ticker, "missing": int(missing[worst]), "expected": int(span[worst])},
        },
    )  # fmt: skip
