"""Asking for a backtest in the admin: its configuration, pasted or written as YAML."""

from typing import Any

from django import forms
from django.contrib.auth.models import User
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldBooleanWidget

from backtests.models import BacktestSession
from backtests.services import BacktestError, backtest_enqueue
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
