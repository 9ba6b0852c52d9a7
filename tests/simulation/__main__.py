"""Tell a story (`python -m simulation hostile 4711`) or play many (`python -m simulation hostile 0 9999`)."""

import argparse
import sys

from simulation.families import FAMILIES
from simulation.narration import broken, narrated


def main() -> int:
    parser = argparse.ArgumentParser(prog="simulation", description=__doc__)
    parser.add_argument("family", choices=FAMILIES)
    parser.add_argument("seed", type=int)
    parser.add_argument("end", type=int, nargs="?", help="play all seeds below this one")
    given = parser.parse_args()
    if given.end is None:
        sys.stdout.write(narrated(given.family, given.seed) + "\n")
        return bool(broken(given.family, given.seed))
    bad = [seed for seed in range(given.seed, given.end) if broken(given.family, seed)]
    sys.stdout.write(f"{given.end - given.seed} stories, broken: {bad}\n")
    if bad:
        sys.stdout.write(narrated(given.family, bad[0]) + "\n")
    return bool(bad)


if __name__ == "__main__":
    sys.exit(main())
