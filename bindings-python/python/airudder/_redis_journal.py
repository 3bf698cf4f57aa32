"""The journal in Redis, by redis-py: `pip install airudder[redis]`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from airudder._errors import invalid_setting
from airudder._leased_journal import Holder, LeasedJournal

if TYPE_CHECKING:
    import redis

NOW = "local t = redis.call('TIME') local now = t[1] * 1000 + math.floor(t[2] / 1000) "
OWN = "if redis.call('HGET', KEYS[1], 'epoch') ~= ARGV[1] then return 0 end "
TAKE = (
    NOW
    + """
local ends = tonumber(redis.call('HGET', KEYS[1], 'until') or '0')
if ends > now then return {0, redis.call('HGET', KEYS[1], 'holder'), ends, ends - now} end
redis.call('HSET', KEYS[1], 'holder', ARGV[1], 'until', now + ARGV[2])
return {redis.call('HINCRBY', KEYS[1], 'epoch', 1)}
"""
)
RENEW = NOW + OWN + "redis.call('HSET', KEYS[1], 'until', now + ARGV[2]) return 1"
GIVE_BACK = OWN + "redis.call('HSET', KEYS[1], 'until', 0) return 1"
APPEND = (
    NOW
    + OWN
    + """
if tonumber(redis.call('HGET', KEYS[1], 'size') or '0') ~= tonumber(ARGV[3]) then return 0 end
redis.call('RPUSH', KEYS[2], ARGV[4])
redis.call('HSET', KEYS[1], 'size', ARGV[3] + #ARGV[4], 'until', now + ARGV[2])
return 1
"""
)
HEAD = """
if redis.call('EXISTS', KEYS[2]) == 0 then
    redis.call('RPUSH', KEYS[2], ARGV[1])
    redis.call('HSET', KEYS[1], 'size', #ARGV[1])
end
return redis.call('LINDEX', KEYS[2], 0)
"""


class RedisJournal(LeasedJournal):
    """A journal in Redis, which may hold many, each under its name, for workers that share nothing else.

    Redis forgets on a crash what it has not flushed, and who was in it would be called again. So it must run with
    `appendonly yes` and `appendfsync always`: this is asked when the journal is opened, and refused otherwise.

    Args:
        client: A `redis.Redis`, which stays yours. Its own time limits apply.
        name: The journal's name, one for each campaign.
        lease: After so many seconds without a sign a holder is taken for dead. A campaign that is paused for longer
            sends nothing more.
            The client's `timeout` is a third of it or less: else a campaign is E1001.
        wait: How long to wait for the lease of a holder that may be dead. None: until it has run out.
        durable: You vouch for it that what Redis confirms is never lost, for instance in a managed service that does
            not tell its settings: they are not asked.
    """

    def __init__(
        self, client: redis.Redis, name: str, *, lease: float = 60.0, wait: float | None = None, durable: bool = False
    ) -> None:
        super().__init__("Redis", name, lease, wait, lambda name: _RedisStore(client, name, durable=durable))


def _check_durable(client: redis.Redis) -> None:
    import redis

    fix = "set `appendonly yes` and `appendfsync always`, or pass durable=True where it loses nothing by other means"
    try:
        asked: dict[Any, Any] = cast("Any", client).config_get("append*")
    except redis.ResponseError as error:
        raise invalid_setting("journal", f"Redis does not tell whether it keeps what it confirms: {fix}") from error
    told = {_text(name): _text(value) for name, value in asked.items()}
    if (told.get("appendonly"), told.get("appendfsync")) != ("yes", "always"):
        raise invalid_setting("journal", f"this Redis may forget what it confirmed when it crashes: {fix}")


def _text(given: Any) -> str:  # noqa: ANN401 - bytes or str, by the client's `decode_responses`
    return given.decode() if isinstance(given, bytes) else str(given)


class _RedisStore:
    def __init__(self, client: redis.Redis, name: str, *, durable: bool) -> None:
        if not durable:
            _check_durable(client)
        # The braces keep both keys on one node of a cluster.
        self._keys = (f"airudder:{{{name}}}:lease", f"airudder:{{{name}}}:lines")
        self._client = client

    def _run(self, script: str, *arguments: str | int) -> Any:  # noqa: ANN401 - what the script returns
        answer: Any = self._client.eval(script, 2, *self._keys, *arguments)
        return answer

    def take(self, holder: str, lease: float) -> int | Holder:
        epoch, *other = self._run(TAKE, holder, int(lease * 1000))
        if not other:
            return int(epoch)
        return Holder(_text(other[0]), int(other[1]), int(other[2]) / 1000)

    def renew(self, epoch: int, lease: float) -> bool:
        return bool(self._run(RENEW, epoch, int(lease * 1000)))

    def give_back(self, epoch: int) -> None:
        self._run(GIVE_BACK, epoch)

    def lines(self) -> list[str]:
        return [_text(lines) for lines in cast("list[Any]", self._client.lrange(self._keys[1], 0, -1))]

    def append(self, epoch: int, lease: float, at: int, lines: str) -> bool:
        return bool(self._run(APPEND, epoch, int(lease * 1000), at, lines))

    def head(self, line: str) -> str:
        return _text(self._run(HEAD, line))

    def close(self) -> None:
        """Leave the client to its owner."""
