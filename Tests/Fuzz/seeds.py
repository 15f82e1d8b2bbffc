"""Writes a small input of each kind for the fuzzer to begin with: seeds.py FOLDER.

Each ends with the bytes that say how it is looked at; see ParserCheck and IntakeCheck.
"""

import pathlib
import sys

CONTACT = "33333333-2222-3333-4444-55555555555"
QUEUE = "22222222-2222-3333-4444-555555555555"
INSTANCE = "11111111-2222-3333-4444-555555555555"
ARN = f"arn:aws:connect:us-east-1:123456789012:instance/{INSTANCE}"

PARSER = [
    "a,b\n1,2\n", "a,b\r\n1,2\r\n", "a,b\r1,2", "\n\na\n\n1\n", "a,\"b\"\n\"x,y\",\"say \"\"hi\"\"\"\n",
    "\"two\r\nlines\",\"\n\"\r\n", "a\"b,5\" pipe\n", "\"a\"b\n", "a,\"never closed\n1,2\n", "a\0b\n",
    ",,\n\"\",\"\"\n", "é,😀\n\"é\",\"😀\"\n", "a;b\n1;2\n", "a\tb\n1\t2\n", "a|b\n1|2\n", "sep=;\r\na;b\n",
    "x" * 62 + ",\"" + "y" * 62 + "\"\n" + "z" * 130 + "\n", "a\x01b\x0b\x0c\n", "\"\"\"\"\n\"\"\"\",a\n"]
# Delimiter and limits, then the places of three cuts.
PARSER_CONTROLS = [
    bytes([which | small, 0x87, 0, 1, 0, 5, 0, 64])
    for which, small in ((0, 0), (1, 0), (0, 4), (2, 0))]


def intake_seeds():
    header = "ContactId,QueueId,ContactFlowId,InstanceId\n"
    row = f"{CONTACT}0,{QUEUE},{QUEUE},{INSTANCE}\n"
    yield header + row
    yield header + row + row + row.replace(QUEUE, ARN + "/queue/" + QUEUE, 1)
    yield header + row + row.replace(QUEUE, "44444444-2222-3333-4444-555555555555", 1) + row
    yield header + ",,,\n" + f"{CONTACT}1,1.23E+15,=A1,#REF!\n" + "a\n"
    yield "Contact Id;User\r\nc-1;\"Doe, \"\"J\"\"\"\r\nc-1;Ann\r\nc-2;\r\n"
    yield "sep=;\r\nContactId;Queue;ExpectedUser\r\nc-1;Mail;Ann\r\nc-2;\u00a0Mail\u00a0;Ann\r\n"
    yield "ContactId,Queue,ContactFlow\nc-1,Mail,Move\nc-2,Mail,\"Mo\"\"ve\"\nc-3,Mail,Move\n"
    yield "ContactId,ClientToken\nc-1,t-1\nc-2,t-1\nc-1,t-2\n"
    yield f"ContactId\n{CONTACT}2\n{CONTACT}3\n{CONTACT}2\n\n{CONTACT.upper()}2\n"
    yield f"ContactId,ExpectedQueueId,UserId\n{ARN}/contact/{CONTACT}4,{QUEUE},{QUEUE}\n"
    yield "ContactIds,QueueId\nc-1,q-1\n"
    yield "ContactId,contact_id\nc-1,q-1\n"
    yield "ContactId,QueueId\n"
    yield "\n"


def intake_files():
    for text in intake_seeds():
        yield text.encode()
    text = "ContactId,Note\nc-1,é😀\n"
    for encoding in ("utf-8-sig", "utf-16", "utf-16-be"):
        mark = b"\xfe\xff" if encoding == "utf-16-be" else b""
        yield mark + text.encode(encoding)
    yield b"ContactId\nc-\xff\n"
    yield b"\xff\xfeC\x00\x3d\xd8"
    yield b"PK\x03\x04"


def write(folder, seeds):
    folder.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(seeds):
        (folder / f"{number:03}").write_bytes(seed)


def main():
    folder = pathlib.Path(sys.argv[1])
    write(folder / "parser", (
        text.encode() + control for text in PARSER for control in PARSER_CONTROLS))
    write(folder / "intake", (
        file + bytes([control]) for file in intake_files() for control in (0x00, 0x11, 0x23, 0x07, 0x19)))


if __name__ == "__main__":
    main()
