"""Limits on the use of a key: requests and bytes a minute, counted in Redis for all processes."""

import math
import time
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import structlog
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage, RedisStorage
from limits.strategies import SlidingWindowCounterRateLimiter
from redis.exceptions import RedisError

from shared.config import Settings
from shared.db.owners.keys import Key
from shared.errors import BodyOverLimit, ConfigError, TooManyRequests

KEY_PREFIX = "tagloop-limits"
# Every request asks Redis: one that hangs must not delay requests for longer.
REDIS_SECONDS = 0.5
# After a failure, Redis is not asked again for this time.
REST_SECONDS = 5.0
SIGN_INS_PER_MINUTE = 20

log = structlog.get_logger(__name__)


class KeyLimits:
    """Counts the use of keys. Thread-safe; connects when first used.

    While Redis cannot be reached, each process counts alone: uploads go on, but not without a
    limit.
    """

    def __init__(self, settings: Settings) -> None:
        """Raises ConfigError if there is no Redis to count in."""
        self._settings = settings
        storage = RedisStorage(
            _redis_url(settings.limits_url or settings.broker_url),
            key_prefix=KEY_PREFIX,
            socket_timeout=REDIS_SECONDS,
            socket_connect_timeout=REDIS_SECONDS,
        )
        self._limiter = SlidingWindowCounterRateLimiter(storage)
        self._alone = SlidingWindowCounterRateLimiter(MemoryStorage())
        self._rests_until = -math.inf

    def count(self, key: Key, body_bytes: int) -> None:
        """Count one request with a body of that size.

        Raises:
            TooManyRequests: the key has used up its limit for this minute.
            BodyOverLimit: this body alone is larger than the limit.
        """
        self._take(str(key.id), "This key", list(self._shares(key, body_bytes)))

    def count_sign_in(self, address: str) -> None:
        """Count one attempt to sign in from an address.

        Raises:
            TooManyRequests: there were too many within a minute.
        """
        self._take(address, "This address", [("sign-ins", SIGN_INS_PER_MINUTE, 1)])

    def _take(self, who: str, words: str, shares: list[tuple[str, int, int]]) -> None:
        if time.monotonic() >= self._rests_until:
            try:
                _take_all(self._limiter, who, words, shares)
                return
            except RedisError as error:
                self._rests_until = time.monotonic() + REST_SECONDS
                log.warning("Redis cannot be reached; each process counts alone", error=str(error))
        _take_all(self._alone, who, words, shares)

    def _shares(self, key: Key, body_bytes: int) -> Iterator[tuple[str, int, int]]:
        """Return what is counted: name, maximum per minute, and how much this request adds."""
        yield "requests", key.requests_per_minute or self._settings.requests_per_minute, 1
        if body_bytes:
            yield "bytes", key.bytes_per_minute or self._settings.bytes_per_minute, body_bytes


def _take_all(
    limiter: SlidingWindowCounterRateLimiter,
    who: str,
    words: str,
    shares: list[tuple[str, int, int]],
) -> None:
    """Count against each limit, or refuse. words: what a refusal calls the caller."""
    for kind, maximum, cost in shares:
        if cost > maximum:
            raise BodyOverLimit(
                f"The body has {cost:,} bytes, and {words.lower()} may send {maximum:,} a minute; "
                "send smaller ones."
            )
        item = RateLimitItemPerMinute(maximum)
        if not limiter.hit(item, kind, who, cost=cost):
            reset_at = limiter.get_window_stats(item, kind, who).reset_time
            seconds = max(1, math.ceil(reset_at - time.time()))
            raise TooManyRequests(
                f"{words} may use {maximum:,} {kind} a minute; try again in {seconds} s.", seconds
            )


def _redis_url(url: str) -> str:
    """Return the address of Redis in the form that `limits` reads."""
    parts = urlsplit(url)
    if parts.scheme in ("redis", "rediss"):
        return url
    if parts.scheme in ("redis+socket", "redis+unix"):
        database = parse_qs(parts.query).get("virtual_host", ["0"])[0]
        return f"redis+unix://{parts.path}?db={database}"
    raise ConfigError(
        f"The use of keys is counted in Redis, but the broker is {parts.scheme!r}; set "
        "TAGLOOP_LIMITS_URL to redis://host:port/0."
    )
