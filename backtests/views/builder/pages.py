"""The builder's page and its parts: checked while it is filled in, previewed, read from YAML and written as it, run."""

import datetime as dt
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backtests import services
from backtests.models import Status
from backtests.services import BacktestError, config_check
from backtests.services.config_files import config_text
from backtests.services.previewing import universe_preview
from backtests.views.access import ADD_SESSION, needs
from backtests.views.builder.beginning import beginning, merged
from backtests.views.builder.fields import ConfigForm, factor_choices
from backtests.views.builder.reading import config_of, initial_of
from backtests.views.builder.refusals import WHOLE, Refused, placed, places_of, refusals_of
from backtests.views.builder.rows import KINDS, Rows, row_added, row_removed, rows_of
from backtests.views.columns import instrument_address
from factors.services import JobError
from factors.services.strategy_files import NotYaml, strategies_read
from market.pages.asked import number_asked
from market.pages.views import OwnPage

YAML = "yaml"
LONGEST = 1_000_000  # characters of a configuration


class BuilderPage(OwnPage):
    """What the page and its parts share: a form of what was sent, or of a configuration."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated:
            needs(request, ADD_SESSION)
        return super().dispatch(request, *args, **kwargs)

    def sent(self, data: QueryDict) -> None:
        factors = factor_choices()
        self.form = ConfigForm(data, user=self.request.user, factors=factors)
        self.rows: Rows = rows_of(factors, data=data)
        self.config = config_of(self.form, self.rows)

    def begun(self, config: dict[str, Any]) -> None:
        factors = factor_choices()
        single, rows = initial_of(merged(config))
        self.form = ConfigForm(initial=single, user=self.request.user, factors=factors)
        self.rows = rows_of(factors, initial=rows)

    def context(self, refused: Refused | None = None, **more: Any) -> dict[str, Any]:
        errors = dict.fromkeys(places_of(self.form, self.rows), "") | (refused or {})
        return {"form": self.form, "rows": self.rows, "errors": errors, **more}

    def drawn(self, refused: Refused | None = None, **more: Any) -> HttpResponse:
        """The form alone."""
        return TemplateResponse(self.request, "backtests/builder/form.html", self.context(refused, **more))


class Builder(BuilderPage):
    """Begins with ``like`` (a backtest), ``sweep`` and ``variant``, or ``strategy`` and ``conditions``."""

    title = gettext_lazy("New backtest")
    template_name = "backtests/builder/page.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        if "errors" not in kwargs:
            self.begun(beginning(self.request))
            kwargs |= self.context()
        return super().get_context_data(**kwargs)

    def post(self, request: HttpRequest) -> HttpResponse:
        self.sent(request.POST)
        refused = refusals_of(self.config, self.form, self.rows, request.user)
        if not refused:
            try:
                again = bool(request.POST.get("again"))
                made = services.backtest_enqueue(config=self.config, owner=request.user, again=again)
            except BacktestError as error:
                refused = dict([placed(str(error), self.form, self.rows)])
            else:
                if made.status == Status.COMPLETED:
                    messages.info(request, _("The same backtest over the same data is stored: this is its result."))
                return redirect("backtests:session", made.pk)
        return self.render_to_response(self.get_context_data(**self.context(refused)))


class Check(BuilderPage):
    """What is wrong, each reason at its place; the fields stay as they are."""

    http_method_names = ["post"]
    template_name = "backtests/builder/errors.html"

    def post(self, request: HttpRequest) -> HttpResponse:
        self.sent(request.POST)
        refused = refusals_of(self.config, self.form, self.rows, request.user)
        return self.render_to_response(self.context(refused))


class Redraw(BuilderPage):
    """The form with a row more or less (``do``: ``add-buy``, ``remove-buy-2``), for another region, or of a YAML."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        data = request.POST.copy()
        do, _dash, rest = data.pop("do", [""])[-1].partition("-")
        if do == "read":
            return self._read(data)
        kind, _dash, place = rest.partition("-")
        if do == "add" and kind in KINDS:
            row_added(data, kind)
        elif do == "remove" and kind in KINDS and (number := number_asked(place)) is not None:
            row_removed(data, kind, number)
        self.sent(data)
        return self.drawn()

    def _read(self, data: QueryDict) -> HttpResponse:
        """A configuration in place of what was filled in; that stays where it cannot be read."""
        try:
            config = strategies_read(text=data.get(YAML, "")[:LONGEST])
            self.begun(config_check(config=config, user=self.request.user).written)
        except (NotYaml, BacktestError) as error:
            self.sent(data)
            return self.drawn({YAML: str(error)}, yaml_text=data.get(YAML, ""))
        return self.drawn()


class Written(BuilderPage):
    """The configuration as YAML; a file with ``file``."""

    http_method_names = ["post"]
    template_name = "backtests/builder/yaml.html"

    def post(self, request: HttpRequest) -> HttpResponse:
        self.sent(request.POST)
        text = config_text(self.config)
        if request.POST.get("file"):
            given = {"Content-Disposition": 'attachment; filename="backtest.yaml"'}
            return HttpResponse(text, content_type="application/yaml", headers=given)
        return self.render_to_response({"yaml_text": text, "errors": {}})


class Preview(BuilderPage):
    """Whom it would choose from."""

    http_method_names = ["post"]
    template_name = "backtests/builder/preview.html"

    def post(self, request: HttpRequest) -> HttpResponse:
        self.sent(request.POST)
        try:
            text = request.POST.get("on", "")
            on = dt.date.fromisoformat(text) if text else None
            found = universe_preview(config=self.config, on=on, user=request.user)
        except ValueError as error:
            return self.render_to_response({"refused": _("The day is none: %s") % error})
        except (BacktestError, JobError) as error:
            place, reason = placed(str(error), self.form, self.rows)
            return self.render_to_response({"refused": reason if place == WHOLE else str(error)})
        names = [one | {"href": instrument_address(self.config["region"], one["ticker"])} for one in found.first]
        return self.render_to_response({"preview": found, "names": names})
