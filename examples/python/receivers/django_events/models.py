"""The tables, as examples/receivers.sql has them for the other frameworks."""

from django.db import models


class Event(models.Model):
    """An event as it came, and what became of it."""

    dedupe_key = models.CharField(max_length=64, primary_key=True)
    type = models.TextField()
    body = models.TextField()  # and not JSONField, since PostgreSQL's jsonb refuses some JSON, such as "\u0000"
    received_at = models.DateTimeField(auto_now_add=True)
    handed_on_at = models.DateTimeField(null=True)
    handled_at = models.DateTimeField(null=True)

    class Meta:
        """The name of the table, and its index."""

        db_table = "events"
        indexes = (models.Index(fields=["received_at"], condition=models.Q(handled_at=None), name="events_to_handle"),)


class Result(models.Model):
    """What the example makes of an event: put your own model in its place."""

    case_id = models.TextField(null=True)
    callee = models.TextField(null=True)
    ring_type = models.TextField(null=True)

    class Meta:
        """The name of the table."""

        db_table = "results"
