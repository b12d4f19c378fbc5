"""How wide a text of the charts is: IBM Plex Sans, of which `assets/fonts` has the Latin letters."""

import re
from collections.abc import Mapping
from functools import lru_cache
from html import unescape
from typing import Final

SIZE: Final = 12
"""Of texts in charts, in px."""
LINE: Final = 16
"""A line of text of that size, in px, with whatever font a system has in its stead."""
_EM: Final = 1000
_BY_WIDTH: Final[Mapping[int, str]] = {
    118: "\u202f",
    236: " \u00a0",
    242: "'′",
    250: "ijìíîïĩīĭįıĵ",
    272: ",.lĺļ",
    273: "‘’",
    274: "ľ‚",
    278: "łſ",
    284: "!¡",
    292: ":;",
    304: "‹›",
    314: "|¦",
    317: "[]",
    324: "f",
    326: "·",
    335: "()",
    343: "{}",
    346: "²³",
    351: "tţťț",
    357: "ŧ",
    358: "ŀ",
    359: "¹",
    367: "rŕŗř",
    383: "/\\",
    396: "•",
    398: "º",
    399: "-ª",
    400: "IÌÍÎÏĨĪĬĮİ",
    419: '"″',
    450: "*",
    464: "zźżž",
    467: "¿",
    468: "°",
    474: "”",
    475: "“„",
    476: "®",
    477: "?",
    487: "sśŝşšș",
    492: "v",
    496: "ĳ",
    499: "yýÿŷ",
    501: "LĹĻĽĿ",
    503: "cçćĉċč",
    507: "x",
    508: "Ł",
    510: "JĴ",
    513: "«»",
    514: "¢",
    527: "kķĸ",
    528: "g",
    531: "ĝğġģ",
    534: "aàáâãäåāăą",
    549: "eèéêëēĕėęě",
    552: "†",
    555: "ð",
    559: "F",
    560: "oòóôõöōŏő",
    565: "_",
    568: "hnuñøùúûüĥħńņňŋũūŭůűų",
    572: "TŢŤȚ",
    573: "µ",
    580: "ZbdpqþŹŻŽ",
    581: "SŚŜŞŠȘ",
    582: "Ŧ",
    583: "EÈÉÊËđĒĔĖĘĚ",
    586: "§",
    588: "–",
    593: "YÝŶŸ",
    595: "£",
    598: "$",
    600: "0123456789+<=>^`~¨¬¯±´¸×÷−",
    603: "ď",
    605: "¥",
    606: "PÞ",
    609: "V",
    612: "¤",
    613: "X",
    621: "CÇĆĈĊČ",
    625: "€",
    634: "KĶ",
    640: "RßŔŖŘ",
    641: "AÀÁÂÃÄÅĀĂĄ",
    645: "Ĳ",
    652: "¶",
    653: "B",
    671: "DĎ",
    674: "ÐĐ",
    678: "UÙÚÛÜŨŪŬŮŰŲ",
    694: "&",
    695: "GĜĞĠĢ",
    707: "HNÑĤŃŅŇŊ",
    708: "OQÒÓÔÕÖØŌŎŐ",
    713: "#Ħ",
    768: "wŵ",
    776: "©",
    780: "—",
    803: "…",
    811: "ŉ",
    812: "M",
    820: "↑↓",
    824: "¾",
    847: "¼",
    864: "æ",
    872: "½",
    873: "m",
    891: "@WŴ",
    907: "Æ",
    927: "%",
    931: "œ",
    985: "Œ",
    # Of another font, one of the system's; none is wider than that.
    1000: "▲◆○",
    # Signs of direction.
    0: "\u2066\u2067\u2068\u2069",
}
"""Advance widths of the regular weight in thousandths of an em, as browsers give them for 1000 px."""
WIDTHS: Final = {letter: width for width, letters in _BY_WIDTH.items() for letter in letters}
"""Of each letter that is known, in thousandths of an em."""
_COLOURED: Final = re.compile(r'<span style="color:[^"<>]*">|</span>')


@lru_cache(maxsize=8192)
def width(text: str, size: float = SIZE) -> float | None:
    """The width in px of one line of text as plotly is given it, with colours and escaped signs; None where it has
    other markup, or a letter of another font."""
    shown = _COLOURED.sub("", text)
    if "<" in shown:
        return None
    try:
        return sum(WIDTHS[letter] for letter in unescape(shown)) * size / _EM
    except KeyError:
        return None
