"""Signing in as a Django app without tables: what is to be done when somebody signs in or gets a second step."""

from django.apps import AppConfig


class SignIn(AppConfig):
    """Listens."""

    name = "yaad.server.sign_in"
    label = "sign_in"

    def ready(self) -> None:
        """Sign-ins are dated and written down; a new second step ends the sessions that did without."""
        from allauth.mfa.signals import authenticator_added
        from django.contrib.auth.signals import user_logged_in

        from yaad.server.sign_in import lines, second_step, sessions

        user_logged_in.connect(sessions.remember_sign_in, dispatch_uid="sign_in.date")
        authenticator_added.connect(second_step.end_sessions_without, dispatch_uid="sign_in.second_step")
        lines.listen()
