"""Backtests: asked for, carried out, stored, asked for again."""

import datetime as dt
import time
from typing import Any

import numpy as np
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.utils import timezone
from django_q.tasks import async_task

from backtests.models import BacktestCondition, BacktestSession, BacktestStatistics, BacktestSweep, Status
from backtests.models.jobs import GOING
from backtests.services.config import NO_BENCHMARK, Config, config_check
from backtests.services.errors import BacktestError, Cancelled
from backtests.services.explaining import figures_at
from backtests.services.fingerprint import Basis, basis_of, stale_composites
from backtests.services.market import benchmark_find, period_check
from backtests.services.outcome import Outcome, outcome_of
from backtests.services.rows import rows_of
from backtests.services.running import Finished, Progress, run_of, silent
from backtests.services.watching import Watch, carried_out
from backtests.services.workbench import Workbench
from backtests.store import Rows, results_write
from factors.services import StrategyError
from factors.services.runs import peak_memory_mb
from factors.services.universes import conditions_of, members_of
from market.calendars import sessions
from market.regions import region_get

STAGES = {
    "reading prices": (0.0, 20.0), "computing factors": (20.0, 80.0), "simulating": (80.0, 85.0),
    "statistics": (85.0, 90.0), "explaining trades": (90.0, 97.0), "saving": (97.0, 100.0),
}  # fmt: skip # percent of a usual run
COLUMNS = (
    "total_return", "annualized_return", "volatility", "sharpe_ratio", "max_drawdown", "excess_return", "win_rate",
)  # fmt: skip


def backtest_check(*, config: Any, user: User | None = None) -> tuple[Config, dt.date, dt.date]:
    """A configuration whose data are there and whose end is settled (none: the newest bar), its first and its last
    session; BacktestError begins with the field that is wrong.
    """
    found = config_check(config=config, user=user)
    start, end = period_check(region=found.region, start=found.start, end=found.end)
    found = found.ending(found.end or end)
    if found.benchmark != NO_BENCHMARK:
        benchmark_find(region=found.region, ticker=found.benchmark, start=start, end=end)
    if found.universe:
        _refuse_nobody(found)
    return found, start, end


def backtest_create(
    *, config: Any, owner: User | None = None, again: bool = False, sweep: BacktestSweep | None = None
) -> BacktestSession:
    """A pending backtest of a configuration, or the finished one of equal configuration, data and code that ``owner``
    may see (unless ``again``). BacktestError begins with the field that is wrong; nothing is stored then.

    ``sweep``: the search that it is a variant of; always computed, and never served as the answer to anybody else,
    since what is told of it depends on the other variants.
    """
    found, start, end = backtest_check(config=config, user=owner)
    basis = basis_of(found)
    stored = BacktestSession.objects.visible_to(owner) if owner else BacktestSession.objects.all()
    if not again and not sweep and (same := stored.same_as(basis.fingerprint)):
        return same
    with transaction.atomic():
        created = BacktestSession.objects.create(
            name=found.name, region=found.region, currency=region_get(found.region).currency, start=start, end=end,
            strategy=found.strategy, config=found.written, fingerprint="" if sweep else basis.fingerprint,
            data_revision=basis.data, code_version=basis.code,
            session_count=len(sessions(found.region, start, end)), owner=owner, sweep=sweep,
        )  # fmt: skip
        BacktestCondition.objects.bulk_create(_conditions(created, found))
    return created


def _refuse_nobody(config: Config) -> None:
    try:
        members_of(region=config.region, universe=config.universe)
    except StrategyError as error:
        raise BacktestError(str(error)) from error


def _conditions(session: BacktestSession, config: Config) -> list[BacktestCondition]:
    kind = BacktestCondition.Kind
    rows = []
    for place, one in enumerate(config.buys):
        rows.append(BacktestCondition(session=session, kind=kind.BUY, position=place, **_columns(one)))
    for place, sold in enumerate(config.sells):
        columns = _columns(sold.condition) if sold.condition else {"low": sold.rule.threshold}
        columns |= {"type": str(sold.rule.kind), "text": sold.text[:200]}
        rows.append(BacktestCondition(session=session, kind=kind.SELL, position=place, **columns))
    for place, member in enumerate(conditions_of(config.universe)):
        text = f"{member.factor} {member.field} {member.operator} {member.low:g}"
        rows.append(
            BacktestCondition(session=session, kind=kind.UNIVERSE, position=place, **_columns(member) | {"text": text})
        )
    return rows


def _columns(condition: Any) -> dict[str, Any]:
    names = ("factor", "field", "operator", "low", "high")
    return {name: getattr(condition, name) for name in names} | {"text": getattr(condition, "text", "")[:200]}


def backtest_enqueue(*, config: Any, owner: User | None = None, again: bool = False) -> BacktestSession:
    """Create a backtest and hand it to the background workers; errors as ``backtest_create``."""
    with transaction.atomic():
        created = backtest_create(config=config, owner=owner, again=again)
        if created.status == Status.PENDING:
            async_task("backtests.tasks.run_backtest", created.pk, task_name=f"backtest {created}"[:100])
    return created


def backtest_execute(*, session_id: int, progress: Progress = silent) -> BacktestSession:
    """Carry out a pending backtest; its row tells how it went. Results and status are stored in one transaction.

    BacktestError, FiguresError or NoBars where something is missing (it is FAILED then); NotQueued, BacktestBusy.
    """
    session = BacktestSession.objects.get(pk=session_id)
    with carried_out(session):
        _execute(session, Watch(session, progress, STAGES))
    return session


def backtest_run(
    *, config: Any, owner: User | None = None, again: bool = False, progress: Progress = silent
) -> BacktestSession:
    """Create and carry out; a finished equal one is given back as it is."""
    session = backtest_create(config=config, owner=owner, again=again)
    return session if session.status == Status.COMPLETED else backtest_execute(session_id=session.pk, progress=progress)


def _execute(session: BacktestSession, progress: Progress) -> None:
    clock = time.perf_counter()
    config = config_check(config=session.config)
    bench, basis = Workbench(), basis_of(config)
    finished = run_of(config, bench, progress)
    lap = time.perf_counter()
    progress("statistics", 0, 1)
    outcome = outcome_of(finished, session.sweep.trials() if session.sweep else None)
    finished.seconds["statistics"] = time.perf_counter() - lap
    rows = _rows(finished, bench, progress)
    progress("saving", 0, 1)
    lap = time.perf_counter()
    try:
        _save(session, finished, outcome, rows, basis)
    except IntegrityError as error:
        raise BacktestError("data: an instrument was deleted while it ran: run it again") from error
    now = time.perf_counter()
    finished.seconds |= {"save": now - lap, "total": now - clock}
    session.timings = {stage: round(seconds, 4) for stage, seconds in finished.seconds.items()}
    session.save(update_fields=["timings"])


def _save(session: BacktestSession, finished: Finished, outcome: Outcome, rows: Rows, basis: Basis) -> None:
    """Everything, with the status, in one transaction; Cancelled where somebody wanted it to end."""
    with transaction.atomic():
        if not BacktestSession.objects.select_for_update().filter(pk=session.pk, status=Status.RUNNING).exists():
            raise Cancelled
        _store(session, finished, outcome, rows)
        _stamp(session, basis, basis_of(finished.config))
        session.save()


def _stamp(session: BacktestSession, before: Basis, after: Basis) -> None:
    """What it was computed from, as of then: it may have waited since it was asked for. A result of two states of the
    data says so, and is nobody else's answer.
    """
    session.data_revision, session.code_version = before.data, before.code
    if before != after:
        session.warnings.append("the data, or what they are asked by, changed while it ran: run it again")
    session.fingerprint = "" if session.sweep_id or before != after else before.fingerprint


def _rows(finished: Finished, bench: Workbench, progress: Progress) -> Rows:
    trades, holdings = finished.run.ledger.trades, finished.run.ledger.holdings
    clock = time.perf_counter()
    of_trades = figures_at(finished, bench, trades["signal_session"], trades["instrument"], progress)
    entry = _entries(finished)
    of_holdings = figures_at(finished, bench, entry, holdings["instrument"], progress)
    finished.seconds["explain"] = time.perf_counter() - clock
    return rows_of(finished, of_trades, of_holdings)


def _entries(finished: Finished) -> np.ndarray:
    """The session on which the first buy of each holding was decided: int64 [H]."""
    ledger = finished.run.ledger
    decided = {
        (trade["instrument"], trade["session"]): trade["signal_session"]
        for trade in ledger.trades[ledger.trades["side"] > 0]
    }
    found = [decided[holding["instrument"], holding["first_session"]] for holding in ledger.holdings]
    return np.array(found, dtype=np.int64)


def _store(session: BacktestSession, finished: Finished, outcome: Outcome, rows: Rows) -> None:
    results_write(session.pk, rows)
    BacktestStatistics.objects.update_or_create(
        session=session,
        defaults={name: outcome.figures.get(name) for name in COLUMNS}
        | {
            "final_value": outcome.figures["final_value"], "trades": outcome.figures["trades"] or 0,
            "figures": outcome.figures, "monthly": outcome.monthly, "yearly": outcome.yearly,
            "contribution": outcome.contribution, "findings": outcome.findings, "details": outcome.details,
        },
    )  # fmt: skip
    session.warnings = [*finished.run.ledger.warnings, *stale_composites(finished.config)]
    session.status, session.progress, session.stage = Status.COMPLETED, 100.0, ""
    session.finished_at, session.peak_memory_mb = timezone.now(), round(peak_memory_mb(), 1)


def backtest_cancel(*, session_id: int) -> bool:
    """Stop a backtest that waits or runs, which stores nothing then; False when there is nothing to stop."""
    going = BacktestSession.objects.filter(pk=session_id, status__in=GOING)
    return bool(going.update(status=Status.CANCELLED, stage="", finished_at=timezone.now(), error="cancelled"))


def backtest_rerun(*, session_id: int, owner: User | None = None) -> BacktestSession:
    """The same configuration over the data and with the code of now, as a new backtest for the background workers."""
    asked = BacktestSession.objects.get(pk=session_id).config
    return backtest_enqueue(config=asked, owner=owner, again=True)
