"""Receives AI Rudder's events in Django, under /events.

AIRUDDER_WEBHOOK_SECRET=... python receive_django.py runserver --noreload

A project has settings.py and urls.py for the upper half, and wsgi.py for the lower one.
"""

import os
import sys
from pathlib import Path

import django
from django.conf import settings
from django.core.management import execute_from_command_line
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from receiver import Store

from airudder import ACK_BODY, WebhookError, Webhooks

settings.configure(
    ROOT_URLCONF=__name__,
    WSGI_APPLICATION=f"{__name__}.application",
    SECRET_KEY="fake-secret-key-of-an-example",
    ALLOWED_HOSTS=["127.0.0.1"],
)
django.setup()

store = Store(Path("events.db"))
hooks = Webhooks(secret=os.environ["AIRUDDER_WEBHOOK_SECRET"])


@csrf_exempt
def events(request: HttpRequest) -> HttpResponse:
    """Take one delivery."""
    try:
        store.add(hooks.unwrap(request.body, request.headers))
    except WebhookError as error:
        return HttpResponse(str(error), status=400)
    return HttpResponse(ACK_BODY, content_type="application/json")


def results(_: HttpRequest) -> JsonResponse:
    """Tell how the calls ended."""
    return JsonResponse(store.results())


urlpatterns = [path("events", events), path("results", results)]
application = get_wsgi_application()

if __name__ == "__main__":
    execute_from_command_line(sys.argv)
