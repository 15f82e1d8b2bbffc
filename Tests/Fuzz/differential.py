"""Splits generated files with Baton's parser and with Python's csv, and compares every record.

`differential.py [--files N] [--seed S] [--probe PATH]`. Both must find the same records and refuse
the same files; what differs must have a rule below, and is counted. Each file is parsed whole and in
chunks by the probe (Tests/Fuzz/Probe), which says so where those do not agree.
"""

import argparse
import collections
import csv
import io
import json
import pathlib
import random
import struct
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
BATCH = 20_000
SHOWN_MAX = 5
ROUND_MAX = 4_000_000

# The rules, from RFC 4180 and from what CSVParser says of itself. Python is asked to be strict:
# otherwise it takes text after a closing quote, and a quote that is never closed, for text.
SAME = "the same records"
EMPTY_LINES = "the same, but for empty lines: no record here, an empty list in Python"
TEXT_AFTER_QUOTE = "refused by both: text after a closing quote (RFC 4180 2.5, 2.7)"
UNCLOSED = "refused by both: a quote that is never closed (RFC 4180 2.5)"
NUL = "refused here: a NUL byte, which no text has (RFC 4180 2, TEXTDATA)"
LIMIT = "refused here: more bytes or fields than CSVLimits allows"
FIELD_BYTES_MAX, COLUMNS_MAX = 64 * 1024, 512


class Difference(Exception):
    """What no rule explains."""


def rule(text, delimiter, answer):
    """The rule that explains what the probe answered; raises Difference where there is none."""
    if isinstance(answer, str):
        raise Difference(answer)
    records, error, place = answer
    head, nul, _ = text.partition("\0")
    rows, refusal = python_rows(head, delimiter)
    theirs = [row for row in rows if row]
    if error == "nulByte":
        expect(nul and place == len(head.encode()), f"no NUL at byte {place}")
        # What Python found last was cut off by the NUL.
        if refusal is None and head and head[-1] not in "\r\n":
            theirs.pop()
        expect(records == theirs, f"Python has {theirs} before the NUL, not {records}")
        return NUL
    if error in ("fieldTooLong", "tooManyColumns"):
        expect(records == theirs[:len(records)], f"Python begins {theirs}, not {records}")
        following = theirs[len(records)] if len(records) < len(theirs) else [head]
        expect(is_over_limit(error, following), f"{error}, but {following}")
        return LIMIT
    expect(records == theirs, f"Python has {theirs}, not {records}")
    if error is None:
        expect(refusal is None and not nul, f"Python refuses it: {refusal}")
        return SAME if rows == theirs else EMPTY_LINES
    if error == "textAfterQuote":
        expect(refusal and "expected after" in refusal, f"{error}, but Python: {refusal}")
        expect(head.encode()[place - 1:place] == b'"', f"{error}, but no quote before {place}")
        return TEXT_AFTER_QUOTE
    expect(error == "unclosedQuote" and refusal == "unexpected end of data",
           f"{error}, but Python: {refusal}")
    expect(head.encode()[place:place + 1] == b'"', f"{error}, but no quote at {place}")
    return UNCLOSED


def expect(holds, words):
    if not holds:
        raise Difference(words)


def python_rows(text, delimiter):
    """Python's records, and why it went no further."""
    rows = []
    try:
        # Not extend: the rows before a refusal count.
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True):
            rows.append(row)
    except csv.Error as error:
        return rows, str(error)
    return rows, None


def is_over_limit(error, row):
    if error == "tooManyColumns":
        return len(row) > COLUMNS_MAX
    # The limit counts the bytes between the quotes, where each quote is two.
    return any(len(field.encode()) + field.count('"') > FIELD_BYTES_MAX for field in row)


class Files:
    """Files of all that a CSV can trip over, the same for the same seed."""

    def __init__(self, seed):
        self.chance = random.Random(seed)
        self.kinds = [self.soup, self.soup, self.long_soup, self.table, self.spoiled_table]

    def next(self):
        delimiter = self.chance.choice(",,,;\t|")
        if self.chance.random() < 0.001:
            return self.huge(delimiter), delimiter
        return self.chance.choice(self.kinds)(delimiter), delimiter

    def soup(self, delimiter):
        """Anything after anything."""
        pieces = [delimiter, '"', '""', f'{delimiter}"', f'"{delimiter}', '"\n', "\n", "\r\n",
                  "\r", "a", "bc", " ", "é", "😀", "\n\n"]
        if self.chance.random() < 0.3:
            pieces += [",", ";", "\t", "|", "\\", "'", "\x01", "\x0b", "\x0c", "\x1c", "\x85",
                       "\u2028", "\ufeff", "\x7f"]
        if self.chance.random() < 0.1:
            pieces += ["\0"]
        return "".join(self.chance.choices(pieces, k=self.chance.randint(0, 40)))

    def long_soup(self, delimiter):
        """Pieces that reach to about where a block of 64 bytes ends."""
        parts = []
        for _ in range(self.chance.randint(1, 6)):
            length = self.chance.choice((0, 64, 128, 256, 4096)) + self.chance.randint(-4, 4)
            parts.append(self.chance.choice("xé") * max(length, 0))
            parts.append(self.soup(delimiter)[:self.chance.randint(0, 12)])
        return "".join(parts)

    def table(self, delimiter):
        """What a writer of RFC 4180 makes, with any line ends and more quotes than needed."""
        end = self.chance.choice(("\n", "\r\n", "\r"))
        quoted = self.chance.random()
        columns = self.chance.randint(1, 6)
        lines = [
            delimiter.join(self.field(delimiter, quoted) for _ in range(columns))
            for _ in range(self.chance.randint(1, 8))]
        return end.join(lines) + self.chance.choice(("", end, end + end))

    def field(self, delimiter, quoted):
        text = "".join(self.chance.choices(
            ["a", "word", "é", "😀", " ", '"', delimiter, "\n", "\r\n", "\r", "0" * 30],
            weights=[8, 8, 2, 1, 3, 1, 1, 1, 1, 1, 1], k=self.chance.randint(0, 5)))
        if self.chance.random() < quoted or any(c in text for c in f'"\r\n{delimiter}'):
            return '"' + text.replace('"', '""') + '"'
        return text

    def spoiled_table(self, delimiter):
        """A table with a character too much, too little or changed, up to three times."""
        text = self.table(delimiter)
        for _ in range(self.chance.randint(1, 3)):
            place = self.chance.randint(0, len(text))
            added = self.chance.choice(("", '"', '"', delimiter, "\n", "\r", "x"))
            text = text[:place] + added + text[place + self.chance.randint(0, 1):]
        return text

    def huge(self, delimiter):
        """At the limits, one below and one above."""
        more = self.chance.randint(-2, 2)
        if self.chance.random() < 0.3:
            return "a" + delimiter * (COLUMNS_MAX - 1 + more) + "\nb\n"
        field = "y" * (FIELD_BYTES_MAX - 8 + more) + self.chance.choice(("12345678", 'é""é"",,'))
        if '"' in field or self.chance.random() < 0.5:
            field = f'"{field}"'
        return "a\n" + self.chance.choice(("", "b" + delimiter)) + field + self.chance.choice(
            ("", "\n", f"{delimiter}c\r\n", '""'))


def ask(probe, files):
    """The probe's answers, in the same order."""
    frames = b"".join(
        delimiter.encode() + struct.pack(">I", len(data)) + data
        for data, delimiter in ((text.encode(), delimiter) for text, delimiter in files))
    output = subprocess.run(
        [probe, "split"], input=frames, stdout=subprocess.PIPE, timeout=300, check=True).stdout
    answers = [json.loads(line) for line in output.split(b"\n")[:-1]]
    assert len(answers) == len(files), f"{len(answers)} answers to {len(files)} files"
    return answers


def difference(text, delimiter, answer):
    try:
        rule(text, delimiter, answer)
    except Difference as found:
        return found
    return None


def shrunk(probe, text, delimiter):
    """The smallest part of a file, as far as leaving out pieces leads, that still differs."""
    size = len(text) // 2
    # A round takes every part once: a huge file is not shrunk to the last character.
    while size > len(text) ** 2 // ROUND_MAX:
        smaller = [text[:start] + text[start + size:] for start in range(0, len(text), size)]
        answers = ask(probe, [(part, delimiter) for part in smaller])
        text, found = next(
            ((part, True) for part, answer in zip(smaller, answers)
             if difference(part, delimiter, answer)), (text, False))
        size = min(size, len(text)) if found else size // 2
    return text


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--files", type=int, default=400_000)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 32))
    parser.add_argument("--probe", default=str(ROOT / ".build/release/IntakeProbe"))
    options = parser.parse_args()
    print(f"seed {options.seed}", flush=True)

    csv.field_size_limit(1 << 30)
    began = time.monotonic()
    generator = Files(options.seed)
    totals, size, unexplained = collections.Counter(), 0, 0
    for start in range(0, options.files, BATCH):
        files = [generator.next() for _ in range(min(BATCH, options.files - start))]
        size += sum(len(text) for text, _ in files)
        for (text, delimiter), answer in zip(files, ask(options.probe, files)):
            try:
                totals[rule(text, delimiter, answer)] += 1
            except Difference as found:
                unexplained += 1
                if unexplained <= SHOWN_MAX:
                    print(f"{str(found)[:300]}\n  file: {text[:300]!r}, delimiter {delimiter!r}\n"
                          f"  least: {shrunk(options.probe, text, delimiter)[:300]!r}")
    for name, count in totals.most_common():
        print(f"{count:8} {name}")
    print(f"{unexplained:8} that no rule explains")
    print(f"{options.files} files, {size} characters, in {time.monotonic() - began:.0f} s; "
          f"seed {options.seed}")
    sys.exit(1 if unexplained else 0)


if __name__ == "__main__":
    main()
