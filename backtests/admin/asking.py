"""Asking for a backtest in the admin: its configuration, pasted or written as YAML."""

from typing import Any

import yaml
from django import forms
from django.contrib.auth.models import User
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldBooleanWidget

from backtests.models import BacktestSession
from backtests.services import BacktestError, backtest_enqueue
from backtests.services.config import WRITTEN
from backtests.services.config_conditions import OF_SELL
from factors.services.strategy_files import NotYaml, strategies_read

EXAMPLE = """\
name: Value and quality
region: US
start: 2020-01-02
buy_conditions:
  - {factor: pe_ratio, operator: "<", value: 15}
  - {factor: roe, operator: ">", value: 10}
sell_conditions:
  - {type: STOP_LOSS, value: 10}
  - {type: HOLD_DAYS, value: 180}
order_by: roe
rebalance: MONTHLY
max_positions: 20
"""
EMPTY: tuple[Any, ...] = (None, "", [], {})
LONGEST = 1_000_000  # characters; a universe of 20,000 tickers has 200,000


class BacktestForm(forms.ModelForm):
    """What to test. Asked for while it is checked, since only the service knows what can be tested."""

    text = forms.CharField(
        label="Configuration", initial=EXAMPLE, max_length=LONGEST,
        widget=UnfoldAdminTextareaWidget(
            attrs={"rows": 24, "spellcheck": "false", "style": "font-family: monospace; max-width: 56rem"}
        ),
        help_text="YAML or JSON; what is not written has the defaults of the region.",
    )  # fmt: skip
    again = forms.BooleanField(
        required=False, widget=UnfoldBooleanWidget, label="Compute it again",
        help_text="Also if an equal one over the same data is stored.",
    )  # fmt: skip

    user: User | None = None  # who asks: the page says

    class Meta:
        model = BacktestSession
        fields = ()

    def clean(self) -> dict[str, Any]:
        asked = super().clean() or self.cleaned_data
        if not self.errors:
            try:
                config = strategies_read(text=asked["text"])
                self.queued = backtest_enqueue(config=config, owner=self.user, again=asked["again"])
            except (NotYaml, BacktestError) as error:
                self.add_error("text", str(error)[:2000])
        return asked


def config_text(session: BacktestSession) -> str:
    """The configuration of a backtest as the form takes it, in the order people write it."""
    config = {name: _plain(session.config[name]) for name in WRITTEN if session.config.get(name) not in EMPTY}
    return yaml.safe_dump(config, sort_keys=False, allow_unicode=True, default_flow_style=None, width=120)


def _plain(value: Any) -> Any:
    """20 for 20.0, and of conditions what they are about before what it is compared with."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, list):
        return [_plain(one) for one in value]
    if isinstance(value, dict):
        return {name: _plain(value[name]) for name in sorted(value, key=_place)}
    return value


def _place(name: str) -> tuple[int, str]:
    return (OF_SELL.index(name) if name in OF_SELL else len(OF_SELL), name)
