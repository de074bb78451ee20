"""Bodies that are a picture, a form with one, or JSON with its address."""

from collections.abc import Collection
from dataclasses import dataclass, field
from io import BytesIO
from urllib.parse import parse_qsl

from flask import request

from services.compat.pictures.tagging import Picture, PictureUrl
from services.compat.requests.body import MAX_JSON_BYTES, MEBIBYTE, read_body
from services.compat.requests.json_body import read_json_object
from services.compat.requests.validation import Members, validate
from shared.errors import BadRequest, TooManyBytes
from shared.web.context import context
from shared.web.uploads.multipart import FormField, UploadedFile, read_parts

JSON = "application/json"
FORM = "multipart/form-data"
URL_ENCODED = "application/x-www-form-urlencoded"
MAX_PARTS = 20
# Of a form's boundaries and its parts besides a picture.
OTHER_BYTES = MEBIBYTE


class UrlBody(Members):
    """The address of a picture."""

    url: str


@dataclass
class Form:
    """The parts of a form, by name."""

    fields: dict[str, str] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)


def max_body_bytes() -> int:
    """Return how large a body with a picture may be; base64 makes it a third larger."""
    return max(context().settings.max_image_bytes + OTHER_BYTES, MAX_JSON_BYTES)


def read_picture() -> Picture:
    """Return the picture of the current request.

    Raises:
        BadRequest: there is none, or the body can't be read.
        BodyTooLarge: the body is too large for any picture.
    """
    if request.mimetype == JSON:
        return PictureUrl(validate(UrlBody, read_json_object()).url)
    if request.mimetype == FORM:
        files = read_form().files
        if not files:
            raise BadRequest("The form has no file.")
        return next(iter(files.values()))
    content = bytes(read_body(max_body_bytes()))
    if not content:
        raise BadRequest("The body is empty; it has to be a picture.")
    return content


def read_form() -> Form:
    """Return the form in the body of the current request, multipart or URL-encoded.

    Raises:
        BadRequest: it is malformed, has too many parts, or has two of one name.
        TooManyBytes: a file is larger than a picture may be.
        BodyTooLarge: the body is too large for any picture.
    """
    body = read_body(max_body_bytes())
    if request.mimetype == URL_ENCODED:
        try:
            pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=MAX_PARTS)
        except ValueError as error:
            raise BadRequest(f"The form is malformed: {error}.") from error
        fields: dict[str, str] = {}
        for name, value in pairs:
            _refuse_second(name, fields)
            fields[name] = value
        return Form(fields)
    boundary = request.mimetype_params.get("boundary", "").encode()
    if request.mimetype != FORM or not boundary:
        return Form()
    form = Form()
    limit = context().settings.max_image_bytes
    parts = read_parts(BytesIO(body), boundary, limit, MAX_PARTS, max_field_bytes=len(body))
    for part in parts:
        _refuse_second(part.name, {**form.fields, **form.files})
        match part:
            case FormField(name=name, value=value):
                form.fields[name] = value
            case UploadedFile(complete=False):
                raise TooManyBytes(f"The file has more than {limit:,} bytes.")
            case UploadedFile(name=name, content=content):
                form.files[name] = content.read()
    return form


def _refuse_second(name: str, sent: Collection[str]) -> None:
    """Raise BadRequest if a part of this name has been sent already."""
    if name in sent:
        raise BadRequest(f"The form has {name[:100]!r} twice; send it once.")
