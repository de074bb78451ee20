"""The multipart bodies that the client sends."""

import os
from io import BytesIO
from pathlib import Path

import pytest
from werkzeug.formparser import parse_form_data

from tagloop.client.errors import FileUnusable
from tagloop.client.multipart import BLOCK_BYTES, Multipart, open_file
from tagloop.client.names import printable


def test_a_server_reads_the_same_files_back(tmp_path: Path) -> None:
    contents = [b"", b"small", os.urandom(2 * BLOCK_BYTES + 1), b"\r\n--\r\n"]
    paths = [tmp_path / f"{number}.jpg" for number in range(len(contents))]
    for path, content in zip(paths, contents, strict=True):
        path.write_bytes(content)
    body = Multipart([open_file(str(path)) for path in paths])

    sent = b"".join(body)

    assert len(sent) == body.content_length
    environ = {
        "wsgi.input": BytesIO(sent),
        "CONTENT_LENGTH": str(body.content_length),
        "CONTENT_TYPE": body.content_type,
        "REQUEST_METHOD": "POST",
    }
    files = parse_form_data(environ)[2].getlist("file")
    assert [file.read() for file in files] == contents
    assert [file.filename for file in files] == [path.name for path in paths]


def test_a_body_can_be_sent_again(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(b"content")
    body = Multipart([open_file(str(path))])
    assert b"".join(body) == b"".join(body)


def test_a_file_that_shrinks_while_it_is_sent(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(b"content")
    body = Multipart([open_file(str(path))])
    path.write_bytes(b"")
    with pytest.raises(FileUnusable, match="shorter") as caught:
        list(body)
    assert caught.value.path == str(path)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (b"plain.jpg", "plain.jpg"),
        ("Ä ü 猫.jpg".encode(), "Ä ü 猫.jpg"),
        (b"caf\xe9.jpg", "caf\\xe9.jpg"),
        (b"\x1b[31mred\n.jpg", "\\x1b[31mred\\n.jpg"),
    ],
)
def test_names_are_safe_to_print(name: bytes, text: str) -> None:
    assert printable(os.fsdecode(name)) == text


def test_a_file_name_cannot_break_the_header(tmp_path: Path) -> None:
    path = tmp_path / 'a"\r\nX-Evil: 1.jpg'
    path.write_bytes(b"")
    body = b"".join(Multipart([open_file(str(path))]))
    assert b"\r\nX-Evil" not in body
