"""Pages of accounts: in, out, signing up, the password, the account itself, API tokens, the first administrator."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, views
from django.contrib.auth.mixins import LoginRequiredMixin
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse_lazy
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views import View
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.generic import FormView, UpdateView

from quantsite.accounts.forms import AccountForm, AskForReset, SignUpForm, TokenForm
from quantsite.accounts.models import ApiToken, Profile
from quantsite.accounts.roles import ANALYST, role_assign, role_of
from quantsite.accounts.setup import setup_finish, setup_is_open
from quantsite.accounts.throttles import RateLimited
from quantsite.accounts.tokens import TokenRefused, token_create, token_revoke

PASSWORD_BACKEND = "django.contrib.auth.backends.ModelBackend"  # noqa: S105 # a class
private = method_decorator([sensitive_post_parameters(), never_cache], name="dispatch")


def mail_is_sent() -> bool:
    """Whether mails leave this machine, or are written where the server writes its log."""
    return settings.EMAIL_BACKEND.endswith(("smtp.EmailBackend", "locmem.EmailBackend"))


def with_language(response: HttpResponse, language: str) -> HttpResponse:
    """The language of the profile for this browser, as Django's own switch keeps it."""
    if language:
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME, language, max_age=365 * 86400, samesite="Lax",
            secure=settings.SESSION_COOKIE_SECURE,
        )  # fmt: skip
    return response


class Login(RateLimited, views.LoginView):
    template_name = "accounts/login.html"
    throttle_scope = "login"

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        return super().get_context_data(**more) | {"signup": settings.SIGNUP}

    def form_valid(self, form: Any) -> HttpResponse:
        response = super().form_valid(form)
        profile = Profile.objects.filter(user=self.request.user).first()
        return with_language(response, profile.language if profile else "")


@private
class SignUp(RateLimited, FormView):
    """Where ``QUANTSITE_SIGNUP`` is on, anybody makes an account: an analyst's."""

    template_name = "accounts/signup.html"
    form_class = SignUpForm
    success_url = reverse_lazy("home")
    throttle_scope = "signup"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not settings.SIGNUP:
            raise Http404("accounts are made by an administrator")
        return super().dispatch(request, *args, **kwargs)

    def form_valid(self, form: SignUpForm) -> HttpResponse:
        with transaction.atomic():
            user = form.save()
            role_assign(user=user, role=ANALYST)
        login(self.request, user, backend=PASSWORD_BACKEND)
        return super().form_valid(form)


class PasswordChange(views.PasswordChangeView):
    template_name = "accounts/password.html"
    success_url = reverse_lazy("accounts:account")

    def form_valid(self, form: Any) -> HttpResponse:
        messages.success(self.request, _("Your password is changed."))
        return super().form_valid(form)


class Reset(RateLimited, views.PasswordResetView):
    template_name = "accounts/reset.html"
    form_class = AskForReset
    success_url = reverse_lazy("accounts:reset-sent")
    throttle_scope = "reset"

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        return super().get_context_data(**more) | {"mail_is_sent": mail_is_sent()}


class ResetSent(views.PasswordResetDoneView):
    template_name = "accounts/reset_sent.html"

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        return super().get_context_data(**more) | {"mail_is_sent": mail_is_sent()}


class ResetConfirm(views.PasswordResetConfirmView):
    template_name = "accounts/reset_confirm.html"
    success_url = reverse_lazy("accounts:login")

    def form_valid(self, form: Any) -> HttpResponse:
        messages.success(self.request, _("Your password is set: log in with it."))
        return super().form_valid(form)


@method_decorator(never_cache, name="dispatch")
class Account(LoginRequiredMixin, UpdateView):
    """Name, address, language; what the role allows; API tokens."""

    template_name = "accounts/account.html"
    form_class = AccountForm
    success_url = reverse_lazy("accounts:account")

    def get_object(self, queryset: Any = None) -> User:
        return User.objects.get(pk=self.request.user.pk)  # not the one the page shows: what is refused is not its name

    def get_initial(self) -> dict[str, Any]:
        profile = Profile.objects.filter(user=self.request.user.pk).first()
        return {"language": profile.language if profile else ""}

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        mine = {"tokens": ApiToken.objects.filter(user=self.request.user), "role": role_of(self.request.user)}
        return {"token_form": TokenForm()} | super().get_context_data(**more) | mine

    def form_valid(self, form: AccountForm) -> HttpResponse:
        messages.success(self.request, _("Saved."))
        return with_language(super().form_valid(form), form.cleaned_data["language"])


class TokenMake(Account):
    """A new token, whose text is on the answer to this request and nowhere else."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.object = self.get_object()
        asked = TokenForm(request.POST)
        text = ""
        if asked.is_valid():
            try:
                _row, text = token_create(user=self.object, **asked.cleaned_data)
            except TokenRefused as error:
                field, _colon, reason = str(error).partition(": ")
                asked.add_error(field if field in asked.fields else None, reason)
        form = AccountForm(instance=self.object, initial=self.get_initial())
        context = self.get_context_data(form=form, token_form=TokenForm() if text else asked, made=text)
        return self.render_to_response(context, status=200 if text else 400)


class TokenRevoke(LoginRequiredMixin, View):
    http_method_names = ["post"]

    def post(self, request: HttpRequest, token_key: str) -> HttpResponse:
        if not token_revoke(user=request.user, token_key=token_key):
            raise Http404("no such token")
        messages.success(request, _("The token is revoked: it works no longer."))
        return redirect("accounts:account")


@private
class Setup(RateLimited, FormView):
    """The first administrator, at the address that the server's terminal showed."""

    template_name = "accounts/setup.html"
    form_class = SignUpForm
    success_url = reverse_lazy("home")
    throttle_scope = "login"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not setup_is_open(secret=kwargs["secret"]):
            raise Http404("this address works once, for a day, and while there is no administrator")
        return super().dispatch(request, *args, **kwargs)

    def form_valid(self, form: SignUpForm) -> HttpResponse:
        asked = form.cleaned_data
        try:
            user = setup_finish(
                secret=self.kwargs["secret"], username=asked["username"], email=asked["email"],
                password=asked["password1"],
            )  # fmt: skip
        except ValidationError as error:
            form.add_error(None, error)
            return self.form_invalid(form)
        login(self.request, user, backend=PASSWORD_BACKEND)
        return super().form_valid(form)
