"""Account names of Korean statements. Names are compared without spaces, numbering and the (손실) variants."""

import re

INCOME, BALANCE, CASH_FLOW = ("IS", "CIS"), ("BS",), ("CF",)
# Figure -> (statements, names in order of preference: those of the owners of the parent first).
ACCOUNTS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "revenue": (INCOME, ("매출액", "매출", "영업수익", "수익(매출액)", "수익")),
    "operating_income": (INCOME, ("영업이익",)),
    "net_income": (
        INCOME,
        (
            "지배기업의소유주에게귀속되는당기순이익",
            "지배기업소유주지분순이익",
            "지배기업의소유주에게귀속되는분기순이익",
            "지배기업의소유주에게귀속되는반기순이익",
            "당기순이익",
            "분기순이익",
            "반기순이익",
        ),
    ),
    "eps_basic": (INCOME, ("기본주당이익", "기본주당순이익", "보통주기본주당이익")),
    "eps_diluted": (INCOME, ("희석주당이익", "희석주당순이익", "보통주희석주당이익")),
    "operating_cash_flow": (CASH_FLOW, ("영업활동현금흐름", "영업활동으로인한현금흐름", "영업활동순현금흐름")),
    "capital_expenditure": (CASH_FLOW, ("유형자산의취득", "유형자산취득")),
    "total_assets": (BALANCE, ("자산총계",)),
    "total_equity": (BALANCE, ("지배기업의소유주에게귀속되는자본", "지배기업소유주지분", "자본총계")),
    "current_assets": (BALANCE, ("유동자산",)),
    "current_liabilities": (BALANCE, ("유동부채",)),
    "cash": (BALANCE, ("현금및현금성자산",)),
}
_NUMBERING = re.compile(r"^[ⅠⅡⅢⅣⅤⅥⅦⅧⅨⅩIVX0-9]+\.")


def plain_name(name: str) -> str:
    """'Ⅴ. 당기순이익(손실)' -> '당기순이익'."""
    return _NUMBERING.sub("", "".join(name.split())).replace("(손실)", "").replace("순손익", "순이익")
