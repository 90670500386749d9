"""What a Korean ETF follows, from what KRX says of its asset class and from the words of its name and index.

KRX publishes no category. Its asset class, replication method and multiple decide first; only funds of shares are told
apart by words: an index of a whole market, a sector of one, a dividend index, else a theme.
"""

import re
from decimal import Decimal

_MONEY = re.compile(r"머니마켓|MMF|CD1?년?금리|CD금리|KOFR|SOFR|CD(91일|1Y)? ?(Index|금리)|초단기|파킹", re.IGNORECASE)
_BY_ASSET = {
    "채권": "BOND",
    "원자재": "COMMODITY",
    "통화": "CURRENCY",
    "부동산": "REAL_ESTATE",
    "혼합자산": "MULTI_ASSET",
}
_TARGET_DATE = re.compile(r"TDF|TIF|자산배분|멀티에셋")
_CARBON = re.compile(r"탄소배출권|carbon", re.IGNORECASE)
_DIVIDEND = re.compile(r"배당|dividend", re.IGNORECASE)
_SECTORS = (
    "반도체|은행|보험|증권|자동차|헬스케어|바이오|에너지|건설|철강|기계|운송|방송|미디어|경기소비|생활소비|필수소비|금융|산업재|"
    "중공업|정보기술|커뮤니케이션|소재|유틸리티"
)
_SECTOR = re.compile(
    rf"^(KRX|코스피 ?200|코스닥 ?150|FnGuide|MKF) ?({_SECTORS})"
    "|Select (Sector|Industry)|Sector Index|Semiconductor Sector|S&P 500 .*(Sector)",
    re.IGNORECASE,
)
_FAMILIES = (
    "S&P|FTSE Russell|Dow Jones|DJIA|NASDAQ|Russell|Nikkei|TOPIX|STOXX|EURO STOXX|DAX|FTSE China A50|Nifty|VN ?30|"
    "CSI ?[0-9]{3}|SSE|STAR|Hang Seng|HSCEI|MSCI|IBOVESPA|JPX"
)
_KOREAN_SIZE = "글로벌|대형주|중형주|소형주"
_VARIANTS = f"TR|PR|선물|동일가중|중소형주|{_KOREAN_SIZE}"
_WHOLE_MARKET = re.compile(
    rf"^(F-)?(코스피|코스닥|KRX) ?({_KOREAN_SIZE})?( ?[0-9]{{2,3}})?( ?({_VARIANTS}))*( ?지수)?( ?\(.*\))?$"
    rf"|^KTOP|^MKF 블루칩|^({_FAMILIES})[-\w .&/()]*$",
    re.IGNORECASE,
)
_SUBJECT = re.compile(
    "ESG|REIT|sector|energy|tech|bio|clean|consumer|financ|health|quality|growth|value|batter", re.IGNORECASE
)


def category(*, asset: str, index: str, name: str, multiple: Decimal, method: str) -> str:
    """A value of the model's Category. ``multiple`` of the index: -2, -1, 1, 2; ``asset`` and ``method`` (of
    replication) as KRX writes them."""
    if multiple < 0:
        return "INVERSE"
    if multiple > 1:
        return "LEVERAGED"
    if _MONEY.search(name) or _MONEY.search(index):
        return "MONEY_MARKET"
    if asset in _BY_ASSET:
        return _BY_ASSET[asset]
    if asset != "주식":
        return "MULTI_ASSET" if _TARGET_DATE.search(name) else "COMMODITY" if _CARBON.search(name + index) else "OTHER"
    return _of_shares(index, name, active="액티브" in method)


def _of_shares(index: str, name: str, *, active: bool) -> str:
    if active:
        return "ACTIVE"
    if _DIVIDEND.search(name) or _DIVIDEND.search(index):
        return "DIVIDEND"
    if _SECTOR.search(index):
        return "SECTOR"
    if _WHOLE_MARKET.search(index) and not _SUBJECT.search(index):
        return "INDEX"
    return "THEME"
