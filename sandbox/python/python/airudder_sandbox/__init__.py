"""A local AI Rudder for tests: it takes contacts, "calls" them, and goes wrong as it is told. Nobody is phoned.

>>> import airudder_sandbox
>>> with airudder_sandbox.start() as sandbox, sandbox.client() as client:
...     sandbox.fault("status", operation="robots.list", status=503, times=1)
...     client.robots.list()

With pytest, the fixtures `airudder_sandbox`, `airudder_client` and `airudder_webhooks` do that for each test.
"""

from airudder_sandbox._sandbox import Delivery, FaultKind, Sandbox, start
from airudder_sandbox._settings import SandboxError, Settings

__all__ = ["Delivery", "FaultKind", "Sandbox", "SandboxError", "Settings", "start"]
