#!/usr/bin/env python3
"""Measures what one call costs: Baton's client beside boto3 and a bare libcurl loop in C.

usage: edge.py PROBE [memory CALLS | leaks CALLS]

With `memory` it shows instead what so many transfers leave behind: memory and connections; with
`leaks`, for a probe that was built with AddressSanitizer, that none of any end leaves a leak.
All talk to one nginx with a constant answer on loopback, in turn, three times; the medians are
printed. The CPU is user + system of the client's process alone. The figures are of this machine and of this run.
"""

import contextlib
import json
import os
import resource
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

ROUNDS = 3
CALLS = 20000
CALLS_BOTO3 = 1500
CALLS_MEMORY = 10000
SIGNATURES = 200000
SIGNATURES_BOTOCORE = 10000
WINDOWS = (1, 16)
CONTACT = "c0ffee00-7e1b-4a52-8ed3-2f8e7c5a9b10"
TOKEN = "IQoJb3JpZ2luX2Vj" * 40
BODY = {
    "InstanceId": "5a0cd6ac-6bcd-4d1c-9d0b-59a1d1f6f2f1",
    "ContactId": "1-7e1b-4a52-8ed3-2f8e7c5a9b10",
    "ContactFlowId": "c0a4a9d2-7a0b-4a8f-bb8d-3f8f5f0c8e7d",
    "QueueId": "9d1e6d53-2e0a-4b3d-9a53-0f4f6c1d2b3a",
}
NGINX = """
worker_processes 1; daemon off; pid %(folder)s/pid; error_log %(folder)s/log crit;
events { worker_connections 256; }
http {
    access_log off; keepalive_requests 100000000;
    client_body_temp_path %(folder)s; proxy_temp_path %(folder)s; fastcgi_temp_path %(folder)s;
    uwsgi_temp_path %(folder)s; scgi_temp_path %(folder)s;
    server {
        listen 127.0.0.1:%(port)d;
        location /status { stub_status; }
        # A role that may transfer and nothing else: what rows name is not looked up.
        location ~ ^/(queues|queues-summary|contact-flows|contact-flows-summary)/ {
            default_type application/json;
            add_header x-amzn-ErrorType AccessDeniedException always;
            return 403 '{"message":"not authorized to look things up"}';
        }
        location / {
            default_type application/json;
            add_header x-amzn-RequestId 6b2d9ad4-8d0c-4c1e-9d6b-2d8c1a9b0f11;
            return 200 '{"ContactId":"%(contact)s","ContactArn":"arn:aws:connect:us-east-1:123456789012:instance/i/contact/%(contact)s"}';
        }
    }
}
"""


@contextlib.contextmanager
def server(nginx):
    """The URL of something that answers every transfer alike."""
    with tempfile.TemporaryDirectory() as folder:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        conf = os.path.join(folder, "nginx.conf")
        with open(conf, "w") as file:
            file.write(NGINX % {"folder": folder, "port": port, "contact": CONTACT})
        process = subprocess.Popen([nginx, "-e", os.path.join(folder, "log"), "-c", conf])
        try:
            await_port(port)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait()


def await_port(port):
    for _ in range(500):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.01)
    sys.exit("nginx did not come up")


def output(*command):
    return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)


def cpu():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def boto3_call(url, calls):
    import boto3
    from botocore.config import Config

    client = boto3.client(
        "connect", region_name="us-east-1", endpoint_url=url, aws_access_key_id="AKIDEXAMPLE",
        aws_secret_access_key="wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
        aws_session_token=TOKEN, config=Config(retries={"mode": "standard"}))
    for _ in range(calls // 10):
        client.transfer_contact(**BODY)
    start = cpu()
    for _ in range(calls):
        client.transfer_contact(**BODY)
    return (cpu() - start) * 1e6 / calls


def botocore_sign(count):
    """The same requests as BenchProbe signs, through botocore's own signer."""
    from botocore.auth import SigV4Auth
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import Credentials

    signer = SigV4Auth(
        Credentials("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", TOKEN), "connect",
        "us-east-1")
    start = cpu()
    for number in range(count):
        body = b'{"ClientToken":"8f14e45f-ceea-467f-a0e6-%d","ContactId":"c1"}' % number
        signer.add_auth(AWSRequest(
            method="POST", url="https://connect.us-east-1.amazonaws.com/contact/transfer",
            data=body, headers={"Content-Type": "application/json"}))
    return count / (cpu() - start)


def in_process(function, *arguments):
    """Runs a measurement of Python's in a process of its own; None where boto3 is missing."""
    command = [sys.executable, os.path.abspath(__file__), "--self", function, *map(str, arguments)]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if done.returncode != 0 and "ModuleNotFoundError" in done.stderr:
        return None
    done.check_returncode()
    return float(done.stdout)


def medians(title, unit, runs):
    """Makes each measurement ROUNDS times, in turn, and prints the medians."""
    found = {name: [] for name, _ in runs}
    for _ in range(ROUNDS):
        for name, run in runs:
            value = run()
            if value is not None:
                found[name].append(value)
    print(f"{title}, median of {ROUNDS}")
    for name, values in found.items():
        if values:
            spread = f"{min(values):.0f} to {max(values):.0f}"
            print(f"  {name:<32} {statistics.median(values):>10.0f} {unit}   ({spread})")
        else:
            print(f"  {name:<32} not measured: pip install boto3 to compare")
    sys.stdout.flush()


def find_nginx(title):
    """Its path; None where it is missing, which is said."""
    nginx = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
    if not nginx:
        # The simulator would be measured along with its client.
        print(f"{title}: not measured, since nginx is not installed (nginx-light does)")
    return nginx


def accepted(url):
    """How many connections nginx accepted so far, that of the question included."""
    with urllib.request.urlopen(url + "/status") as answer:
        return int(answer.read().split(b"requests", 1)[1].split()[0])


def memory(probe, count, window):
    nginx = find_nginx("memory")
    if not nginx:
        return False
    with tempfile.TemporaryDirectory() as folder, server(nginx) as url:
        before = accepted(url)
        found = output(probe, "call", url, str(count), str(window))
        connections = accepted(url) - before - 1
    print(f"what {count:,} transfers leave, {window} at a time, after {count // 10:,} to warm up")
    print(f"  {'peak of memory, warm':<32} {found['kilobytesWarm']:>10,} KB")
    print(f"  {'peak of memory, at the end':<32} {found['kilobytes']:>10,} KB")
    print(f"  {'connections opened':<32} {connections:>10,}")
    sys.stdout.flush()
    return True


def leaks(probe, count):
    nginx = find_nginx("leaks")
    if not nginx:
        return False
    watched = dict(os.environ, ASAN_OPTIONS="detect_leaks=1")
    spoken = subprocess.run([probe, "leak"], env=watched, stderr=subprocess.PIPE, text=True)
    if spoken.returncode == 0 or "LeakSanitizer" not in spoken.stderr:
        print("the leak checker does not see a leak: build the probe with --sanitize=address")
        return False
    with server(nginx) as url, socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen(1024)
        nobody = f"http://127.0.0.1:{silent.getsockname()[1]}"
        done = subprocess.run([probe, "leaks", url, nobody, str(count)], env=watched)
    print("no leak" if done.returncode == 0 else f"the probe ended with {done.returncode}")
    return done.returncode == 0


def calls(probe):
    nginx = find_nginx("CPU of one transfer")
    if not nginx:
        return
    here = os.path.dirname(os.path.abspath(__file__))
    with tempfile.TemporaryDirectory() as folder, server(nginx) as url:
        loop = os.path.join(folder, "curl_loop")
        subprocess.run(
            ["cc", "-O2", os.path.join(here, "curl_loop.c"), "-o", loop, "-lcurl"], check=True)
        runs = []
        for window in map(str, WINDOWS):
            runs.append((f"libcurl in C, {window} at a time", lambda w=window: output(
                loop, url + "/contact/transfer", str(CALLS), w)["cpuMicroseconds"]))
            runs.append((f"Baton's client, {window} at a time", lambda w=window: output(
                probe, "call", url, str(CALLS), w)["cpuMicroseconds"]))
        runs.append(("boto3, 1 at a time", lambda: in_process("call", url, CALLS_BOTO3)))
        medians("CPU of one transfer against a constant answer", "us", runs)


def signatures(probe):
    medians("signatures on one core", "a second", [
        ("Baton's", lambda: output(probe, "sign", str(SIGNATURES))["signaturesPerSecond"]),
        ("botocore's", lambda: in_process("sign", SIGNATURES_BOTOCORE)),
    ])


if __name__ == "__main__":
    if sys.argv[1] == "--self":
        name, *rest = sys.argv[2:]
        print(boto3_call(rest[0], int(rest[1])) if name == "call" else botocore_sign(int(rest[0])))
    elif sys.argv[2:3] == ["memory"]:
        sys.exit(not memory(os.path.abspath(sys.argv[1]), int(sys.argv[3]), WINDOWS[-1]))
    elif sys.argv[2:3] == ["leaks"]:
        sys.exit(not leaks(os.path.abspath(sys.argv[1]), int(sys.argv[3])))
    else:
        calls(os.path.abspath(sys.argv[1]))
        memory(os.path.abspath(sys.argv[1]), CALLS_MEMORY, WINDOWS[-1])
        signatures(os.path.abspath(sys.argv[1]))
