"""Choose the files to measure: the real documents if they are beside the project, otherwise the sample site."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class Corpus:
    """The files of a benchmark run, by the job that reads them."""

    name: str
    reports: tuple[Path, ...]  # PDF, for reading
    decks: tuple[Path, ...]  # PPTX
    pairs: tuple[tuple[Path, Path], ...]  # Japanese, English
    files: tuple[Path, ...]  # everything
    evaluation: Path | None = None  # folder with structure.py and score.py beside gold/ and corpus/

    @property
    def pdfs(self) -> tuple[Path, ...]:
        return tuple(file for file in self.files if file.suffix.lower() == ".pdf")


def find() -> Corpus:
    """Return the shared test corpus if it exists, otherwise the sample site."""
    shared = ROOT.parent / "shared"
    folder = shared / "corpus" / "site" / "assets" / "pdf"
    if not folder.is_dir():
        return _samples()
    reports = ("E1_ai_safety_RT_v1.10_en.pdf", "trusted_web_v1.0_ja.pdf", "council_ronten_ja.pdf")
    pairs = (
        "20250106_AISIoverview_{}.pdf",
        "aisev-rt_{}.pdf",
        "aisev-appendix_{}.pdf",
        "trusted_web_overview_v2.0_{}.pdf",
    )
    files = tuple(sorted(path for path in folder.iterdir() if path.is_file()))
    return Corpus(
        "25 publications of the test corpus",
        tuple(folder / name for name in reports),
        tuple(path for path in files if path.suffix.lower() == ".pptx"),
        tuple((folder / name.format("ja"), folder / name.format("en")) for name in pairs),
        files,
        shared / "eval" if (shared / "eval").is_dir() else None,
    )


def _samples() -> Corpus:
    folder = ROOT / "samples" / "site" / "pdf"
    files = tuple(sorted(folder.iterdir()))
    guides = tuple(path for path in files if "guide" in path.name)
    ja_en = tuple(
        (folder / name.format("ja"), folder / name.format("en"))
        for name in ("sample_guide_v1.00_{}.pdf", "sample_overview_{}.pdf")
    )
    return Corpus("the sample site", guides, tuple(p for p in files if p.suffix == ".pptx"), ja_en, files)
