"""What the random tests share: the number of examples, errors, and uploads that fare as an example says."""

import asyncio
import time

from hypothesis import settings
from hypothesis import strategies as st

from airudder import AirudderError, ConnectFailed, Reset, Response, Timeout

UPLOAD = "/uploaddetails"

campaigns = settings(max_examples=max(1, settings.default.max_examples // 4))
"""For properties of whole campaigns, of which an example takes some hundredths of a second."""

FATES = st.sampled_from(["arrives"] * 3 + ["is late", "is later", "is lost", "breaks off", "never starts", "gateway"])
"""What may become of an upload."""


def tried(run, *allowed):
    """What it returns, and the error that it raises: one of the library, or of those that are allowed."""
    try:
        return run(), None
    except (AirudderError, *allowed) as error:
        return None, error


class Fates:
    """Hands a fate to each upload, in the order in which they are sent; those that come later arrive.

    `moments` are called at their upload, by its number from 0, once it was carried out and before it is answered.
    """

    def __init__(self, fates, moments=()):
        self.fates = list(fates)
        self.moments = dict(moments)
        self.uploads = 0

    def end(self):
        """From now on, each upload arrives."""
        self.fates, self.moments = [], {}

    def next(self):
        number, self.uploads = self.uploads, self.uploads + 1
        fate = self.fates[number] if number < len(self.fates) else "arrives"
        return fate, self.moments.get(number, lambda: None)


def before(fate):
    if fate == "never starts":
        raise ConnectFailed("nobody is there")


def after(fate, response):
    if fate == "is lost":
        raise Timeout("no answer came")
    if fate == "breaks off":
        raise Reset("the answer broke off")
    return Response(504, [], b"") if fate == "gateway" else response


LATE = {"is late": 0.02, "is later": 0.3}
"""How many seconds; the longer one is more than a campaign that stops waits for what may be cut off."""


class Unreliable:
    """For a `Client`."""

    def __init__(self, inner, fates):
        self.inner = inner
        self.fates = fates

    def send(self, request):
        if not request.url.endswith(UPLOAD):
            return self.inner.send(request)
        fate, moment = self.fates.next()
        before(fate)
        if fate in LATE:
            time.sleep(LATE[fate])
        response = self.inner.send(request)
        moment()
        return after(fate, response)


class AsyncUnreliable(Unreliable):
    """For an `AsyncClient`."""

    async def send(self, request):
        if not request.url.endswith(UPLOAD):
            return await self.inner.send(request)
        fate, moment = self.fates.next()
        before(fate)
        if fate in LATE:
            await asyncio.sleep(LATE[fate])
        response = await self.inner.send(request)
        moment()
        return after(fate, response)
