"""Draw docs/layers.svg: the packages in the order of the lint contract, and how much of the code is in each.

`python tools/layers_picture.py` writes it; with `--check` it writes nothing and exits with 1 when the file differs.
"""

import sys
import textwrap
import tomllib
from html import escape
from pathlib import Path

ROOT = Path(__file__).parents[1]
PICTURE = ROOT / "docs" / "layers.svg"
SOURCE = ROOT / "src" / "ostiary"
WIDTH, GAP, MARGIN = 880, 5, 16
NAME, LINE, LETTER = 32, 16, 6.6
"""The height of a box with a name only, of each line below it, and the width of a letter there."""
STYLE = """
  text { font: 14px system-ui, sans-serif; fill: #16191d }
  .small { font-size: 12px; fill: #5b6570 }
  rect { fill: #eef3f8; stroke: #b9c7d6 }
  .ground { fill: #fff; stroke: none }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6e9ec } .small { fill: #9aa5b1 } rect { fill: #1d2630; stroke: #3b4a5a } .ground { fill: #10151a }
  }
"""


def main() -> int:
    """Write the picture, or compare it when `--check` is given; return the exit code."""
    drawn = picture(layers())
    if PICTURE.exists() and PICTURE.read_text(encoding="utf-8") == drawn:
        return 0
    if "--check" in sys.argv[1:]:
        print("differs: docs/layers.svg. Run `make docs` and commit the result.")
        return 1
    PICTURE.write_text(drawn, encoding="utf-8")
    print("wrote: docs/layers.svg")
    return 0


def layers() -> list[list[str]]:
    """Return the packages of each layer, the highest first, as pyproject.toml orders them."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = settings["tool"]["importlinter"]["contracts"]
    found: list[str] = next(contract["layers"] for contract in contracts if contract["type"] == "layers")
    return [[name.strip() for name in layer.split("|")] for layer in found]


def picture(rows: list[list[str]]) -> str:
    """Return the SVG of layers."""
    boxes: list[str] = []
    y = MARGIN
    for row in rows:
        width = (WIDTH - 2 * MARGIN - GAP * (len(row) - 1)) / len(row)
        lines = [_inside(name, width) for name in row]
        height = NAME + max(len(found) * LINE + (6 if found else 0) for found in lines)
        for place, (name, found) in enumerate(zip(row, lines, strict=True)):
            at = (round(MARGIN + place * (width + GAP)), y, round(width), height)
            boxes += _box(name, found, at)
        y += height + GAP
    note = "Each layer may import those below it. Those beside each other do not know each other."
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {y + 32}" role="img" aria-labelledby="title">',
        '<title id="title">The packages of Ostiary in layers; a lower one never imports a higher one</title>',
        f"<style>{STYLE}</style>",
        f'<rect class="ground" width="{WIDTH}" height="{y + 32}"/>',
        *boxes,
        f'<text class="small" x="{MARGIN}" y="{y + 16}">{note}</text>',
        "</svg>",
        "",
    ]
    return "\n".join(parts)


def _inside(name: str, width: float) -> list[str]:
    """Return the packages within a package, in lines that fit."""
    parts = sorted(part.name for part in (SOURCE / name).glob("*/") if (part / "__init__.py").exists())
    return textwrap.wrap(", ".join(parts), int((width - 20) / LETTER))


def _box(name: str, lines: list[str], at: tuple[int, int, int, int]) -> list[str]:
    x, y, width, height = at
    return [
        f'<rect x="{x}" y="{y}" width="{width}" height="{height}" rx="6"/>',
        f'<text x="{x + 10}" y="{y + 21}">{escape(name)}</text>',
        *(
            f'<text class="small" x="{x + 10}" y="{y + NAME + 6 + number * LINE}">{escape(line)}</text>'
            for number, line in enumerate(lines)
        ),
    ]


if __name__ == "__main__":
    sys.exit(main())
