"""Decoder processes: a picture that harms its decoder harms nothing else."""

import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from services.worker.backbone import Description
from services.worker.decoding import Decoder
from shared.config import load_settings
from shared.errors import DamagedPicture, DecoderCrashed
from tests.support.pictures.pictures import READABLE, encode, truncated

DESCRIPTION = Description("lite0", side=224, crop=0.875, dimensions=1280)
MEBIBYTE = 1024 * 1024
# Enough for any photograph of a phone, and not for a hundred megapixels.
MEMORY_MEBIBYTES = 384


@pytest.fixture
def decoder() -> Iterator[Decoder]:
    decoder = Decoder(DESCRIPTION, load_settings(decode_memory_bytes=MEMORY_MEBIBYTES * MEBIBYTE))
    yield decoder
    decoder.close()


def decode(decoder: Decoder, data: bytes, format: str) -> tuple[int, ...]:
    return decoder.decode(memoryview(data), format, 1).pixels.shape


def test_it_decodes_one_picture_after_another(decoder: Decoder) -> None:
    for _ in range(3):
        assert decode(decoder, READABLE["JPEG"](), "JPEG") == (224, 224, 3)
    assert decode(decoder, READABLE["HEIC"](), "HEIF") == (224, 224, 3)


def test_a_damaged_picture_says_why_and_the_next_one_is_decoded(decoder: Decoder) -> None:
    with pytest.raises(DamagedPicture, match="damaged"):
        decode(decoder, truncated(READABLE["WebP"](), 0.2), "WEBP")

    assert decode(decoder, READABLE["WebP"](), "WEBP") == (224, 224, 3)


def test_a_picture_that_needs_too_much_memory_is_refused_and_the_next_one_is_decoded(
    decoder: Decoder,
) -> None:
    large = encode(Image.new("RGB", (10_000, 10_000)), "PNG", compress_level=1)

    with pytest.raises(DamagedPicture, match=f"more than {MEMORY_MEBIBYTES} MiB of memory"):
        decode(decoder, large, "PNG")

    assert decode(decoder, READABLE["PNG"](), "PNG") == (224, 224, 3)


def test_a_decoder_that_crashes_is_replaced(decoder: Decoder) -> None:
    for end in (signal.SIGSEGV, signal.SIGABRT):
        os.kill(process_of(decoder).pid, end)

        with pytest.raises(DecoderCrashed, match=end.name) as crash:
            decode(decoder, READABLE["PNG"](), "PNG")

        assert crash.value.retryable
        assert decode(decoder, READABLE["PNG"](), "PNG") == (224, 224, 3)


def process_of(decoder: Decoder) -> "subprocess.Popen[bytes]":
    return decoder._process.process


def test_a_decoder_knows_no_secret(decoder: Decoder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TAGLOOP_DATABASE_URL", "postgresql://user:hunter2@host/db")
    other = Decoder(DESCRIPTION, load_settings())
    decode(other, READABLE["PNG"](), "PNG")

    environment = Path(f"/proc/{process_of(other).pid}/environ").read_bytes()

    assert b"hunter2" not in environment
    other.close()


def test_closing_ends_the_process(decoder: Decoder) -> None:
    other = Decoder(DESCRIPTION, load_settings())
    decode(other, READABLE["PNG"](), "PNG")

    other.close()

    assert process_of(other).returncode is not None
