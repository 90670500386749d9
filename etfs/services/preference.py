"""The panel field ``etf_preference``: how much large funds hold of each stock (FORMULAS.md section 6)."""

import datetime as dt

import numpy as np

from etfs.calc.preference import etf_preference, large_holders
from etfs.models import ETF, Snapshot
from etfs.services.won import krw_per, large_krw
from etfs.store.assets import assets_on
from etfs.store.reads import latest_weights


def preference_load(region: str, as_of: dt.date, instrument_ids: np.ndarray) -> np.ndarray:
    """0 to 5 for each instrument [N]; NaN for all where no fund had a composition by then: nothing is known, not
    nothing held. Funds of every region count, inverse and leveraged ones do not.
    """
    ids = np.asarray(instrument_ids, dtype=np.int64)
    if not Snapshot.objects.served().filter(as_of_date__lte=as_of).exists():
        return np.full(len(ids), np.nan)
    funds = large_funds(as_of)
    rows = latest_weights(as_of, list(funds))
    rows = rows[np.isin(rows["instrument_id"], ids)]
    fund_ids = np.array(sorted(funds), dtype=np.int64)
    order = np.argsort(ids)
    count, exposure = large_holders(
        stock=order[np.searchsorted(ids, rows["instrument_id"], sorter=order)],
        fund=np.searchsorted(fund_ids, rows["etf_id"]), weight=rows["weight"],
        assets=np.array([funds[fund] for fund in sorted(funds)]), stocks=len(ids),
    )  # fmt: skip
    return etf_preference(count, exposure)


def large_funds(as_of: dt.date) -> dict[int, float]:
    """Fund -> assets in won on the day, of the plain funds above the threshold of their region
    (``settings.ETF_LARGE_KRW``); funds whose currency has no rate in ``settings.ETF_KRW_PER`` are left out."""
    plain = ETF.objects.filter(is_inverse=False, leverage_ratio=1).values_list("pk", "region", "instrument__currency")
    of = {pk: (region, currency) for pk, region, currency in plain}
    found = {}
    for pk, assets in assets_on(as_of, list(of)).items():
        region, currency = of[pk]
        won = float(assets) * krw_per(currency)
        if won > large_krw(region):
            found[pk] = won
    return found
