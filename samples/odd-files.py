#!/usr/bin/env python3
"""Makes one file of each kind that an intake meets, and shows what `baton check` says of it.

    python3 samples/odd-files.py DIR             makes them
    python3 samples/odd-files.py DIR BATON       and checks each with this program
"""

import gzip
import os
import subprocess
import sys
import zipfile

INSTANCE = "910a2dec-8902-4cc1-beeb-8da1658eec67"
FLOW = "a2e4fe84-1f72-435e-98f3-0af45f97eca2"
QUEUES = ["f893a2ee-fb32-455e-b1c1-8690ee42c90b", "71bb54d8-d101-45b9-834d-0bff90150280"]
USER = "530e0e61-18e9-485e-a8bf-f9ea304d9f96"


def contact(number):
    return f"{number:08x}-5f2b-4c1d-9e3a-7d6c5b4a3f21"


def rows(*lines, header="ContactId,QueueId,Note", end="\n"):
    return end.join([header, *lines]) + end


def good(count=3, delimiter=",", end="\n"):
    lines = [delimiter.join([contact(n), QUEUES[0], f"Case {n}"]) for n in range(count)]
    return rows(*lines, header=delimiter.join(["ContactId", "QueueId", "Note"]), end=end)


def row(text, header="ContactId,QueueId,Note"):
    """A good row, the one to look at, and another good row."""
    filler = {"ContactId": contact, "QueueId": lambda n: QUEUES[0]}
    names = header.split(",")
    before, after = (
        ",".join(filler.get(name, lambda n: "")(n) for name in names) for n in (900, 901))
    return rows(before, text, after, header=header)


C, Q, OTHER = contact(1), QUEUES[0], QUEUES[1]
ARN = "arn:aws:connect:us-east-1:111122223333:instance"

# How an input may be written: all of these are read.
READ = {
    "utf8.csv": good(),
    "utf8-with-bom.csv": "\ufeff" + good(),
    "utf16-little.csv": b"\xff\xfe" + good(end="\r\n").encode("utf-16-le"),
    "utf16-big.csv": b"\xfe\xff" + good(end="\r\n").encode("utf-16-be"),
    "crlf.csv": good(end="\r\n"),
    "lone-cr.csv": good(end="\r"),
    "semicolon.csv": good(delimiter=";"),
    "tab.csv": good(delimiter="\t"),
    "pipe.csv": good(delimiter="|"),
    "sep-line.csv": "sep=;\r\n" + good(delimiter=";", end="\r\n"),
    "quotes.csv": rows(f'"{C}","{Q}","say ""hi"", twice\nand more"', header='"ContactId","QueueId","Note"'),
    "header-names.csv": rows(f"{C},{Q},x", header="contact id,QUEUE_ID,note"),
    "no-final-newline.csv": good().rstrip("\n"),
    "trailing-empty-lines.csv": good() + "\n\r\n\n",
    "blank-rows-at-the-end.csv": good() + ",,\n,,\n",
    "no-destination-column.csv": rows(f"{C},x", header="ContactId,Note"),
    "invisible-spaces.csv": row(f"\ufeff{C}\u00a0,{Q}\u200b,x"),
    "the-same-twice.csv": rows(f"{C},{Q},first", f"{C.upper()},{Q},again"),
    "slip-in-a-header.csv": rows(f"{C},{Q},{USER}", header="ContactId,QueueId,ExpectdUserId"),
}

# What is refused as a whole.
REFUSED = {
    "unclosed-quote.csv": rows(f'{C},{Q},"two', f"{contact(2)},{Q},x"),
    "text-after-quote.csv": rows(f'{C},{Q},"said"so'),
    "nul.csv": good() + "\0",
    "latin1.csv": rows(f"{C},{Q},Müller").encode("latin-1"),
    "utf16-cut.csv": b"\xff\xfe" + good().encode("utf-16-le")[:-1],
    "column-twice.csv": rows(f"{C},{Q},{C}", header="ContactId,QueueId,contact_id"),
    "column-missing.csv": rows(f"{C},{Q}", header="ContatId,QueueId"),
    "empty.csv": "",
    "header-alone.csv": "ContactId,QueueId\n",
    "lines-alone.csv": "\n\r\n\n",
    "field-too-long.csv": rows(f"{C},{Q}," + "x" * 70_000),
}

# What is wrong with a row, and stops no other.
ROWS = {
    "ragged.csv": row(f"{C},{Q}"),
    "blank.csv": row(",,"),
    "both-destinations.csv": row(f"{C},{Q},{USER}", header="ContactId,QueueId,UserId"),
    "no-destination.csv": row(f"{C},,x"),
    "too-long.csv": row("x" * 257 + f",{Q},x"),
    "rounded.csv": row(f"1.23E+15,{Q},x"),
    "formula.csv": row(f'"=""{C}""",{Q},x'),
    "curly-quotes.csv": row(f"\u201c{C}\u201d,{Q},x"),
    "cut-off.csv": row(f"{C[:-3]},{Q},x"),
    "foreign-instance.csv": row(f"{C},{ARN}/{USER}/queue/{Q},x"),
    "foreign-region.csv": row(f"{C},{ARN.replace('us-east-1', 'eu-west-2')}/{INSTANCE}/queue/{Q},x"),
    "two-places.csv": rows(f"{C},{Q},first", f"{C},{OTHER},elsewhere"),
    "guard-alone.csv": rows(f"{C},{Q}", header="ContactId,ExpectedQueueId"),
    "token-too-long.csv": rows(f"{C},{Q}," + "t" * 501, header="ContactId,QueueId,ClientToken"),
    "token-twice.csv": rows(f"{C},{Q},t", f"{contact(2)},{Q},t", header="ContactId,QueueId,ClientToken"),
    "everything-at-once.csv": row(
        f"=A1,4711,{USER},x", header="ContactId,QueueId,UserId,Note"),
}


def write(folder):
    """Makes the files; returns their names in the order above."""
    os.makedirs(folder, exist_ok=True)
    names = []
    for name, content in {**READ, **REFUSED, **ROWS}.items():
        data = content if isinstance(content, bytes) else content.encode()
        with open(os.path.join(folder, name), "wb") as file:
            file.write(data)
        names.append(name)
    with zipfile.ZipFile(os.path.join(folder, "book.xlsx"), "w") as book:
        book.writestr("[Content_Types].xml", "<Types/>")
    with gzip.open(os.path.join(folder, "packed.csv.gz"), "wb") as packed:
        packed.write(good().encode())
    os.makedirs(os.path.join(folder, "a-folder.csv"), exist_ok=True)
    return names + ["book.xlsx", "packed.csv.gz", "a-folder.csv", "not-there.csv"]


def check(baton, folder, name):
    ended = subprocess.run(
        [baton, "check", os.path.join(folder, name), "--instance", f"{ARN}/{INSTANCE}",
         "--contact-flow", FLOW],
        capture_output=True, text=True)
    print(f"--- {name} (status {ended.returncode})")
    for line in (ended.stderr + ended.stdout).splitlines():
        if not line.startswith("At AWS's default"):
            print(f"    {line.replace(folder + '/', '')[:230]}")


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    folder = sys.argv[1].rstrip("/")
    for name in write(folder):
        if len(sys.argv) == 3:
            check(sys.argv[2], folder, name)


main()
