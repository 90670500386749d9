"""All loads in one place, as the commands, the admin and the API call them."""

from collections.abc import Callable

from market.models import LoadRun
from market.services.actions import actions_load
from market.services.fundamentals import fundamentals_load
from market.services.fx import fx_load
from market.services.instruments import instruments_load
from market.services.prices import prices_load
from market.services.rejected import rejected_rows_csv

LOADS: dict[str, Callable[..., LoadRun]] = {
    "instruments": instruments_load,
    "prices": prices_load,
    "fundamentals": fundamentals_load,
    "actions": actions_load,
    "fx": fx_load,
}
__all__ = [
    "LOADS", "actions_load", "fundamentals_load", "fx_load", "instruments_load", "prices_load", "rejected_rows_csv",
]  # fmt: skip
