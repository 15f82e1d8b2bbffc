"""EdgeProbe, the executable that says what Baton's own code does (Tests/Interop/Probe)."""

import base64
import json
import os
import subprocess

from simulator import BUILT

PROBE = os.environ.get("PROBE", str(BUILT / "EdgeProbe"))
NOW = "20261122T090807Z"
NOW_MILLISECONDS = 1_795_338_487_000


def ask(questions):
    """Puts questions to one probe; gives the answers, in the same order."""
    lines = "".join(json.dumps(question) + "\n" for question in questions)
    result = subprocess.run(
        [PROBE], input=lines, stdout=subprocess.PIPE, text=True, timeout=120, check=True,
        env={"PATH": os.environ["PATH"]})
    answers = [json.loads(line) for line in result.stdout.splitlines()]
    assert len(answers) == len(questions)
    return answers


def signature_question(request):
    return {"ask": "signature", **request, "body": base64.b64encode(request["body"]).decode()}
