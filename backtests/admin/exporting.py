"""Orders of backtests as a download."""

import io
import zipfile
from collections.abc import Sequence

from django.http import HttpResponse

from backtests.models import BacktestSession
from backtests.services import BacktestError, orders_csv

MOST = 20  # they are packed in memory


def orders_response(sessions: Sequence[BacktestSession]) -> HttpResponse:
    """The orders of one backtest as CSV, of several as a ZIP of them; BacktestError."""
    if len(sessions) > MOST:
        raise BacktestError(f"orders: of at most {MOST} backtests at once, not {len(sessions)}")
    files = {f"backtest-{one.pk}-orders.csv": orders_csv(session=one) for one in sessions}
    if len(files) == 1:
        ((name, text),) = files.items()
        return _download(text.encode(), name, "text/csv; charset=utf-8")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return _download(packed.getvalue(), "backtest-orders.zip", "application/zip")


def _download(content: bytes, name: str, kind: str) -> HttpResponse:
    return HttpResponse(content, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})
