"""Every error of an app is a problem document (RFC 9457)."""

import inspect
from typing import Annotated, Literal
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pydantic import AfterValidator, BaseModel, Field, ValidationError
from werkzeug.exceptions import ImATeapot

import shared.errors
from shared.errors import NotFound, StorageUnavailable, TagloopError, Unavailable
from shared.web.answers.problems import (
    MIME_TYPE,
    problem_of,
    register_problems,
    validation_problem,
)

ERRORS = [
    error
    for _, error in inspect.getmembers(shared.errors, inspect.isclass)
    if issubclass(error, TagloopError)
]


def check_name(name: str) -> str:
    if not name:
        raise ValueError("a name has at least one letter")
    return name


class Form(BaseModel):
    """One member for each kind of rule; none is required."""

    number: float = 0.0
    count: int = Field(0, le=5)
    kind: Literal["queued", "failed"] = "queued"
    known: dict[str, int] = Field(default_factory=dict)
    id: UUID | None = None
    name: Annotated[str, AfterValidator(check_name)] = "a"
    names: list[str] = Field(default_factory=list, max_length=2)


def raise_error(error: Exception) -> str:
    raise error


@pytest.fixture
def client() -> FlaskClient:
    app = Flask(__name__)
    register_problems(app)
    app.add_url_rule("/missing", "a", lambda: raise_error(NotFound("There is no image 'x'.")))
    app.add_url_rule("/away", "b", lambda: raise_error(StorageUnavailable()))
    app.add_url_rule("/bug", "c", lambda: raise_error(ZeroDivisionError("the secret detail")))
    app.add_url_rule("/teapot", "d", lambda: raise_error(ImATeapot()))
    return app.test_client()


def test_an_error_of_tagloop_has_its_status_and_says_what_is_wrong(client: FlaskClient) -> None:
    answer = client.get("/missing")

    assert answer.status_code == 404
    assert answer.mimetype == MIME_TYPE
    assert answer.get_json() == {
        "type": "about:blank",
        "title": "There is nothing here by that name",
        "status": 404,
        "detail": "There is no image 'x'.",
    }


def test_a_temporary_failure_says_when_to_retry(client: FlaskClient) -> None:
    answer = client.get("/away")

    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) == Unavailable.retry_after_seconds


def test_a_bug_is_a_500_that_gives_nothing_away(client: FlaskClient) -> None:
    answer = client.get("/bug")

    assert answer.status_code == 500
    assert answer.mimetype == MIME_TYPE
    assert "secret" not in answer.text


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/teapot", 418), ("GET", "/nowhere", 404), ("POST", "/missing", 405)],
)
def test_errors_of_the_framework_are_problem_documents_too(
    client: FlaskClient, method: str, path: str, status: int
) -> None:
    answer = client.open(path, method=method)

    assert answer.status_code == status
    assert answer.mimetype == MIME_TYPE
    assert answer.get_json()["status"] == status
    assert path in answer.get_json()["detail"] or status == 418
    assert ("Allow" in answer.headers) == (status == 405)


@pytest.mark.parametrize("error", ERRORS)
def test_every_error_has_a_sentence_a_title_and_a_status(error: type[TagloopError]) -> None:
    problem = problem_of(error())

    assert str(problem["detail"]).endswith(".")
    assert problem["title"]
    assert 400 <= error.status < 600
    assert problem_of(error("Something else."))["title"] == problem["title"]


@pytest.mark.parametrize(
    ("member", "value", "sentence"),
    [
        ("number", "abc", "number: 'abc' is not a number"),
        ("count", 7, "count: 7 is too large; the most is 5"),
        ("count", "x" * 900, f"count: '{'x' * 59}… is not a whole number"),
        ("kind", "lost", "kind: 'lost' is unknown; use 'queued' or 'failed'"),
        ("known", [1], "known: it has to be a JSON object"),
        ("id", "nope", "id: 'nope' is not an id"),
        ("name", "", "name: a name has at least one letter"),
        ("names", ["a", "b", "c"], "names: it has 3 entries; the most are 2"),
    ],
)
def test_a_value_that_does_not_fit_is_named_in_plain_words(
    member: str, value: object, sentence: str
) -> None:
    with pytest.raises(ValidationError) as caught:
        Form.model_validate({member: value})

    assert validation_problem(caught.value)["detail"] == sentence
