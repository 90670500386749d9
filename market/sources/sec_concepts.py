"""Which US GAAP concepts mean which figure. The first that a filing uses counts: names changed over the years."""

FLOWS: dict[str, tuple[str, ...]] = {
    "revenue": (
        "RevenueFromContractWithCustomerExcludingAssessedTax",
        "Revenues",
        "SalesRevenueNet",
        "RevenueFromContractWithCustomerIncludingAssessedTax",
        "SalesRevenueGoodsNet",
        "RevenuesNetOfInterestExpense",
    ),
    "operating_income": ("OperatingIncomeLoss",),
    "net_income": ("NetIncomeLoss", "NetIncomeLossAvailableToCommonStockholdersBasic", "ProfitLoss"),
    "operating_cash_flow": (
        "NetCashProvidedByUsedInOperatingActivities",
        "NetCashProvidedByUsedInOperatingActivitiesContinuingOperations",
    ),
    "capital_expenditure": ("PaymentsToAcquirePropertyPlantAndEquipment", "PaymentsToAcquireProductiveAssets"),
    "depreciation": (
        "DepreciationDepletionAndAmortization",
        "DepreciationAmortizationAndAccretionNet",
        "DepreciationAndAmortization",
    ),
}
PER_SHARE: dict[str, tuple[str, ...]] = {
    "eps_basic": ("EarningsPerShareBasic", "EarningsPerShareBasicAndDiluted"),
    "eps_diluted": ("EarningsPerShareDiluted", "EarningsPerShareBasicAndDiluted"),
    "dividends_per_share": ("CommonStockDividendsPerShareDeclared", "CommonStockDividendsPerShareCashPaid"),
}
BALANCES: dict[str, tuple[str, ...]] = {
    "total_assets": ("Assets",),
    "total_equity": ("StockholdersEquity", "StockholdersEquityIncludingPortionAttributableToNoncontrollingInterest"),
    "cash": ("CashAndCashEquivalentsAtCarryingValue", "CashCashEquivalentsRestrictedCashAndRestrictedCashEquivalents"),
    "current_assets": ("AssetsCurrent",),
    "current_liabilities": ("LiabilitiesCurrent",),
    "shares_outstanding": ("CommonStockSharesOutstanding",),
    "debt_long": ("LongTermDebtNoncurrent",),
    "debt_long_current": ("LongTermDebtCurrent",),
    "debt_long_all": ("LongTermDebt",),
    "debt_short": ("CommercialPaper", "ShortTermBorrowings", "OtherShortTermBorrowings"),
}


def total_debt(row: dict[str, float]) -> float | None:
    """Long-term debt with its current part, and short-term borrowings; None where no long-term debt is reported."""
    short = row.get("debt_short", 0.0)
    if "debt_long" in row:
        return row["debt_long"] + row.get("debt_long_current", 0.0) + short
    return row["debt_long_all"] + short if "debt_long_all" in row else None
