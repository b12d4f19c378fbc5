"""The promises about colour, computed from assets/tokens.css alone.

Contrast follows WCAG 2.2. Colour-vision deficiency is simulated with the matrices of Machado, Oliveira and Fernandes
(2009) at severity 1, in linear RGB; distance is CIEDE2000.
"""

import re
from itertools import combinations, pairwise
from typing import Final

import numpy as np
import pytest
from numpy.typing import NDArray

from dashapp.figures.theme import TOKENS, Theme, palette

Floats = NDArray[np.float64]

VISION: Final[dict[str, list[list[float]]]] = {
    "normal": [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
    "protan": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deutan": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritan": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}
TO_XYZ: Final = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)
WHITE: Final = np.array([0.95047, 1.0, 1.08883])


def linear(colour: str) -> Floats:
    rgb = np.array([int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)])
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def contrast(one: str, other: str) -> float:
    low, high = sorted(float(linear(colour) @ TO_XYZ[1]) for colour in (one, other))
    return (high + 0.05) / (low + 0.05)


def lab(colour: str, vision: str) -> Floats:
    seen = np.clip(np.array(VISION[vision]) @ linear(colour), 0, 1)
    xyz = TO_XYZ @ seen / WHITE
    f = np.where(xyz > 216 / 24389, np.cbrt(xyz), (24389 / 27 * xyz + 16) / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def ciede2000(one: Floats, two: Floats) -> float:
    """The distance of two colours in CIELAB (Sharma, Wu and Dalal 2005)."""
    l1, a1, b1 = (float(value) for value in one)
    l2, a2, b2 = (float(value) for value in two)
    mean_chroma = (np.hypot(a1, b1) + np.hypot(a2, b2)) / 2
    grey = 0.5 * (1 - np.sqrt(mean_chroma**7 / (mean_chroma**7 + 25**7)))
    a1, a2 = a1 * (1 + grey), a2 * (1 + grey)
    c1, c2 = float(np.hypot(a1, b1)), float(np.hypot(a2, b2))
    h1, h2 = np.degrees(np.arctan2(b1, a1)) % 360, np.degrees(np.arctan2(b2, a2)) % 360
    step = 0.0 if c1 * c2 == 0 else (h2 - h1 + 180) % 360 - 180
    d_hue = 2 * np.sqrt(c1 * c2) * np.sin(np.radians(step / 2))
    hue = h1 + h2 if c1 * c2 == 0 else (h1 + step / 2) % 360
    light, chroma = (l1 + l2) / 2, (c1 + c2) / 2

    def cosine(factor: float, shift: float) -> float:
        return float(np.cos(np.radians(factor * hue + shift)))

    t = 1 - 0.17 * cosine(1, -30) + 0.24 * cosine(2, 0) + 0.32 * cosine(3, 6) - 0.2 * cosine(4, -63)
    s_light = 1 + 0.015 * (light - 50) ** 2 / np.sqrt(20 + (light - 50) ** 2)
    s_chroma, s_hue = 1 + 0.045 * chroma, 1 + 0.015 * chroma * t
    rotation = np.radians(60 * np.exp(-(((hue - 275) / 25) ** 2)))
    turn = -np.sin(rotation) * 2 * np.sqrt(chroma**7 / (chroma**7 + 25**7))
    x, y, z = (l2 - l1) / s_light, (c2 - c1) / s_chroma, d_hue / s_hue
    return float(np.sqrt(x * x + y * y + z * z + turn * y * z))


@pytest.mark.parametrize("theme", Theme)
@pytest.mark.parametrize("ground", ["surface", "page", "sunken", "raised"])
@pytest.mark.parametrize("ink", ["ink", "ink-2", "ink-3", "accent", "accent-strong", "help", "watch", "good"])
def test_text_can_be_read_on_every_ground(theme: Theme, ground: str, ink: str) -> None:
    colours = palette(theme)
    assert contrast(colours[ink], colours[ground]) >= 4.5


@pytest.mark.parametrize("theme", Theme)
@pytest.mark.parametrize(
    ("ink", "ground"),
    [
        ("accent-strong", "accent-soft"),
        ("help", "help-soft"),
        ("watch", "watch-soft"),
        ("good", "good-soft"),
        ("on-accent", "accent"),
        ("ink", "flash"),
        ("ink", "watch-soft"),
    ],
)
def test_text_can_be_read_on_its_tint(theme: Theme, ink: str, ground: str) -> None:
    colours = palette(theme)
    assert contrast(colours[ink], colours[ground]) >= 4.5


@pytest.mark.parametrize("theme", Theme)
@pytest.mark.parametrize(
    "part", ["control", "chart-me", "chart-others", "chart-median", *(f"cat-{number}" for number in range(1, 9))]
)
def test_parts_of_charts_and_controls_stand_out(theme: Theme, part: str) -> None:
    colours = palette(theme)
    assert contrast(colours[part], colours["surface"]) >= 3


@pytest.mark.parametrize("theme", Theme)
@pytest.mark.parametrize("vision", VISION)
@pytest.mark.parametrize(("family", "least"), [("cat", 13.5), ("seq", 4.5), ("div", 6.5)])
def test_colours_can_be_told_apart_in_every_vision(theme: Theme, vision: str, family: str, least: float) -> None:
    colours = [value for name, value in palette(theme).items() if re.fullmatch(family + "-[1-9]", name)]
    pairs = combinations(colours, 2) if family == "cat" else pairwise(colours)
    assert min(ciede2000(lab(one, vision), lab(two, vision)) for one, two in pairs) >= least


def test_both_themes_name_the_same_colours() -> None:
    assert set(palette(Theme.LIGHT)) == set(palette(Theme.DARK))


def test_colours_are_written_down_in_the_tokens_alone() -> None:
    for name in ("look.css", "look.js", "early.js", "dashAgGridComponentFunctions.js", "dashAgGridFunctions.js"):
        text = (TOKENS.parent / name).read_text(encoding="utf-8")
        assert re.findall(r"#[0-9a-fA-F]{3,8}\b(?!\s*,\s*\[)", text) == [], name
