"""All addresses of a server of companies: those of people, and under ``/api/`` those of programs."""

from django.urls import include, path

from yaad.faces.web import house_urls

urlpatterns = [path("api/v1/", include("yaad.faces.api.urls")), *house_urls.urlpatterns]

handler400 = house_urls.handler400
handler403 = house_urls.handler403
handler404 = house_urls.handler404
handler500 = house_urls.handler500
