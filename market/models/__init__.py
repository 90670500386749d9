"""Tables of the ground floor."""

from market.models.bars import CorporateAction, PriceBar, PriceBarRow
from market.models.fundamentals import Fundamental
from market.models.fx import FxRate
from market.models.instruments import Instrument
from market.models.loads import DataChange, LoadRun, RejectedRow

__all__ = [
    "CorporateAction",
    "DataChange",
    "Fundamental",
    "FxRate",
    "Instrument",
    "LoadRun",
    "PriceBar",
    "PriceBarRow",
    "RejectedRow",
]
