"""Strategies made, changed, copied, deleted, combined."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from factors.models import CombineRun, Strategy
from factors.services import StrategyError, combine_run_cancel, combine_run_enqueue, strategy_copy, strategy_save
from factors.views.conditions import buttons_done, choices_of_conditions
from factors.views.permissions import asked_by
from factors.views.scope import region_newest
from factors.views.strategies import strategy_address, strategy_or_404
from factors.views.strategy_form import Draft, data_of, data_of_new, members_pressed
from market.pages.views import OwnPage


class StrategyNew(OwnPage):
    """A new strategy; whatever changes in it is checked at once."""

    template_name = "factors/strategy_form.html"
    title = gettext_lazy("New strategy")
    permission = "factors.add_strategy"
    strategy: Strategy | None = None

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated and not request.user.has_perm(self.permission):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.draft = Draft(self.first_data(), self.strategy)
        self.draft.check(quiet=True)
        return super().get(request, *args, **kwargs)

    def first_data(self) -> Any:
        return data_of_new(self.request.GET, region_newest())

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        data = request.POST.copy()
        if self.strategy:
            data["region"] = self.strategy.region
        pressed = members_pressed(data) | buttons_done(data)
        self.draft = Draft(data, self.strategy)
        if pressed or "save" not in data:
            self.draft.check(quiet=True)
            return super().get(request, *args, **kwargs)
        if self.draft.check():
            try:
                return self._save()
            except StrategyError as error:
                self.draft.tell(error)
        return super().get(request, *args, **kwargs)

    def _save(self) -> HttpResponse:
        asked = self.draft.form.cleaned_data
        owner = {} if self.strategy else {"owner": self.request.user}
        saved = strategy_save(
            name=asked["name"], description=asked["description"], is_active=asked["is_active"],
            strategy=self.strategy, **owner, **self.draft.definition(),
        )  # fmt: skip
        messages.success(self.request, _("%(name)s is saved.") % {"name": saved.name})
        return redirect(strategy_address(saved))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            draft=self.draft, strategy=self.strategy, rows=self.draft.conditions, **choices_of_conditions(), **kwargs
        )


class StrategyEdit(StrategyNew):
    """A strategy of one's own, changed."""

    permission = "factors.change_strategy"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated:
            self.strategy = strategy_or_404(kwargs["pk"], request.user, "change")
        return super().dispatch(request, *args, **kwargs)

    def get_title(self) -> str:
        return self.strategy.name if self.strategy else ""

    def first_data(self) -> Any:
        return data_of(self.strategy) if self.strategy else super().first_data()


class StrategyDelete(OwnPage):
    """Asked once more, then gone with its scores."""

    template_name = "factors/confirm.html"
    title = gettext_lazy("Delete a strategy")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(strategy=self._strategy(), **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        strategy = self._strategy()
        name = strategy.name
        strategy.delete()
        messages.success(request, _("%(name)s is deleted.") % {"name": name})
        return redirect("factors:strategies")

    def _strategy(self) -> Strategy:
        return strategy_or_404(self.kwargs["pk"], self.request.user, "delete")


@require_POST
@asked_by("factors.add_strategy")
def copy(request: HttpRequest, pk: int) -> HttpResponse:
    """The same strategy once more, the user's own."""
    try:
        made = strategy_copy(strategy=strategy_or_404(pk, request.user), owner=request.user)
    except StrategyError as error:
        messages.error(request, str(error))
        return redirect("factors:strategy", pk)
    messages.success(request, _("This is a copy: change what you like."))
    return redirect(reverse("factors:strategy-edit", args=[made.pk]))


@require_POST
@asked_by("factors.add_combinerun")
def combine(request: HttpRequest, pk: int) -> HttpResponse:
    """Queue a combination of the newest scores."""
    strategy = strategy_or_404(pk, request.user)
    try:
        queued = combine_run_enqueue(strategy=strategy.name)
    except StrategyError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Run #%(number)s is queued.") % {"number": queued.pk})
    return redirect("factors:strategy", pk)


@require_POST
@asked_by("factors.add_combinerun")
def combine_cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Stop a combination that waits or runs."""
    run = get_object_or_404(CombineRun.objects.visible_to(request.user), pk=pk)
    if combine_run_cancel(run_id=run.pk):
        messages.success(request, _("Run #%(number)s is cancelled.") % {"number": run.pk})
    return redirect("factors:strategy", run.strategy_id)
