"""What the builder begins with: an earlier backtest, a variant of a sweep, a strategy, or the usual."""

import datetime as dt
import json
from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from backtests.calc.rules import Fill, Rules
from backtests.defaults import NORMALISATION
from backtests.models import BacktestSession
from backtests.services.config import CHOICES, TRUTHS
from backtests.services.overrides import overridden
from backtests.views.access import session_of, sweep_of
from factors.models import FactorRun, Strategy
from market.models import PriceBar
from market.pages.asked import number_or_404
from market.regions import REGIONS

YEARS = dt.timedelta(days=3 * 365)
RECENT = dt.timedelta(days=10)
PARTS = ("type", "factor", "field", "operator", "value")
USUAL: dict[str, Any] = {
    "rebalance": str(Rules.frequency), "normalisation": NORMALISATION, "combiner": "equal_weight",
    **{name: str(getattr(Rules, name)) for name in CHOICES}, **{name: getattr(Rules, name) for name in TRUTHS},
}  # fmt: skip


def beginning(request: HttpRequest) -> dict[str, Any]:
    """A configuration, perhaps not a whole one. Http404 for what the user may not see."""
    like, sweep = request.GET.get("like", ""), request.GET.get("sweep", "")
    if like:
        return dict(session_of(request, number_or_404(like)).config)
    if sweep:
        return _variant(request, number_or_404(sweep), number_or_404(request.GET.get("variant", "")))
    return _new(request)


def _variant(request: HttpRequest, pk: int, number: int) -> dict[str, Any]:
    sweep = sweep_of(request, pk)
    variant = sweep.variants.filter(number=number).first()
    if variant is None:
        raise Http404
    config = overridden(sweep.config, variant.overrides)
    return config | {"name": f"{sweep.label} {_('variant')} {number}"[:120]}


def _new(request: HttpRequest) -> dict[str, Any]:
    config: dict[str, Any] = {}
    if chosen := request.GET.get("strategy", ""):
        strategy = get_object_or_404(Strategy.objects.visible_to(request.user), pk=number_or_404(chosen))
        config = {"name": strategy.name, "strategy": strategy.name, "region": strategy.region}
    region = request.GET.get("region", "")
    newest = FactorRun.objects.newest_by_region()
    config.setdefault("region", region if region in REGIONS else _usual_region(request, newest))
    config["buy_conditions"] = conditions_asked(request.GET.get("conditions", ""))
    return USUAL | config | _period(config["region"], newest.get(config["region"]))


def conditions_asked(text: str) -> list[dict[str, Any]]:
    """Conditions that another page sends along; what cannot be read is left out, the form shows what was."""
    try:
        found = json.loads(text or "[]")
    except ValueError:
        return []
    rows = [one for one in found if isinstance(one, Mapping)] if isinstance(found, list) else []
    return [{name: one[name] for name in PARTS if name in one} for one in rows]


def _usual_region(request: HttpRequest, newest: Mapping[str, dt.date]) -> str:
    """That of the user's last backtest, else the one with the newest scores."""
    last = BacktestSession.objects.filter(owner=request.user).order_by("-id").values_list("region", flat=True).first()
    return last or max(newest, key=lambda region: newest[region], default="KR")


def _period(region: str, newest: dt.date | None) -> dict[str, Any]:
    """Three years up to the newest scores; filled at closes where the bars have no opens."""
    if newest is None:
        return {}
    bars = PriceBar.objects.filter(instrument__region=region, date__gt=newest - RECENT, date__lte=newest)
    opens = bars.filter(open__isnull=False).exists()
    return {"start": str(newest - YEARS)} | ({} if opens else {"fill": str(Fill.NEXT_CLOSE)})


def merged(config: Mapping[str, Any]) -> dict[str, Any]:
    """With what the form must show although a configuration may leave it out."""
    return USUAL | {name: value for name, value in config.items() if value is not None or name in TRUTHS}
