"""Calls are told to who sees their rows; a right of its own was never asked for."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = (("server", "0003_the_journal_counts_itself"),)
    operations = (
        migrations.RemoveField(model_name="invitation", name="may_hear"),
        migrations.RemoveField(model_name="membership", name="may_hear"),
    )
