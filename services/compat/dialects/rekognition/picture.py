"""The picture of a request: bytes in the body, or an object in an allowed bucket."""

from services.compat.dialects.rekognition.documents import ObjectInBucket, RequestedPicture
from services.compat.dialects.rekognition.errors import AwsError
from services.compat.requests.json_body import decode_base64
from shared.errors import BadRequest, PictureError, TooManyBytes, Unavailable
from shared.fetch.objects import read_object
from shared.storage.object_url import object_url
from shared.web.context import context

# AWS' own limits, of bytes in the request and of objects.
MAX_BYTES = 5 * 1024 * 1024
MAX_OBJECT_BYTES = 15 * 1024 * 1024
OBJECT_SECONDS = 10.0
INVALID_OBJECT = (
    "Unable to get object metadata from S3. Check object key, region and/or access permissions."
)


def read_picture(picture: RequestedPicture) -> bytes:
    """Return the bytes of a picture.

    Raises:
        BadRequest: there is no picture, or there are two, or it is not base64.
        TooManyBytes: it is larger than Rekognition takes.
        AwsError: the object can't be read, or its bucket is not listed.
    """
    if (picture.Bytes is None) == (picture.S3Object is None):
        raise BadRequest("Image has to have exactly one of Bytes and S3Object.")
    if picture.S3Object is not None:
        return _read_object(picture.S3Object)
    content = decode_base64(picture.Bytes)
    if len(content) > MAX_BYTES:
        raise TooManyBytes(f"Image.Bytes has more than {MAX_BYTES:,} bytes.")
    if not content:
        raise BadRequest("Image.Bytes is empty.")
    return content


def _read_object(named: ObjectInBucket) -> bytes:
    # The deployment's credentials may open other buckets, which callers must not read.
    if named.Bucket not in context().settings.s3_buckets:
        raise AwsError("InvalidS3ObjectException", INVALID_OBJECT)
    url = object_url(named.Bucket, named.Name)
    with context().room.place() as has_place:
        if not has_place:
            raise Unavailable("Too many requests wait already; try again later.")
        try:
            with read_object(url, MAX_OBJECT_BYTES, OBJECT_SECONDS, named.Version) as file:
                return file.read()
        except TooManyBytes:
            raise
        except PictureError as error:
            raise AwsError("InvalidS3ObjectException", INVALID_OBJECT) from error
