"""Puts eyes into the aws CLI: its process checks answers as the tests' own clients do."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

import answers  # noqa: E402

answers.watch()
