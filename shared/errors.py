"""Every error that Tagloop raises on purpose.

The docstring of a class is its default message. `status` is the HTTP status that the error becomes;
`retryable` says whether the same call may succeed later without any change.
"""


class TagloopError(Exception):
    """Something went wrong inside Tagloop."""

    status = 500
    # Identifies the kind of problem to programs, where the status alone does not.
    type = "about:blank"
    retryable = False

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or (self.__doc__ or "").strip())

    @property
    def members(self) -> dict[str, object]:
        """Return what a problem document has for programs besides the standard members."""
        return {}

    @property
    def title(self) -> str:
        """The kind of error in a few words, the same for every occurrence."""
        return (self.__doc__ or "").strip().splitlines()[0].rstrip(".")


class ConfigError(TagloopError):
    """A setting has a value that Tagloop cannot work with."""


class BadRequest(TagloopError):
    """The request does not fit the API."""

    status = 400


class UnverifiedSender(TagloopError):
    """The request does not prove who sent it."""

    status = 401


class Replayed(UnverifiedSender):
    """This request was accepted before."""


class InvalidKey(TagloopError):
    """The request has no valid key."""

    status = 401


class Forbidden(TagloopError):
    """The caller may not do this."""

    status = 403


class ForgedRequest(Forbidden):
    """The request may have been made by another site's page."""

    type = "urn:tagloop:problem:csrf"


class NotFound(TagloopError):
    """There is nothing here by that name."""

    status = 404


class Conflict(TagloopError):
    """Something that already exists prevents this."""

    status = 409


class TagDeleted(Conflict):
    """The tag was deleted a moment ago."""


class TooManyCorrections(BadRequest):
    """The request has more corrections than this server accepts at once."""

    status = 413


class TooSlow(TagloopError):
    """The request did not arrive in time; send it again over a faster connection."""

    status = 408
    retryable = True


class LengthRequired(TagloopError):
    """The request does not say how large its body is; send it with a Content-Length."""

    status = 411


class BodyOverLimit(TagloopError):
    """The body is larger than what the key may send in a minute."""

    status = 413


class BodyTooLarge(TagloopError):
    """The body is larger than this server accepts here."""

    status = 413


class TooManyRequests(TagloopError):
    """The key has reached its limit for now."""

    status = 429
    retryable = True

    def __init__(self, message: str | None = None, retry_after_seconds: int = 60) -> None:
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds


class Unavailable(TagloopError):
    """A service that Tagloop needs does not answer at the moment."""

    status = 503
    retryable = True
    retry_after_seconds = 5


class Deadlocked(Unavailable):
    """Another request changed the same rows; try again."""

    retry_after_seconds = 1


class QueueFull(Unavailable):
    """Too many pictures wait to be tagged."""

    retry_after_seconds = 10


class Stalled(Unavailable):
    """Pictures wait, and no worker is tagging any."""


class NetworkReplaced(TagloopError):
    """Another network went live while this one worked."""

    retryable = True


class BackboneStalled(TagloopError):
    """The network has stopped answering; only a new process helps."""


class PictureError(TagloopError):
    """The picture cannot be tagged."""

    status = 422


class EmptyFile(PictureError):
    """The file is empty."""

    status = 400


class NotAPicture(PictureError):
    """The file is not a picture in a format that Tagloop reads."""

    status = 415


class UnreadKind(NotAPicture):
    """The picture is of a kind that Tagloop does not read."""


class TooManyBytes(PictureError):
    """The file is larger than this server accepts."""

    status = 413


class TooManyPixels(PictureError):
    """The picture has more pixels than this server accepts."""

    status = 413


class DamagedPicture(PictureError):
    """The picture is damaged and cannot be decoded."""


class DecoderCrashed(PictureError):
    """The picture crashed its decoder."""

    # Once is no proof: the machine may have been short of memory.
    retryable = True


class BlobMissing(PictureError):
    """The stored file is gone."""

    status = 404


class UnsafeUrl(TagloopError):
    """The URL must not be fetched by this server."""

    status = 400


class FetchFailed(PictureError):
    """The URL could not be fetched."""


class NotThereYet(FetchFailed):
    """There is nothing at the URL, or not yet."""

    # Many stores announce an object before everyone can read it.
    retryable = True


class OriginUnavailable(FetchFailed):
    """The server that the URL points to does not answer at the moment."""

    retryable = True


class StorageUnavailable(Unavailable):
    """The blob storage does not answer at the moment."""
