"""The server's tables. Whatever belongs to a company carries its id."""

from yaad.server.models.accounts import Account, AccountManager
from yaad.server.models.audits import AuditEvent
from yaad.server.models.companies import Company, Invitation, Membership
from yaad.server.models.entries import JournalEntry
from yaad.server.models.programs import Answered, Token
from yaad.server.models.sessions import Remembered, Session

__all__ = [
    "Account",
    "AccountManager",
    "Answered",
    "AuditEvent",
    "Company",
    "Invitation",
    "JournalEntry",
    "Membership",
    "Remembered",
    "Session",
    "Token",
]
