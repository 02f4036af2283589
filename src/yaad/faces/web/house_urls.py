"""The addresses of a server outside of any company: the way in, one's own account, the companies."""

from django.urls import include, path

from yaad.faces.web.static_files import ASSETS
from yaad.faces.web.views import (
    at_the_door,
    calendars,
    companies,
    errors,
    joining,
    mornings,
    on_device,
    quote_page,
    setup,
)
from yaad.server.policy import is_open, signed_in
from yaad.text import LANGUAGES

urlpatterns = [
    *signed_in(
        path("", companies.companies, name="companies"),
        path("companies/new/", companies.new_company, name="company-new"),
        path("companies/<slug:company>/restore/", companies.restore, name="company-restore"),
    ),
    *is_open(
        path("setup/", setup.setup, name="setup"),
        path("join/<str:key>/", joining.join, name="join"),
        path("in/<str:company>/<str:key>/", at_the_door.door, name="at-the-door"),
        path("calendar/<str:key>.ics", calendars.feed, name="calendar-feed"),
        path("morning/<str:word>/", mornings.stop, name="morning-stop"),
        path("q/<str:company>/<str:secret>/", quote_page.public, name="quote-page"),
        path("q/<str:company>/<str:secret>/file/", quote_page.public, {"part": "file"}, name="quote-document"),
    ),
    path("account/", include("yaad.faces.web.account_urls")),
    *is_open(
        path("static/<str:version>/<path:name>", ASSETS.serve, name="asset"),
        path("worker.js", on_device.worker, name="worker"),
        *(path(f"offline/{lang}/", on_device.offline, {"lang": lang}, name=f"offline-{lang}") for lang in LANGUAGES),
    ),
]

handler400 = errors.bad_request
handler403 = errors.forbidden
handler404 = errors.not_found
handler500 = errors.broken
