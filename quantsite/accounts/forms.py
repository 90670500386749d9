"""What people fill in about themselves."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.forms import PasswordResetForm, UserCreationForm
from django.contrib.auth.models import User
from django.http import HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django_q.tasks import async_task

from quantsite.accounts.models import Profile
from quantsite.accounts.tokens import LONGEST

NAME_LENGTH = 64


class SignUpForm(UserCreationForm):
    """A new account; the e-mail address is where a forgotten password is chosen anew."""

    email = forms.EmailField(
        label=_("E-mail"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )

    class Meta(UserCreationForm.Meta):
        model = User
        fields = ("username", "email")


class AskForReset(PasswordResetForm):
    """Hands every address to the worker, known or not, so that neither answer nor time tells who has an account."""

    def save(self, *, domain_override: str = "", use_https: bool = False, **more: Any) -> None:
        request: HttpRequest = more["request"]
        async_task(
            "quantsite.accounts.tasks.send_password_reset", self.cleaned_data["email"], request.get_host(), use_https,
            get_language(), task_name="password reset",
        )  # fmt: skip


class AccountForm(forms.ModelForm):
    """Name, address and language."""

    language = forms.ChoiceField(label=_("Language"), required=False)

    class Meta:
        model = User
        fields = ("first_name", "last_name", "email")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["language"].choices = [("", _("That of the browser")), *settings.LANGUAGES]
        self.fields["email"].required = True
        self.fields["email"].help_text = _("Where a forgotten password is chosen anew, and alerts are sent.")

    def save(self, commit: bool = True) -> User:
        user: User = super().save(commit)
        Profile.objects.update_or_create(user=user, defaults={"language": self.cleaned_data["language"]})
        return user


class TokenForm(forms.Form):
    """A new API token."""

    name = forms.CharField(label=_("What it is for"), max_length=NAME_LENGTH)
    days = forms.IntegerField(
        label=_("Days it works"), required=False, min_value=1, max_value=LONGEST, help_text=_("Empty: until revoked.")
    )
