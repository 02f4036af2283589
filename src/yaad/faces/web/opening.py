"""Which addresses of a company open for who asks, by what is declared beside them: no link leads to a closed door."""

from collections.abc import Mapping
from functools import cache

from yaad.server.policy import POLICY, addresses
from yaad.server.roles import Capability
from yaad.server.scoping import current


@cache
def _policies() -> Mapping[str, tuple[Capability, Capability]]:
    """Name of an address → what it needs to look and to send; of those that need something."""
    from yaad.faces.web.urls import urlpatterns

    found = {str(pattern.name): getattr(pattern.callback, POLICY) for _route, pattern in addresses(urlpatterns)}
    return {name: policy for name, policy in found.items() if isinstance(policy, tuple)}


def sets_targets() -> bool:
    """Whether who asks may set a target for anybody."""
    access = current()
    return access.may(Capability.TARGETS) and (
        access.viewer.sees_all or bool(access.viewer.owners) or bool(access.viewer.teams)
    )


def opens(name: str) -> bool:
    """Whether who asks may open the address of this name."""
    needs = _policies().get(name)
    return needs is None or current().may(needs[0])
