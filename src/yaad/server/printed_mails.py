"""Mails that are printed for whoever runs the server, where none can be sent: as they read, and not as they travel."""

from django.core.mail import EmailMessage
from django.core.mail.backends.console import EmailBackend


class Printed(EmailBackend):
    """Prints mails; a subject in Hebrew would else be a row of digits and letters."""

    def write_message(self, message: EmailMessage) -> None:
        """Print one mail; a head of several lines is refused, as where it is sent."""
        message.message()
        heads = {"Subject": message.subject, "From": message.from_email, "To": ", ".join(message.recipients())}
        for name, value in heads.items():
            self.stream.write(f"{name}: {value}\n")
        self.stream.write(f"\n{message.body}\n{'-' * 79}\n")
