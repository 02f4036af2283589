"""How signing in is set: the settings of Django and allauth that `settings_of_server` takes in."""

from typing import Any

LINK_LIVES = 30 * 60
"""Seconds that a link for a new password can be used."""
TRIES = "5/15m/key,50/15m/ip"
"""Wrong passwords or codes: for an account, from wherever they come; for an address of the network over all accounts.

An office has one address, so who mistypes there keeps nobody else out. The account's own limit stands first: further
tries at an account that waits already are not counted against the address.
"""
FORMS = "yaad.server.sign_in.forms"


def rules() -> dict[str, Any]:
    """The settings."""
    return {
        "AUTHENTICATION_BACKENDS": ["yaad.server.sign_in.backend.ByMail"],
        "SESSION_ENGINE": "yaad.server.sign_in.sessions",
        "SESSION_SAVE_EVERY_REQUEST": False,  # see `sessions.Longest`
        # Links in mails and chats lead into the pages; a strict cookie would stay behind, and whoever is signed in
        # would have to sign in again. What changes anything asks for the token of a form besides.
        "SESSION_COOKIE_SAMESITE": "Lax",
        "CACHES": {
            "default": {
                # On the database: limits and used codes outlive a restart and count for all processes together.
                "BACKEND": "django.core.cache.backends.db.DatabaseCache",
                "LOCATION": "yaad_remembered",
                "OPTIONS": {"MAX_ENTRIES": 200_000},  # with few, somebody could push tries out by making others
            }
        },
        "PASSWORD_RESET_TIMEOUT": LINK_LIVES,
        "ACCOUNT_ADAPTER": "yaad.server.sign_in.adapters.Accounts",
        "ACCOUNT_USER_MODEL_USERNAME_FIELD": None,
        "ACCOUNT_LOGIN_METHODS": {"email"},
        "ACCOUNT_SIGNUP_FIELDS": ["email*", "password1*"],
        "ACCOUNT_EMAIL_VERIFICATION": "none",
        "ACCOUNT_EMAIL_NOTIFICATIONS": True,
        "ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR": "yaad.server.sign_in.backend.ResetTokens",
        "ACCOUNT_SESSION_REMEMBER": True,
        "ACCOUNT_LOGOUT_REDIRECT_URL": "account_login",
        "ACCOUNT_REAUTHENTICATION_METHODS": ["password", "mfa"],
        "ACCOUNT_RATE_LIMITS": {"login_failed": TRIES, "reset_password": "5/15m/ip,3/15m/key"},
        "ACCOUNT_FORMS": {
            "login": f"{FORMS}.SignIn",
            "change_password": f"{FORMS}.ChangePassword",
            "reset_password": f"{FORMS}.AskForLink",
            "reset_password_from_key": f"{FORMS}.NewPassword",
            "user_token": f"{FORMS}.OfLink",
            "reauthenticate": f"{FORMS}.AgainByPassword",
        },
        "MFA_ADAPTER": "yaad.server.sign_in.adapters.SecondSteps",
        "MFA_SUPPORTED_TYPES": ["totp", "webauthn", "recovery_codes"],
        "MFA_PASSKEY_LOGIN_ENABLED": True,
        "MFA_WEBAUTHN_USER_VERIFICATION": "required",
        "MFA_TOTP_ISSUER": "Yaad",
        "MFA_TOTP_TOLERANCE": 1,  # clocks of phones are up to half a minute off
        "MFA_ALLOW_UNVERIFIED_EMAIL": True,  # whoever was invited by mail has it
        "MFA_FORMS": {
            "authenticate": f"{FORMS}.SecondStep",
            "authenticate_webauthn": f"{FORMS}.SecondStepByPasskey",
            "login_webauthn": f"{FORMS}.SignInByPasskey",
            "reauthenticate": f"{FORMS}.AgainByCode",
            "reauthenticate_webauthn": f"{FORMS}.AgainByPasskey",
            "activate_totp": f"{FORMS}.AddApp",
            "add_webauthn": f"{FORMS}.AddPasskey",
            "edit_webauthn": f"{FORMS}.NamePasskey",
        },
    }
