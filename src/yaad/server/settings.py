"""Django's settings, put together for one book. No database yet: sessions are signed cookies."""

import datetime as dt
import logging
from collections.abc import Mapping

import django
from django.conf import settings

from yaad.server.place import Place
from yaad.text import LANGUAGES

HOSTS = ("127.0.0.1", "localhost", "[::1]")
"""The only names that the server answers to; a page elsewhere that points its own name here gets nothing."""
IDLE = dt.timedelta(hours=12)
LONGEST = dt.timedelta(days=7)
LARGEST_FORM = 1 << 25
"""Bytes of a form without its files: a table pasted into one may be large."""

MIDDLEWARE = (
    "yaad.server.headers.SafeHeaders",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "yaad.faces.web.preferences.Preferences",
    "yaad.server.entrance.Entrance",
    "yaad.faces.web.failing.InWords",
    "django.middleware.csrf.CsrfViewMiddleware",
)


def settings_for(place: Place, *, lang: str) -> Mapping[str, object]:
    """All settings of the server of one book.

    Args:
        place: where the server keeps its own things.
        lang: the language of a first visit.
    """
    return {
        "DEBUG": False,
        "SECRET_KEY": place.secret_key,
        "ALLOWED_HOSTS": list(HOSTS),
        "DATABASES": {},
        "INSTALLED_APPS": ["yaad.faces.web"],
        "MIDDLEWARE": list(MIDDLEWARE),
        "ROOT_URLCONF": "yaad.faces.web.urls",
        "TEMPLATES": [
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "APP_DIRS": True,
                "OPTIONS": {
                    "context_processors": [
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
        "SESSION_ENGINE": "django.contrib.sessions.backends.signed_cookies",
        "SESSION_COOKIE_NAME": f"yaad_{place.name}",
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
        "FILE_UPLOAD_TEMP_DIR": str(place.uploads),
        "FILE_UPLOAD_HANDLERS": ["django.core.files.uploadhandler.TemporaryFileUploadHandler"],
        "LOGGING_CONFIG": None,
    }


def configure(place: Place, *, lang: str) -> None:
    """Make these settings Django's own; once a process."""
    settings.configure(**settings_for(place, lang=lang))
    logging.getLogger("django.request").setLevel(logging.ERROR)  # a mistyped address is no news for the terminal
    django.setup()
