"""Django's settings, put together: for one book on one's own machine, or for the companies of a server."""

import datetime as dt
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import django
from django.conf import settings

from yaad.server.home import Home
from yaad.server.place import Place
from yaad.server.sign_in.rules import rules
from yaad.text import LANGUAGES

HOSTS = ("127.0.0.1", "localhost", "[::1]")
"""The only names that the server of one book answers to; a page elsewhere that points its name here gets nothing."""
IDLE = dt.timedelta(hours=12)
LONGEST = dt.timedelta(days=7)
LARGEST_FORM = 1 << 25
"""Bytes of a form without its files: a table pasted into one may be large."""
Settings = Mapping[str, Any]

MIDDLEWARE = (
    "yaad.server.headers.SafeHeaders",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "yaad.faces.web.preferences.Preferences",
    "yaad.server.entrance.Entrance",
    "yaad.faces.web.late.LastAnswers",
    "yaad.faces.web.failing.InWords",
    "django.middleware.csrf.CsrfViewMiddleware",
)
"""Of one book."""
OF_COMPANIES = (
    "yaad.server.headers.SafeHeaders",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "yaad.faces.web.preferences.Preferences",
    "yaad.server.sign_in.sessions.Longest",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "yaad.server.companies_door.InCompany",
    "yaad.faces.web.late.LastAnswers",
    "yaad.faces.web.failing.InWords",
    "django.middleware.csrf.CsrfViewMiddleware",
)
"""Of a server."""


def _common(uploads: Path, *, lang: str) -> dict[str, Any]:
    """What both have."""
    return {
        "DEBUG": False,
        "TEMPLATES": [
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "APP_DIRS": True,
                "OPTIONS": {
                    "context_processors": [
                        "django.template.context_processors.request",
                        "django.template.context_processors.csrf",
                        "yaad.faces.web.shell.shell",
                    ],
                    "builtins": ["yaad.faces.web.templatetags.say", "yaad.faces.web.templatetags.parts"],
                },
            }
        ],
        "LANGUAGE_CODE": lang,
        "LANGUAGES": [(code, code) for code in LANGUAGES],
        "USE_I18N": True,
        "USE_TZ": True,
        "TIME_ZONE": "UTC",
        "SESSION_COOKIE_AGE": int(IDLE.total_seconds()),
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Strict",
        "SESSION_SAVE_EVERY_REQUEST": True,
        "CSRF_USE_SESSIONS": True,
        "CSRF_FAILURE_VIEW": "yaad.faces.web.views.errors.csrf_failed",
        "DATA_UPLOAD_MAX_MEMORY_SIZE": LARGEST_FORM,
        "DATA_UPLOAD_MAX_NUMBER_FIELDS": 2000,
        "DATA_UPLOAD_MAX_NUMBER_FILES": 20,
        "FILE_UPLOAD_PERMISSIONS": 0o600,
        "FILE_UPLOAD_TEMP_DIR": str(uploads),
        "FILE_UPLOAD_HANDLERS": ["django.core.files.uploadhandler.TemporaryFileUploadHandler"],
        "LOGGING_CONFIG": None,
    }


def settings_for(place: Place, *, lang: str) -> Settings:
    """All settings of the server of one book; it has no database, sessions are signed cookies.

    Args:
        place: where the server keeps its own things.
        lang: the language of a first visit.
    """
    return _common(place.uploads, lang=lang) | {
        "SECRET_KEY": place.secret_key,
        "ALLOWED_HOSTS": list(HOSTS),
        "DATABASES": {},
        "INSTALLED_APPS": ["yaad.faces.web"],
        "MIDDLEWARE": list(MIDDLEWARE),
        "ROOT_URLCONF": "yaad.faces.web.urls",
        "SESSION_ENGINE": "django.contrib.sessions.backends.signed_cookies",
        "SESSION_COOKIE_NAME": f"yaad_{place.name}",
    }


def settings_of_server(home: Home) -> Settings:
    """All settings of the server of several companies."""
    return (
        _common(home.uploads, lang=home.lang)
        | home.mails()
        | rules()
        | {
            "YAAD_HOME": home,
            "SECRET_KEY": home.secret_key,
            "ALLOWED_HOSTS": [home.host],
            "CSRF_TRUSTED_ORIGINS": [home.address],
            "DATABASES": home.databases(),
            "INSTALLED_APPS": [
                "django.contrib.contenttypes",
                "django.contrib.auth",
                "django.contrib.sessions",
                "yaad.server",
                "yaad.server.sign_in",
                "yaad.faces.web",
                "allauth",
                "allauth.account",
                "allauth.mfa",
            ],
            "MIDDLEWARE": list(OF_COMPANIES),
            "ROOT_URLCONF": "yaad.faces.urls",
            "AUTH_USER_MODEL": "server.Account",
            "PASSWORD_HASHERS": ["yaad.server.passwords.Argon2id"],
            "AUTH_PASSWORD_VALIDATORS": [
                {
                    "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
                    "OPTIONS": {"min_length": 12},
                },
                {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
                {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
            ],
            "SESSION_COOKIE_NAME": "__Host-yaad" if home.is_encrypted else "yaad",
            "SESSION_COOKIE_SECURE": home.is_encrypted,
            "SECURE_PROXY_SSL_HEADER": ("HTTP_X_FORWARDED_PROTO", "https") if home.is_encrypted else None,
            "DEFAULT_FROM_EMAIL": home.mail_from,
            "DEFAULT_AUTO_FIELD": "django.db.models.BigAutoField",
            "LOGIN_URL": "account_login",
            "LOGIN_REDIRECT_URL": "/",
        }
    )


def configure(place: Place, *, lang: str) -> None:
    """Make the settings of one book Django's own; once a process."""
    _configure(settings_for(place, lang=lang))


def configure_server(home: Home) -> None:
    """Make the settings of a server Django's own; once a process."""
    _configure(settings_of_server(home))


def _configure(chosen: Settings) -> None:
    settings.configure(**chosen)
    logging.getLogger("django.request").setLevel(logging.ERROR)  # a mistyped address is no news for the terminal
    django.setup()
