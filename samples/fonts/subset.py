"""Reduce Noto Sans JP to the characters of the sample texts: see ../README.md.

python samples/fonts/subset.py FOLDER_OF_THE_NPM_PACKAGE, in an environment with fonttools.
"""

from __future__ import annotations

import sys
from pathlib import Path

from fontTools import subset  # type: ignore[import-not-found]

HERE = Path(__file__).parent
ALWAYS = [*range(0x20, 0x7F), *range(0x3001, 0x3015), *range(0x3041, 0x3097), *range(0x30A1, 0x30FF)]
ALWAYS += map(
    ord, "\u3000•–—‘’“”…©％（）［］：；，．！？～／０１２３４５６７８９①②③④⑤年月日令和元平成昭和年度第版項約名"
)


def main(package: Path) -> None:
    texts = "".join(path.read_text(encoding="utf-8") for path in sorted((HERE.parent / "text").glob("*.*")))
    options = subset.Options()
    options.layout_features = []  # reportlab reads cmap, glyf and hmtx, nothing else
    options.drop_tables += ["GSUB", "GPOS", "GDEF", "BASE", "VORG", "vhea", "vmtx"]
    options.hinting = False
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14]
    options.notdef_outline = True
    options.recalc_timestamp = False
    for folder, name in [("400Regular", "Regular"), ("700Bold", "Bold")]:
        font = subset.load_font(str(package / folder / f"NotoSansJP_{folder}.ttf"), options)
        subsetter = subset.Subsetter(options)
        subsetter.populate(unicodes=sorted({*ALWAYS, *map(ord, texts)} - {0x0A}))
        subsetter.subset(font)
        subset.save_font(font, str(HERE / f"NotoSansJP-{name}.subset.ttf"), options)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
