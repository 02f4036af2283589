"""What stands outside of any company: who asks, and the companies that are theirs."""

from typing import Any

from django.http import HttpRequest
from ninja import Router

from yaad.faces.api.declared import SIGNED_IN, reads
from yaad.faces.api.shapes import people as shapes
from yaad.server.companies import of_account
from yaad.server.models import Account, Membership, Token
from yaad.server.scoping import Access, scope
from yaad.server.tokens import access_of

router = Router()
Json = dict[str, Any]  # the values of a JSON object are of any kind by nature
COMPANY = {"id": "c0123456789ab", "name": "Blue Kitchens", "role": "manager", "may": ["rows", "totals"]}


@reads(
    router,
    "/me",
    SIGNED_IN,
    shapes.Me,
    kept=False,
    example={"name": "Dana", "email": "dana@example.com", "token": None},
)
def me(request: HttpRequest) -> Json:
    """Who asks, and with which token."""
    account, token = _who(request)
    told = (
        None
        if token is None
        else {
            "name": token.name,
            "company": token.company_id,
            "scopes": token.scopes,
            "expires_at": token.expires_at.isoformat(),
        }
    )
    return {"name": account.name, "email": account.email, "language": account.language, "token": told}


@reads(router, "/companies", SIGNED_IN, shapes.Companies, kept=False, example={"companies": [COMPANY]})
def companies(request: HttpRequest) -> Json:
    """The companies that who asks has a part in; with a token, its own."""
    account, token = _who(request)
    parts = of_account(account)
    if token is not None:
        parts = parts.filter(company=token.company_id)
    return {"companies": [_company(part, _access(part, token)) for part in parts]}


def _who(request: HttpRequest) -> tuple[Account, Token | None]:
    """As the door found them."""
    return Account.objects.get(pk=request.account_id), request.token  # type: ignore[attr-defined] # set at the door


def _access(part: Membership, token: Token | None) -> Access:
    return scope(part.account_id, part.company_id) if token is None else access_of(token)


def _company(part: Membership, access: Access) -> Json:
    return {
        "id": part.company_id,
        "name": part.company.name,
        "role": part.role,
        "may": sorted(one.value for one in access.capabilities),
    }
