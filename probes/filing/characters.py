"""Chinese text made even before marks are looked for: widths, spaces, invisible and traditional characters."""

import unicodedata

TRADITIONAL = str.maketrans(
    "備證號網滬遼蘇貴雲晉魯贛閩隴陝瓊寧粵雲浙鄂黔湘贈渝證",
    "备证号网沪辽苏贵云晋鲁赣闽陇陕琼宁粤云浙鄂黔湘赠渝证",
)
"""The characters that occur in marks, and only those: nothing is translated."""
INVISIBLE = dict.fromkeys([0x00AD, 0x200B, 0x200C, 0x200D, 0x200E, 0x200F, 0x2060, 0xFEFF, 0x034F])
DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−－", "-"))


def even(text: str) -> str:
    """NFKC (full-width letters and digits become plain), without invisible characters, in simplified forms."""
    return unicodedata.normalize("NFKC", text.translate(INVISIBLE)).translate(DASHES).translate(TRADITIONAL)
