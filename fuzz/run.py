"""Fuzz the parts and the whole: ``python fuzz/run.py [--seconds 60] [--only TARGET]...``.

With atheris (requirements.txt beside this file) the coverage of the code guides the inputs; without it they are random.
Inputs that fail are stored in build/fuzz/found. ``--again TARGET FILE`` repeats one with its traceback.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import random
import subprocess
import sys
import time
import traceback
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
PLACE = ROOT / "build" / "fuzz"
FOUND = PLACE / "found"
NAMES = ("layout", "outline", "dates", "registry", "sources", "pages", "writers", "tagging", "samples")


def main() -> int:
    arguments = argparse.ArgumentParser(description="Fuzz the parts and the whole.")
    arguments.add_argument("--seconds", type=float, default=60, help="total time, divided among the targets")
    arguments.add_argument("--only", action="append", choices=NAMES, help="fuzz only this target; may be repeated")
    arguments.add_argument(
        "--seed", type=int, default=None, help="seed of random inputs; by default another one each time"
    )
    arguments.add_argument("--again", nargs=2, metavar=("TARGET", "FILE"), help="run one input again")
    arguments.add_argument("--one", nargs=2, help=argparse.SUPPRESS)  # in the process of one target: name and seconds
    chosen = arguments.parse_args()
    FOUND.mkdir(parents=True, exist_ok=True)
    seed = chosen.seed if chosen.seed is not None else random.SystemRandom().randrange(1 << 30)
    if chosen.again:
        return again(*chosen.again)
    if chosen.one:
        return one(chosen.one[0], float(chosen.one[1]), seed)
    names = chosen.only or list(NAMES)
    guided = importlib.util.find_spec("atheris") is not None
    print(
        f"{'guided by coverage (atheris)' if guided else 'random: atheris is not installed'}, seed {seed}",
        flush=True,
    )
    bad = 0
    for name in names:
        command = [sys.executable, __file__, "--seed", str(seed), "--one", name, str(chosen.seconds / len(names))]
        # libFuzzer prints a line for each new input; show only the summary and what went wrong.
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        lines = [line for line in done.stdout.splitlines() if line.strip()]
        bad += done.returncode != 0
        ran = [line for line in lines if line.startswith("Done ") or line.startswith("ran ")]
        print(f"{name:10} {'ok  ' if done.returncode == 0 else 'FAIL'} {ran[-1] if ran else ''}", flush=True)
        if done.returncode:
            print("\n".join(line for line in lines if not line.startswith(("#", "INFO", "\tNEW")))[-4000:], flush=True)
    return 1 if bad else 0


def one(name: str, seconds: float, seed: int) -> int:
    """Fuzz one target in this process."""
    if name == "samples":
        return samples(seconds, seed)
    try:
        import atheris
    except ImportError:
        return at_random(name, seconds, seed)
    with atheris.instrument_imports(include=["aisi_ingest"]):
        from fuzz import targets
    corpus = PLACE / "corpus" / name
    corpus.mkdir(parents=True, exist_ok=True)
    options = [
        f"-max_total_time={max(1, round(seconds))}",
        f"-artifact_prefix={FOUND}/{name}-",
        f"-seed={seed % (1 << 31) or 1}",
        "-max_len=1200",
        "-timeout=20",
        "-rss_limit_mb=3000",
    ]
    atheris.Setup([sys.argv[0], *options, str(corpus)], targets.TARGETS[name])
    atheris.Fuzz()  # ends the process
    return 0


def at_random(name: str, seconds: float, seed: int) -> int:
    """Fuzz one target with random bytes and changed earlier inputs, without knowledge of the code."""
    from fuzz import targets

    chance, until, count = random.Random(f"{seed} {name}"), time.monotonic() + seconds, 0
    kept: list[bytes] = []
    while time.monotonic() < until:
        data = chance.randbytes(chance.choice((4, 16, 64, 256, 1024)))
        if kept and chance.random() < 0.5:
            other = chance.choice(kept)
            at = chance.randrange(len(other) + 1)
            data = other[:at] + data[: chance.randrange(32)] + other[at:]
        count += 1
        began = time.monotonic()
        try:
            targets.TARGETS[name](data)
        except Exception:
            traceback.print_exc()
            return found(name, data)
        if time.monotonic() - began > 20:
            print("took longer than 20 s")
            return found(name, data)
        if len(kept) < 200:
            kept.append(data[:2000])
    print(f"ran {count} inputs in {seconds:.0f} s")
    return 0


def samples(seconds: float, seed: int) -> int:
    """Fuzz with changed sample files. Workers stopped by a limit are counted; an error of our code is a failure."""
    from aisi_ingest.sandbox.pool import Sandbox
    from fuzz import samples

    chance, until, counts, bad = random.Random(f"{seed} samples"), time.monotonic() + seconds, Counter[str](), 0
    box = Sandbox(1, samples.LIMITS)
    try:
        while time.monotonic() < until:
            name, content = samples.changed(chance)
            path = PLACE / f"changed-{os.getpid()}{Path(name).suffix}"
            path.write_bytes(content)
            word, wrong = samples.outcome(box, path)
            counts[word] += 1
            if wrong:
                print(f"{name}: {word}: {wrong}", flush=True)
                bad += word == "fault"
                found(f"samples-{word}", content)
            path.unlink()
    finally:
        box.stop()
    print(
        f"ran {counts.total()} files in {seconds:.0f} s: {', '.join(f'{n} {word}' for word, n in counts.most_common())}"
    )
    return 1 if bad else 0


def found(name: str, data: bytes) -> int:
    import hashlib

    path = FOUND / f"{name}-{hashlib.sha256(data).hexdigest()[:16]}"
    path.write_bytes(data)
    print(f"kept as {path.relative_to(ROOT)}")
    return 1


def again(name: str, file: str) -> int:
    if name == "samples":
        from fuzz import samples

        print(samples.read(file))
    else:
        from fuzz import targets

        targets.TARGETS[name](Path(file).read_bytes())
        print("no failure")
    return 0


if __name__ == "__main__":
    sys.exit(main())
