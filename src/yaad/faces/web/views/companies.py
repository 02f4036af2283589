"""The companies of who signed in: one leads straight to its pages, several are chosen from."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from yaad.server.companies import of_account
from yaad.server.companies_door import prefix_of


@login_required
def companies(request: HttpRequest) -> HttpResponse:
    """Choose a company."""
    parts = list(of_account(request.user))  # type: ignore[arg-type] # signed in: an account
    if len(parts) == 1:
        return HttpResponseRedirect(prefix_of(parts[0].company_id))
    rows = [(part, prefix_of(part.company_id)) for part in parts]
    return render(request, "web/companies.html", {"rows": rows})
