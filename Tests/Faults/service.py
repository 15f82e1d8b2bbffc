"""The faults of the service and of the network."""

import shutil
import signal
import socket

# By name: plays the line at a place; the run whose words are shown, None for the first.
LINES = {}


def line(name):
    def keep(function):
        LINES[name] = function
        return function
    return keep


def through(name, *options, run=(), check=None):
    """A fault that a run comes through without an end."""
    def play(place):
        place.serve(*options)
        ended = place.ended(place.begin(*run), 0)
        if check:
            check(place, ended)
        return ended
    LINES[name] = play


def no_attempt_is_counted(place, _):
    throttled = place.statistics()["operations"]["TransferContact"]["throttled"]
    place.expect(throttled > 10, f"only {throttled} calls were throttled")
    place.attempts_max = 1


through("500 before the effect", "--fault-500", "0.3")
through("500 after the effect", "--fault-500-after", "0.3")
through("503", "--fault-503", "0.3")
through("429 storm", "--rate", "20", "--burst", "1", check=no_attempt_is_counted)
through("429 without a body", "--fault-429", "0.3")
through("hang for 3 s", "--hang", "0.2", "--hang-seconds", "3")
through("hang for good", "--hang", "0.04", "--hang-seconds", "600")
through("slow drip for 3 s", "--slow-body", "0.2", "--slow-body-seconds", "3")
through("slow drip for good", "--slow-body", "0.04", "--slow-body-seconds", "600")
through("reset before the effect", "--reset-before", "0.3")
through("reset after the effect", "--reset-after", "0.3")
through("truncated answer", "--cut-body", "0.3")
through("malformed answer", "--broken-json", "0.3")
through("wrong Content-Length", "--short-length", "0.3")
through("200 with an empty body", "--empty-body", "0.3")
through("answers out of order", "--latency", "200", "--jitter", "200")
through("all of them at once", *(part for fault in (
    "fault-500", "fault-500-after", "fault-503", "fault-429", "reset-before", "reset-after",
    "cut-body", "empty-body", "broken-json", "short-length") for part in (f"--{fault}", "0.06")))
through("clock 1 h ahead", "--clock-skew=3600")
through("clock 1 h behind", "--clock-skew=-3600")
through("DescribeContact throttled", "--describe-rate", "15", "--describe-burst", "1",
        run=("--verify",))


@line("clock jumps 1 h in a run")
def clock_jumps(place):
    place.serve()
    run = place.under_way()
    place.kill_service()
    place.serve("--clock-skew=3600")
    return place.ended(run, 0)


@line("name that DNS does not know")
def no_name(place):
    place.serve()
    run = place.ended(
        place.begin("--wait-for-service", "3s", endpoint="https://connect.nowhere.invalid"),
        69, "connect.nowhere.invalid", "resume")
    place.expect(not place.effects(), "something was moved")
    # Another endpoint is another job: that one's ledger is put away.
    place.forget_job()
    place.ended(place.begin(), 0)
    return run


@line("refused for 5 s, then back")
def refused_then_back(place):
    place.serve()
    run = place.under_way("--wait-for-service", "60s")
    place.kill_service()
    place.until_said("No answer", run)
    place.serve()
    place.ended(run, 0, "answers again")
    return run


@line("refused, and never back")
def never_back(place):
    place.serve()
    run = place.under_way("--wait-for-service", "3s")
    place.kill_service()
    place.ended(run, 69, "resume")
    place.serve()
    place.ended(place.resume(), 0)
    return run


@line("certificate not trusted")
def untrusted(place):
    place.serve("--tls", "unknown-issuer", "--ca-file", place.file("ca.pem"))
    place.environment["AWS_CA_BUNDLE"] = place.file("ca.pem")
    run = place.ended(place.begin("--wait-for-service", "3s"), 69, "certificate")
    place.expect(not place.effects(), "something was moved")
    place.kill_service()
    place.serve("--tls", "trusted", "--ca-file", place.file("ca.pem"))
    place.ended(place.resume(), 0)
    return run


@line("certificate changes in a run")
def certificate_changes(place):
    place.serve("--tls", "trusted", "--ca-file", place.file("ca.pem"))
    shutil.copy(place.file("ca.pem"), place.file("trusted.pem"))
    place.environment["AWS_CA_BUNDLE"] = place.file("trusted.pem")
    run = place.under_way("--wait-for-service", "3s")
    place.kill_service()
    place.serve("--tls", "trusted", "--ca-file", place.file("ca.pem"))
    place.ended(run, 69, "certificate")
    place.environment["AWS_CA_BUNDLE"] = place.file("ca.pem")
    place.ended(place.resume(), 0)
    return run


@line("keys expire in a run")
def keys_expire(place):
    place.serve("--expire-after", "6")
    run = place.ended(place.begin(pace="5"), 77, "resume")
    place.expect(0 < len(place.effects()) < 60, f"{len(place.effects())} were moved")
    place.kill_service()
    place.serve()
    place.ended(place.resume(), 0)
    return run


@line("keys revoked in a run")
def keys_revoked(place):
    place.serve()
    run = place.under_way()
    place.order("revoke", accessKeyId=place.line["accessKeyId"])
    place.ended(run, 77, "resume")
    place.order("restore")
    place.ended(place.resume(), 0)
    return run


def with_container(place):
    """Credentials that the service gives out, and that end."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        del place.environment[name]
    place.environment["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = place.line["containerCredentialsUri"]


@line("session ends, is renewed")
def session_ends(place):
    place.serve("--session-seconds", "2")
    with_container(place)
    return place.ended(place.begin(pace="10"), 0)


@line("session revoked, is renewed")
def session_revoked(place):
    place.serve()
    with_container(place)
    run = place.under_way()
    place.order("revoke")
    return place.ended(run, 0)


@line("SIGTERM while refused")
def stopped_while_refused(place):
    place.serve()
    run = place.under_way()
    place.kill_service()
    place.until_said("No answer", run)
    run.send(signal.SIGTERM)
    place.ended(run, 75, "to go:")
    place.serve()
    place.ended(place.resume(), 0)
    return run


@line("SIGTERM while calls hang")
def stopped_while_hanging(place):
    """A call under way is heard or given up after its time, 30 s: then the run ends."""
    place.serve()
    run = place.under_way()
    place.kill_service()
    place.serve("--hang", "1", "--hang-seconds", "600")
    place.until_moved(20, run)
    run.send(signal.SIGTERM)
    place.ended(run, 75, "to go:")
    place.kill_service()
    place.serve()
    place.ended(place.resume(), 0)
    return run


@line("no answer to anybody")
def silent(place):
    """A port that takes connections and never says a word, in the service's place."""
    place.serve()
    run = place.under_way("--wait-for-service", "3s")
    place.kill_service()
    with socket.create_server(("127.0.0.1", place.port), backlog=1024):
        place.ended(run, 69, "resume")
    place.serve()
    place.ended(place.resume(), 0)
    return run
