"""Quality thresholds: the figures of a release of the real documents against the gold may only rise.

The thresholds are in quality_floors.toml. A change that raises a figure raises its threshold too:
``python tests/quality/test_quality.py RELEASE`` prints the figures of a release in the format of that file.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
FLOORS = tomllib.loads((HERE / "quality_floors.toml").read_text(encoding="utf-8"))
ERRATA = tomllib.loads((HERE / "gold_errata.toml").read_text(encoding="utf-8"))
_LOWER_IS_BETTER = ("cjk_spaces", "radicals", "page_numbers")


def figures(shared: Path, release: Path) -> dict[str, dict[str, float]]:
    """Return the figures of all scorers, flat: {"overview PDF": {"text_ja": 0.99, "headings_ja.f1": ...}}."""
    command = [sys.executable, str(shared / "eval" / "report.py"), str(release), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return {name: dict(_flat(table)) for name, table in json.loads(done.stdout).items()}


def _flat(table: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, float]]:
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{key}.")
        elif key != "gold":
            yield prefix + key, value


@pytest.fixture(scope="module")
def measured(shared: Path, shared_release: Path) -> dict[str, dict[str, float]]:
    return figures(shared, shared_release)


@pytest.mark.parametrize("name", FLOORS)
def test_no_figure_is_below_its_threshold(name: str, measured: dict[str, dict[str, float]]) -> None:
    table = measured[name]
    assert "missing" not in table, table["missing"]
    below = {
        key: f"{table.get(key)}, threshold {floor}"
        for key, floor in FLOORS[name].items()
        if table.get(key) is None or (table[key] > floor if key.endswith(_LOWER_IS_BETTER) else table[key] < floor)
    }
    assert below == {}


@pytest.mark.parametrize("name", ERRATA)
def test_blocks_of_the_corrected_gold_are_aligned(
    name: str, shared: Path, shared_release: Path, tmp_path: Path
) -> None:
    gold = json.loads((shared / "gold" / f"{name}.json").read_text(encoding="utf-8"))
    wrong, right = ERRATA[name]["not"], ERRATA[name]["but"]
    assert all(pair in gold["block_pairs"] for pair in wrong), "the gold was corrected: remove its errata"
    gold["block_pairs"] = [pair for pair in gold["block_pairs"] if pair not in wrong] + right
    corrected = tmp_path / f"{name}.json"
    corrected.write_text(json.dumps(gold), encoding="utf-8")
    script = [sys.executable, str(shared / "eval" / "score.py"), str(shared_release), str(corrected), "--json"]
    command = [*script, "--ja", f"{name}_ja.pdf", "--en", f"{name}_en.pdf"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    blocks = json.loads(done.stdout)["blocks"]
    assert blocks["f1"] >= 0.97, blocks


def test_every_document_of_the_gold_is_in_the_release(measured: dict[str, dict[str, float]]) -> None:
    assert {name: table["missing"] for name, table in measured.items() if "missing" in table} == {}


if __name__ == "__main__":
    for name, table in figures(HERE.parents[1] / "shared", Path(sys.argv[1])).items():
        print(f'["{name}"]')
        for key, value in table.items():
            print(f'"{key}" = {value}')
        print()
