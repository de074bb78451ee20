"""Read the body of an upload, of any kind, into the intake and its options."""

from typing import Any

from flask import Request
from pydantic import ValidationError

from services.ingest.callbacks import check_callbacks
from shared.errors import BadRequest
from shared.web.answers.invalid import describe_invalid
from shared.web.requests.body import open_body
from shared.web.requests.gathering import gather, read_pieces
from shared.web.uploads.intake import Intake
from shared.web.uploads.multipart import FormField, UploadedFile, read_parts
from shared.web.uploads.options import UploadOptions, collect

MULTIPART = "multipart/form-data"
JSON = "application/json"
JSON_BYTES = 256 * 1024
# The number of form fields that a request may have besides its files.
MAX_FIELDS = 50


def read_body(request: Request, intake: Intake) -> UploadOptions:
    """Offer every picture of the request to the intake; return the request's options.

    A field or member of the body takes precedence over a query parameter of the same name.

    Raises:
        BadRequest: the body can't be read, or an option is not valid.
        UnsafeUrl: the callback URL must not be sent to.
        StorageUnavailable: a file can't be stored now.
    """
    values = collect(request.args.items(multi=True))
    if request.mimetype == MULTIPART:
        values |= _read_multipart(request, intake)
    elif request.mimetype == JSON:
        values |= _read_json(request)
    else:
        _read_raw(request, intake)
    options = parse_options(values)
    check_callbacks([options.callback_url], intake.context.settings)
    if options.url is not None:
        intake.add_url(options.url)
    if not intake.offered:
        raise BadRequest(
            "The request has no picture: send a multipart field 'file' with a file name, an "
            'image as the body, or JSON {"url": "…"}.'
        )
    return options


def _read_multipart(request: Request, intake: Intake) -> dict[str, Any]:
    boundary = request.mimetype_params.get("boundary", "").encode()
    if not boundary:
        raise BadRequest("The Content-Type of the multipart body names no boundary.")
    settings = intake.context.settings
    max_parts = settings.max_files + MAX_FIELDS
    fields: list[tuple[str, str]] = []
    for part in read_parts(open_body(request), boundary, settings.max_image_bytes, max_parts):
        match part:
            case UploadedFile():
                if len(intake.offered) == settings.max_files:
                    raise BadRequest(f"A request may have at most {settings.max_files:,} files.")
                intake.add_file(part.content, part.filename, part.complete)
            case FormField(name=name, value=value):
                fields.append((name, value))
    return collect(fields)


def _read_json(request: Request) -> dict[str, Any]:
    text = b"".join(read_pieces(open_body(request), JSON_BYTES))
    if len(text) > JSON_BYTES:
        raise BadRequest(f"The JSON body has more than {JSON_BYTES:,} bytes.")
    try:
        body = request.json_module.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadRequest(f"The body is not valid JSON: {error}.") from error
    if not isinstance(body, dict) or "url" not in body:
        raise BadRequest('The JSON body has to be an object with a "url".')
    return body


def _read_raw(request: Request, intake: Intake) -> None:
    limit = intake.context.settings.max_image_bytes
    content, complete = gather(read_pieces(open_body(request), limit), limit)
    with content:
        intake.add_file(content, None, complete)


def parse_options(values: dict[str, Any]) -> UploadOptions:
    """Validate the options of a request.

    Raises:
        BadRequest: an option is not valid; the message names it.
    """
    try:
        return UploadOptions.model_validate(values)
    except ValidationError as error:
        raise BadRequest(describe_invalid(error)) from error
