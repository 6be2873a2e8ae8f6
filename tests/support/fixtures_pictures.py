"""Draw pictures with and without text."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

FONT = Path(__file__).parents[2] / "samples" / "fonts" / "NotoSansJP-Regular.subset.ttf"


def picture(*lines: str, size: tuple[int, int] = (1000, 200), type_size: int = 40) -> Image.Image:
    """Draw lines in black on white. The font has only the characters of the sample deck."""
    image = Image.new("RGB", size, "white")
    pen, font = ImageDraw.Draw(image), ImageFont.truetype(str(FONT), type_size)
    for number, line in enumerate(lines):
        pen.text((30, 30 + number * 1.6 * type_size), line, "black", font)
    return image


def photograph(size: tuple[int, int] = (800, 400)) -> Image.Image:
    """Draw smooth shades with the noise of a camera sensor."""
    y, x = np.mgrid[0 : size[1], 0 : size[0]]
    grain = np.random.default_rng(7).integers(0, 30, (size[1], size[0]))
    shades = (90 + 70 * np.sin(x / 90) + 60 * np.cos(y / 70) + grain).clip(0, 255).astype("uint8")
    return Image.fromarray(shades).convert("RGB")


def png(image: Image.Image) -> bytes:
    """Return a picture as the bytes of a PNG file."""
    stream = io.BytesIO()
    image.save(stream, "PNG")
    return stream.getvalue()
