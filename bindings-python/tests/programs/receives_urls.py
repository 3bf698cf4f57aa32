"""A receiver by ASGI (`app`) and by WSGI (`application`) for deliveries that are signed with their URL."""

import os

from airudder import Webhooks
from airudder.integrations import asgi, wsgi

hooks = Webhooks.from_env()
outside = os.environ.get("OUTSIDE") or None
app = asgi(hooks, lambda event: print(event.type), url=outside)
application = wsgi(hooks, lambda event: print(event.type), url=outside)
