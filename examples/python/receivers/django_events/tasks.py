"""What Celery does with the events that the view stored.

The table tells what is to be done, and the queue only whose turn it is. So nothing is lost, and nothing is handled
twice:

- An event is committed before it becomes a task. Who dies between the two, or before it is noted that there is a task,
  leaves an event that is handed on a second later, perhaps once more.
- `handled_at` is set in the transaction that does the work: a task that comes twice finds it set, and does nothing.
- What a worker had taken that died, what failed, and what Redis lost, is handed on again after AGAIN_AFTER (60)
  seconds. At most 500 events are in the queue, all others wait in the table: let it be longer than the work on 500.

That holds for work inside this database. What your work does elsewhere, do so that twice is harmless: give that other
service the dedupe key, too.
"""

import json
import os
from datetime import timedelta
from typing import Any

from celery import shared_task
from django.db import transaction
from django.db.models import F, Q
from django.utils.timezone import now

from django_events.models import Event, Result

AGAIN_AFTER = timedelta(seconds=float(os.environ.get("AGAIN_AFTER", "60")))
MOST_UNDER_WAY = 500


def work(type_: str, data: dict[str, Any]) -> None:
    """Put your own work here; what it does in this database happens once."""
    if type_ == "workflow.call.finished":
        call = (data.get("details") or [{}])[0]
        row = {"callee": call.get("callee"), "ring_type": call.get("ring_type")}
        Result.objects.create(case_id=data.get("case_id"), **row)


@shared_task(name="handle")
def handle(key: str) -> None:
    """Handle an event, unless that was done; one whose work fails comes again."""
    with transaction.atomic():
        if Event.objects.filter(dedupe_key=key, handled_at=None).update(handled_at=now()):
            event = Event.objects.get(dedupe_key=key)
            work(event.type, json.loads(event.body))


@shared_task(name="hand_on")
def hand_on() -> None:
    """Make tasks of what is due. A task holds a key: nothing personal is in Redis."""
    not_handled = Event.objects.filter(handled_at=None)
    since = now() - AGAIN_AFTER
    room = max(0, MOST_UNDER_WAY - not_handled.filter(handed_on_at__gte=since).count())
    due = not_handled.filter(Q(handed_on_at=None) | Q(handed_on_at__lt=since))
    due = due.order_by(F("handed_on_at").asc(nulls_first=True), "received_at")  # what fails again stands behind
    with transaction.atomic():
        keys = list(due.select_for_update(skip_locked=True).values_list("dedupe_key", flat=True)[:room])
        for key in keys:
            handle.apply_async((key,), task_id=key)
        Event.objects.filter(dedupe_key__in=keys).update(handed_on_at=now())
