from django.db import migrations


class Migration(migrations.Migration):
    """Numbers of entries are those of the entries themselves; a copy of the last one could be older."""

    dependencies = [("server", "0002_sessions_and_limits")]

    operations = [migrations.RemoveField(model_name="company", name="last_seq")]
