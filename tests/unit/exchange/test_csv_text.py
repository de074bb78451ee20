"""CSV as spreadsheets write it, and cells that they would run as formulas."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagloop.client.errors import LabelsUnusable
from tagloop.exchange.labels.csv_rows import read_rows
from tagloop.exchange.labels.csv_text import hide_formula, show_formula
from tagloop.exchange.labels.rows import Row, Unusable


def read(tmp_path: Path, data: bytes) -> list[tuple[int, str]]:
    """Return the number of each line, with its tag or the reason why it is left out."""
    file = tmp_path / "labels.csv"
    file.write_bytes(data)
    return [
        (row.line, row.tag if isinstance(row, Row) else row.reason)
        for row in read_rows(file)
        if isinstance(row, (Row, Unusable))
    ]


@pytest.mark.parametrize(
    "data",
    [
        "path,tag\nx.jpg,Café\n".encode(),
        "\ufeffpath,tag\r\nx.jpg,Café\r\n".encode(),
        "path;tag\nx.jpg;Café\n".encode(),
        "sep=;\npath;tag\nx.jpg;Café\n".encode(),
        "path\ttag\r\nx.jpg\tCafé\r\n".encode("utf-16"),
        "path,tag\r\nx.jpg,Café\r\n".encode("utf-16-le"),
        "path,tag\r\nx.jpg,Café\r\n".encode("utf-16-be"),
        "path,tag\r\nx.jpg,Café\r\n".encode("utf-32"),
        "path;tag\r\nx.jpg;Café\r\n".encode("cp1252"),
    ],
)
def test_every_encoding_and_separator_of_excel_is_read(tmp_path: Path, data: bytes) -> None:
    assert [tag for _, tag in read(tmp_path, data)] == ["Café"]


def test_an_unclosed_quote_costs_only_its_own_line(tmp_path: Path) -> None:
    data = b'path,tag\na.jpg,one\na.jpg,"two\na.jpg,three\na.jpg,"four"\n'

    assert read(tmp_path, data) == [
        (2, "one"),
        (3, "a quote in it is not closed"),
        (4, "three"),
        (5, "four"),
    ]


def test_a_cell_of_two_lines_is_one_cell(tmp_path: Path) -> None:
    data = b'path,tag,note\na.jpg,one,"two\nlines"\nb.jpg,two,\n'

    assert read(tmp_path, data) == [(2, "one"), (4, "two")]


def test_a_cell_that_is_too_long_costs_only_its_own_line(tmp_path: Path) -> None:
    data = b"path,tag\na.jpg," + b"x" * 200_000 + b"\na.jpg,two\n"

    assert read(tmp_path, data) == [
        (2, "a cell in it has more than 131,072 characters"),
        (3, "two"),
    ]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "is empty"),
        (b"\xef\xbb\xbf\r\n", "is empty"),
        (b"PK\x03\x04" + bytes(200), "is a workbook"),
        (b"\xff\xfep\0a", "no whole UTF-16"),
        (b"x" * 200_000, "has no column"),
        (b"sha256,tag, Tag\n", "2 columns named 'tag'"),
    ],
)
def test_a_file_that_is_not_csv_is_refused_with_its_own_reason(
    tmp_path: Path, data: bytes, reason: str
) -> None:
    with pytest.raises(LabelsUnusable, match=reason):
        read(tmp_path, data)


def test_the_name_beside_a_slug_is_kept_as_written(tmp_path: Path) -> None:
    data = "path,tag,name\na.jpg,strassenbahn,Straßenbahn\na.jpg,crane-2,crane\n".encode()

    assert [tag for _, tag in read(tmp_path, data)] == ["Straßenbahn", "crane-2"]


@given(st.text(alphabet="'=+-@ab\t", max_size=8))
def test_no_cell_is_run_and_each_comes_back_as_it_was(text: str) -> None:
    assert hide_formula(text)[:1] not in tuple("=+-@\t")
    assert show_formula(hide_formula(text)) == text
