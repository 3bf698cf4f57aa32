"""Receives AI Rudder's events in Django, under /events.

AIRUDDER_WEBHOOK_SECRET=... python receive_django.py runserver --noreload

A project has settings.py and urls.py for the upper half, and wsgi.py for the lower one.
"""

import sys
from pathlib import Path

import django
from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.management import execute_from_command_line
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.http.request import UnreadablePostError
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from store import Inbox

from airudder import ACK_BODY
from airudder.integrations import requested_url

inbox = Inbox.from_env(Path("events.db"))

settings.configure(
    ROOT_URLCONF=__name__,
    WSGI_APPLICATION=f"{__name__}.application",
    SECRET_KEY="fake-secret-key-of-an-example",
    ALLOWED_HOSTS=["127.0.0.1"],
    DATA_UPLOAD_MAX_MEMORY_SIZE=inbox.hooks.max_body_bytes,  # Django's own limit is smaller than events may be
)
django.setup()


@csrf_exempt
@require_POST
def events(request: HttpRequest) -> HttpResponse:
    """Take one delivery."""
    try:
        status = inbox.receive(request.body, request.headers, requested_url(request.META, inbox.url))
    except RequestDataTooBig:
        status = 413
    except UnreadablePostError:  # the sender went away
        status = 400
    return HttpResponse(ACK_BODY, status=status, content_type="application/json")


urlpatterns = [path("events", events)]
application = get_wsgi_application()

if __name__ == "__main__":
    execute_from_command_line(sys.argv)
