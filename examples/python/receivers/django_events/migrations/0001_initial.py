"""The first migration."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Creates the tables."""

    initial = True
    dependencies = ()
    operations = (
        migrations.CreateModel(
            name="Event",
            fields=[
                ("dedupe_key", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("type", models.TextField()),
                ("body", models.TextField()),
                ("received_at", models.DateTimeField(auto_now_add=True)),
                ("handed_on_at", models.DateTimeField(null=True)),
                ("handled_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "events",
                "indexes": [
                    models.Index(
                        fields=["received_at"], condition=models.Q(("handled_at", None)), name="events_to_handle"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Result",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False, verbose_name="ID", auto_created=True)),
                ("case_id", models.TextField(null=True)),
                ("callee", models.TextField(null=True)),
                ("ring_type", models.TextField(null=True)),
            ],
            options={"db_table": "results"},
        ),
    )
