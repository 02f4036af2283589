"""That a person of the data is not the member who has the same name or mail is kept, so that it is asked once."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = (("server", "0004_calls_are_no_right_apart"),)
    operations = (migrations.AddField(model_name="membership", name="others", field=models.JSONField(default=list)),)
