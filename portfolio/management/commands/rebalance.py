"""``manage.py rebalance``: what exactly to trade in a portfolio; proposed, approved, carried out, cancelled."""

from argparse import ArgumentParser
from collections.abc import Iterable
from typing import Any

from rich.table import Table

from market.cli import HouseCommand, iso_date
from portfolio.management.naming import HELP, portfolio_or_fail
from portfolio.models import Portfolio, RebalancingEvent
from portfolio.services.errors import PortfolioBusy, PortfolioError
from portfolio.services.rebalancing import Proposal, rebalancing_propose, rebalancing_recommendations
from portfolio.services.rebalancing_booking import rebalancing_complete
from portfolio.services.rebalancing_decisions import rebalancing_approve, rebalancing_cancel

STEPS = {"approve": rebalancing_approve, "complete": rebalancing_complete, "cancel": rebalancing_cancel}


class Command(HouseCommand):
    help = "Show the plan of a mode for a portfolio, keep it as a proposal (--propose), or decide on one."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("portfolio", metavar="PORTFOLIO", help=HELP)
        parser.add_argument("--mode", choices=RebalancingEvent.Mode.values, default="full", help="of the plan (full)")
        parser.add_argument("--deposit", type=float, default=0.0, metavar="MONEY", help="paid in first, base currency")
        parser.add_argument("--date", type=iso_date, help="YYYY-MM-DD: the last session on or before it (newest)")
        does = parser.add_mutually_exclusive_group()
        does.add_argument("--propose", action="store_true", help="keep the plan, to be approved")
        for name in STEPS:
            does.add_argument(f"--{name}", type=int, metavar="PROPOSAL", help=f"{name} this proposal")
        parser.add_argument("--replace", action="store_true", help="with --propose: cancel the one that is open")
        parser.add_argument("--force", action="store_true", help="with --complete: though the plan is outdated")
        parser.add_argument("--note", default="", help="kept with the proposal")
        parser.add_argument("--json", action="store_true", help="print the result as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        portfolio = portfolio_or_fail(self, options["portfolio"])
        try:
            self._answer(portfolio, options)
        except (PortfolioError, PortfolioBusy) as error:
            self.fail(str(error))

    def _answer(self, portfolio: Portfolio, options: dict[str, Any]) -> None:
        step = next((name for name in STEPS if options[name] is not None), None)
        if step is not None:
            how = {"force": options["force"]} if step == "complete" else {}
            event = self._event(portfolio, options[step])
            self._decided(STEPS[step](event=event, note=options["note"], **how), options)
        elif options["propose"]:
            found = rebalancing_propose(
                portfolio=portfolio, mode=options["mode"], deposit=options["deposit"], as_of=options["date"],
                reason=options["note"], replace=options["replace"],
            )  # fmt: skip
            self._proposed(found, options)
        else:
            found = rebalancing_recommendations(
                portfolio=portfolio, as_of=options["date"], deposit=options["deposit"]
            )  # fmt: skip
            plan = next(plan for plan in found["plans"] if plan["mode"] == options["mode"])
            self._planned(plan, options)

    def _event(self, portfolio: Portfolio, number: int) -> RebalancingEvent:
        found = portfolio.rebalancing_events.filter(pk=number).first()
        if found is None:
            raise PortfolioError(f"no proposal #{number} of this portfolio")
        return found

    def _decided(self, event: RebalancingEvent, options: dict[str, Any]) -> None:
        if options["json"]:
            self.print_json({"event": event.pk, "status": event.status})
        else:
            self.out().print(f"#{event.pk} {event.status}")

    def _proposed(self, found: Proposal, options: dict[str, Any]) -> None:
        if options["json"]:
            self.print_json({"event": found.event and found.event.pk, "reason": found.reason, "notes": found.notes})
        elif found.event is None:
            self.out().print(f"nothing is proposed: {found.reason}", soft_wrap=True)
            self._notes(found.notes)
        else:
            self._actions(found.event.actions)
            states = (found.event.pre_state, found.event.post_state)
            before, after = ({one["asset"]: one["weight"] for one in state["assets"]} for state in states)
            self._weights([{"asset": name, "before": before[name], "after": after[name]} for name in before])
            self._notes(found.notes)
            self.out().print(
                f"proposed as #{found.event.pk}: --approve {found.event.pk}, then --complete {found.event.pk}"
            )

    def _planned(self, plan: dict[str, Any], options: dict[str, Any]) -> None:
        if options["json"]:
            self.print_json(plan)
            return
        if plan["reason"]:
            self.out().print(f"nothing to trade: {plan['reason']}", soft_wrap=True)
        else:
            self._actions(plan["actions"])
            told = ("drift {drift_before:,.2f} to {drift_after:,.2f} percent points", "cash {cash_after:,.2f}",
                    "commission {commission:,.2f}", "tax {tax:,.2f}", "turnover {turnover:,.2f} %")  # fmt: skip
            self._weights(plan["weights"])
            self.out().print("; ".join(told).format(**plan), soft_wrap=True)
        self._notes(plan["notes"])

    def _notes(self, notes: Iterable[str]) -> None:
        for note in notes:
            self.out().print(note, soft_wrap=True)

    def _weights(self, weights: Iterable[dict[str, Any]]) -> None:
        table = Table("asset", title_justify="left")
        for name in ("before %", "after %"):
            table.add_column(name, justify="right")
        for one in weights:
            cells = ("-" if one[name] is None else f"{one[name]:,.2f}" for name in ("before", "after"))
            table.add_row(one["asset"], *cells)
        self.out().print(table)

    def _actions(self, actions: list[dict[str, Any]]) -> None:
        table = Table("", "asset", title_justify="left")
        for name in ("quantity", "price", "value", "commission", "tax"):
            table.add_column(name, justify="right")
        for one in actions:
            table.add_row(
                one["side"], one["asset"], f"{one['quantity']:,.10g}", f"{one['price']:,.10g} {one['currency']}",
                f"{one['value']:,.2f}", f"{one['commission']:,.2f}", f"{one['tax']:,.2f}",
            )  # fmt: skip
        self.out().print(table)
