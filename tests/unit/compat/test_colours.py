"""Colours of pictures with obvious colours."""

import numpy as np
import pytest
from PIL import Image

from services.compat.pictures.colours import SIMPLE, measure_look


def test_a_flag_has_its_three_colours() -> None:
    flag = Image.new("RGB", (300, 200), (0, 0, 0))
    flag.paste((204, 31, 31), (100, 0, 200, 200))
    flag.paste((255, 255, 0), (200, 0, 300, 200))

    look = measure_look(flag, 3)

    assert {colour.simple_name for colour in look.colours} == {"black", "red", "yellow"}
    assert sum(colour.share for colour in look.colours) == pytest.approx(1, abs=0.05)


def test_the_most_frequent_colour_comes_first() -> None:
    picture = Image.new("RGB", (100, 100), (255, 255, 255))
    picture.paste((255, 0, 0), (0, 0, 20, 100))

    look = measure_look(picture, 1)

    [white] = look.colours
    assert (white.hex_code, white.css_name, white.simple_name) == ("#ffffff", "white", "white")
    assert white.share == pytest.approx(0.8, abs=0.02)


def test_every_simple_colour_is_called_by_its_own_name() -> None:
    for name, code in SIMPLE.items():
        [colour] = measure_look(Image.new("RGB", (8, 8), code), 1).colours
        assert colour.simple_name == name


def test_quality_goes_from_flat_to_full() -> None:
    grey = measure_look(Image.new("RGB", (50, 50), (128, 128, 128)), 5)
    board = np.indices((64, 64)).sum(axis=0) % 2 * 255
    chess = measure_look(Image.fromarray(board.astype(np.uint8)).convert("RGB"), 5)

    assert (grey.sharpness, grey.contrast) == (0, 0)
    assert grey.brightness == pytest.approx(50, abs=1)
    assert (chess.sharpness, chess.contrast) == (100, 100)
