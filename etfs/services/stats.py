"""Figures of funds by day, the flows that follow from them, and the figures of a fund's own page."""

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal

import numpy as np
from django.db import connection, transaction

from etfs.calc.flows import net_flows
from etfs.calc.tracking import average_last, premium_discount, tracking_error
from etfs.models import ETF, ETFDailyStat
from etfs.services.funds import fund_get_or_create
from etfs.sources.base import DayStat
from etfs.store.locks import fund_lock
from market.regions import Region

FIGURES = (
    "nav", "total_assets", "close", "shares_outstanding", "volume", "trading_value", "index_level", "distribution",
)  # fmt: skip
