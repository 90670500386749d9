"""What the background workers do for accounts."""

from django.contrib.auth.forms import PasswordResetForm
from django.utils import translation


def send_password_reset(email: str, host: str, use_https: bool, language: str = "en") -> None:
    """Write to the accounts of an address how to choose a new password, in the language of who asked; nothing where
    there is none.
    """
    form = PasswordResetForm({"email": email})
    if form.is_valid():
        with translation.override(language):
            form.save(
                domain_override=host, use_https=use_https, subject_template_name="accounts/reset_subject.txt",
                email_template_name="accounts/reset_email.txt",
            )  # fmt: skip
