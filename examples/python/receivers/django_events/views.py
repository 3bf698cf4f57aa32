"""The view that takes deliveries."""

import logging
import os

from django.core.exceptions import RequestDataTooBig
from django.db import Error, transaction
from django.http import HttpRequest, HttpResponse
from django.http.request import UnreadablePostError
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from airudder import ACK_BODY, AirudderError, Webhooks
from airudder.integrations import requested_url
from django_events.models import Event

log = logging.getLogger("receiver")
hooks = Webhooks.from_env()
URL = os.environ.get("AIRUDDER_WEBHOOK_URL") or None  # the one that AI Rudder was given, where a proxy changes it


@csrf_exempt
@require_POST
@transaction.non_atomic_requests  # the insert is to be committed here, and not after the answer was chosen
def events(request: HttpRequest) -> HttpResponse:
    """Take one delivery: verify it, store it, and only then answer 200."""
    try:
        # The bytes, ahead of request.POST: the signature is about them.
        event = hooks.unwrap(request.body, request.headers, url=requested_url(request.META, URL))
    except RequestDataTooBig:
        return answer(413)
    except UnreadablePostError:  # the sender went away
        return answer(400)
    except AirudderError as error:
        log.warning("refused: %s", error)
        return answer(400)
    row = Event(dedupe_key=event.dedupe_key, type=event.type, body=event.raw)
    try:
        Event.objects.bulk_create([row], ignore_conflicts=True)  # one that was stored before changes nothing
    except Error as error:
        # Its text may show the row, which is personal. AI Rudder sends the event again in a minute.
        log.warning("not stored: %s", type(error).__name__)
        return answer(503)
    return answer(200)


def answer(status: int) -> HttpResponse:
    """Answer as AI Rudder expects it."""
    return HttpResponse(ACK_BODY, status=status, content_type="application/json")


urlpatterns = [path("events", events)]
