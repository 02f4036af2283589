"""At which hour a member asked for a morning mail, and how far the last one came, so that none is sent twice."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = (("server", "0005_who_is_somebody_else"),)
    operations = (
        migrations.AddField("membership", "morning_hour", models.PositiveSmallIntegerField(null=True)),
        migrations.AddField("membership", "morning_day", models.DateField(null=True)),
        migrations.AddField("membership", "morning_state", models.CharField(max_length=10, blank=True)),
        migrations.AddField("membership", "morning_tried", models.DateTimeField(null=True)),
    )
