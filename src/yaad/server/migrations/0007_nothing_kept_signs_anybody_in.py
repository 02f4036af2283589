"""Rows of sessions have a digest in the place of the key, and the secrets of second steps are sealed."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from yaad.server.sign_in.sealing import seal
from yaad.server.sign_in.sessions import kept_key

KEY = 32
"""Characters of a key of Django's; a digest of one is longer."""


def keep(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Make it so of what is there; what is so already stays."""
    using = schema_editor.connection.alias
    rows = apps.get_model("server", "Session").objects.using(using)
    for key in list(rows.values_list("session_key", flat=True)):
        if len(key) <= KEY:
            rows.filter(session_key=key).update(session_key=kept_key(key))
    for one in apps.get_model("mfa", "Authenticator").objects.using(using).exclude(type="webauthn"):
        sealed = {name: seal(one.data[name]) for name in ("secret", "seed") if name in one.data}
        if sealed:
            one.data |= sealed
            one.save(update_fields=["data"])


class Migration(migrations.Migration):
    dependencies = (("server", "0006_morning_mails"), ("mfa", "0003_authenticator_type_uniq"))
    operations = (migrations.RunPython(keep),)
