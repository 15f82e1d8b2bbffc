"""How a CSV is split, against Python's csv: a little of `make differential`."""

import subprocess
import sys

from simulator import BUILT, ROOT

SEED = "20261125"
FILES = "5000"


def test_a_csv_is_split_as_python_splits_it(tell):
    result = subprocess.run(
        [sys.executable, str(ROOT / "Tests/Fuzz/differential.py"), "--files", FILES,
         "--seed", SEED, "--probe", str(BUILT / "IntakeProbe")],
        stdout=subprocess.PIPE, text=True, timeout=50)
    assert result.returncode == 0, result.stdout
    tell("split as Python's csv does: " + result.stdout.splitlines()[-1])
