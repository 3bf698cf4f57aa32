"""Celery's part: who hands on, and how often."""

import os

from celery import Celery

app = Celery("django_events", broker=os.environ["REDIS_URL"])
app.autodiscover_tasks(["django_events"])
app.conf.update(
    task_ignore_result=True,
    broker_connection_retry_on_startup=True,
    # Those that waited while no worker was there are as good as one.
    beat_schedule={"hand on": {"task": "hand_on", "schedule": 1.0, "options": {"expires": 5}}},
)
