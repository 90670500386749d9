"""Currencies by their ISO 4217 codes, and what a rate between two of them can be."""

import re
from functools import cache

import pycountry

CODE = "^[A-Z]{3}$"
SMALLEST_RATE, LARGEST_RATE = 1e-9, 1e9  # beyond is a slip; products and inverses of such rates stay finite
# Withdrawn since 1990, which histories still hold: the euro's predecessors, then currencies renamed or revalued.
_WITHDRAWN = (
    "ATS BEF BGN CYP DEM EEK ESP FIM FRF GRD HRK IEP ITL LTL LUF LVL MTL NLG PTE SIT SKK XEU"
    " AFA ANG AON AOR ARA AZM BGL BRE BRR BYB BYR CSD CUC ECS GEK GHC GWP MGF MRO MXP MZM PLZ ROL RUR SDD SLL SRG STD"
    " TJR TMM TPE TRL UAK UYP VEB VEF YUM ZAL ZMK ZRN ZWD ZWL ZWR"
)


@cache
def is_currency(code: str) -> bool:
    """Whether the three capital letters are a currency, of today or withdrawn since 1990."""
    return is_code(code) and (code in _WITHDRAWN or pycountry.currencies.get(alpha_3=code) is not None)


def is_code(text: str) -> bool:
    """Whether a text could be a currency's code: three capital letters."""
    return re.fullmatch(CODE, text) is not None
