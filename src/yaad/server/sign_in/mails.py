"""Mails to people: subject and body are words of the catalogue, in the language of whoever gets them."""

import logging
import smtplib

from django.core.mail import EmailMessage

from yaad.errors import YaadError
from yaad.show.speech import say_plain
from yaad.text import Message

logger = logging.getLogger(__name__)


class MailFailed(YaadError):
    """The server could not send a mail."""


def send(to: str, key: str, lang: str, **values: object) -> None:
    """Send a mail.

    Args:
        to: address.
        key: in the catalogue, without ``_subject`` and ``_body``.
        lang: language of whoever gets it.
        values: of subject and body.

    Raises:
        MailFailed: it could not be sent; nothing of the address is told.
    """
    subject = say_plain(Message(f"{key}_subject", values), lang)
    mail = EmailMessage(" ".join(subject.split()), say_plain(Message(f"{key}_body", values), lang), to=[to])
    try:
        mail.send()
    except (smtplib.SMTPException, OSError) as error:
        logger.exception("a mail was not sent")
        raise MailFailed(Message("account.mail_failed")) from error


def tell(to: str, key: str, lang: str, **values: object) -> None:
    """Send a mail that only tells what was done; when it cannot be sent, what was done stays done."""
    try:
        send(to, key, lang, **values)
    except MailFailed:
        return
