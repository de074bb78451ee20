"""Imagga v2: tags of a picture that is sent, uploaded before, or at a web address."""

from typing import Annotated, Any

from flask import Response, json, request
from flask_openapi3 import APIBlueprint
from pydantic import BaseModel, Field

from services.compat.dialect import Dialect
from services.compat.pictures.labels import as_it_is, surest
from services.compat.pictures.tagging import (
    Picture,
    PictureOutcome,
    PictureUrl,
    find_tagged,
    name_images,
    send_in,
    tagging_one,
)
from services.compat.requests.json_body import decode_base64
from services.compat.requests.keys import in_basic_password, in_basic_user, key_reader
from services.compat.requests.picture_body import Form, max_body_bytes, read_form
from services.compat.requests.validation import Members, validate
from shared.db.connection.engine import transaction
from shared.db.images.deleting import delete_image
from shared.errors import BadRequest, TagloopError
from shared.storage.deleting import delete_files
from shared.storage.image_ids import parse_image_id
from shared.storage.storage import file_keys
from shared.web.context import context
from shared.web.requests.named import find_row

PERCENT = 100.0
DIGITS = 4
NO_LIMIT = -1
SUCCESS = {"text": "", "type": "success"}

TAGS_QUERY: dict[str, Any] = {
    "parameters": [
        {"name": "image_url", "in": "query", "schema": {"type": "string"}},
        {"name": "image_upload_id", "in": "query", "schema": {"type": "string"}},
        {"name": "limit", "in": "query", "schema": {"type": "integer"}},
        {"name": "threshold", "in": "query", "schema": {"type": "number"}},
    ]
}
FILE_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "properties": {
                        "image": {"type": "string", "contentMediaType": "image/*"},
                        "image_base64": {"type": "string"},
                    },
                }
            }
        },
    }
}


class UploadPath(BaseModel):
    """Id of an uploaded picture."""

    upload_id: str


class TagsOptions(Members):
    """Which tags are wanted. limit: -1 and 0: all. threshold: minimum confidence, 0 to 100."""

    limit: Annotated[int, Field(ge=NO_LIMIT)] = NO_LIMIT
    threshold: Annotated[float, Field(ge=0, le=PERCENT)] = 0.0


def add_routes(blueprint: APIBlueprint, root: str) -> None:
    """Add the operations; the tagger that a client names is ignored."""

    @blueprint.get(
        f"{root}/v2/tags", summary="Imagga: tag a picture", openapi_extensions=TAGS_QUERY
    )
    def get_imagga_tags() -> Response:
        """Of a web address or an upload; see docs/api/compat/imagga.md."""
        return answer_tags()

    @blueprint.post(
        f"{root}/v2/tags", summary="Imagga: tag a sent picture", openapi_extensions=FILE_BODY
    )
    def post_imagga_tags() -> Response:
        """Of a file, or of base64; see docs/api/compat/imagga.md."""
        return answer_tags()

    @blueprint.post(
        f"{root}/v2/uploads", summary="Imagga: upload a picture", openapi_extensions=FILE_BODY
    )
    def post_imagga_upload() -> Response:
        """To be tagged by its `upload_id`."""
        if not context().settings.compat_keep:
            raise BadRequest("Pictures are not kept here; send them to /v2/tags instead.")
        upload_id = send_in(_picture_in(read_form()))
        return _answer({"result": {"upload_id": str(upload_id)}, "status": SUCCESS})

    @blueprint.delete(f"{root}/v2/uploads/<upload_id>", summary="Imagga: delete an upload")
    def delete_imagga_upload(path: UploadPath) -> Response:
        """Deletes the image, as `DELETE /v1/images/{id}` does, and needs the same key."""
        image_id = find_row(path.upload_id)["id"]
        with transaction(context().engine) as connection:
            gone = delete_image(connection, image_id)
        delete_files(context().engine, context().storage, file_keys(gone))
        return _answer({"status": SUCCESS})

    blueprint.add_url_rule(
        f"{root}/v2/tags/<tagger>", "tags_of_tagger", answer_tags, methods=["GET", "POST"]
    )


def answer_tags(**names: str) -> Response:
    """Tag the picture that the current request sends or names.

    Raises:
        TagloopError: it is refused.
    """
    form = read_form()
    if twice := [name for name, given in request.args.lists() if len(given) > 1]:
        raise BadRequest(f"The query has {twice[0][:100]!r} twice; send it once.")
    values = {**request.args.to_dict(), **form.fields}
    options = validate(TagsOptions, values)
    if upload_id := values.get("image_upload_id"):
        if form.files or values.get("image_url") or values.get("image_base64"):
            raise BadRequest("Send one picture: image, image_base64, image_url or image_upload_id.")
        outcome = find_tagged(parse_image_id(upload_id))
        _ = outcome.image
        return _describe(outcome, options)
    with tagging_one(_picture_in(form, values.get("image_url"))) as outcome:
        return _describe(outcome, options)


def describe_error(error: TagloopError) -> Response:
    """Return an error."""
    status = {"text": str(error), "type": "error"}
    # Imagga has no codes for kinds of bad pictures.
    code = 400 if error.status in (411, 413, 415, 422) else error.status
    return _answer({"status": status}, code)


def _picture_in(form: Form, url: str | None = None) -> Picture:
    pictures: list[Picture] = list(form.files.values())
    if text := form.fields.get("image_base64"):
        pictures.append(decode_base64(text))
    if url:
        pictures.append(PictureUrl(url))
    if len(pictures) != 1:
        raise BadRequest("Send one picture: image, image_base64, image_url or image_upload_id.")
    return pictures[0]


def _describe(outcome: PictureOutcome, options: TagsOptions) -> Response:
    labels = [one for one in outcome.labels if one.confidence * PERCENT >= options.threshold]
    # 0 is no limit either: an empty answer would say that nothing was found.
    limit = options.limit if options.limit > 0 else None
    tags = [
        {
            "confidence": round(label.confidence * PERCENT, DIGITS),
            # The words are English, so no other language is promised.
            "tag": {"en": label.called(as_it_is)},
        }
        for label in surest(labels, limit)
    ]
    return name_images(_answer({"result": {"tags": tags}, "status": SUCCESS}), [outcome])


def _answer(document: dict[str, Any], code: int = 200) -> Response:
    return Response(json.dumps(document), code, mimetype="application/json")


IMAGGA = Dialect(
    "imagga",
    add_routes,
    key_reader(max_body_bytes, in_basic_user, in_basic_password),
    describe_error,
)
