#!/usr/bin/env python3
"""Kills a server five times with SIGKILL while events happen and go out, and checks what the receiver got.

    killed_events.py BINARY [EVENTS]

A real server, on a private PostgreSQL of its own, tells a receiver of this script by webhook. Operators block and unblock
users, over many connections, until there are EVENTS events (10 000 by default); the receiver refuses every tenth request,
so that the schedule, which is shortened by setting, has work too. In the end every event that the server recorded must
have been taken: under one id with one body, each user's in order, signed. Needs nothing but Python.
"""

import base64
import hashlib
import hmac
import http.client
import http.server
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time

USERS = 500
CALLERS = 8
KILLS = 5
# Calls take at least this long in all, so that even a few of them are still going on at the last kill.
SPAN_SECONDS = 10
SECRET = b"a secret of this test alone"
# Longer than a worker that was killed keeps what it had taken (120 s), and some.
PATIENCE_SECONDS = 420


class Receiver:
    """What was taken, by event, and in which order."""

    def __init__(self):
        self.lock = threading.Lock()
        self.order = []  # (id, user, type, timestamp), as they were taken for the first time
        self.bodies = {}
        self.refused = self.repeated = 0
        self.problems = []
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                status = outer.take(self.headers, body)
                self.send_response(status)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 256

            def handle_error(self, *_):
                pass  # a killed client

        self.server = Server(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server.server_address[1]}/events"

    def take(self, headers, body):
        identifier, stamp = headers["webhook-id"], headers["webhook-timestamp"]
        signed = hmac.new(SECRET, f"{identifier}.{stamp}.".encode() + body, hashlib.sha256).digest()
        with self.lock:
            if headers["webhook-signature"] != "v1," + base64.b64encode(signed).decode():
                self.problems.append(f"{identifier} is not signed")
            event = json.loads(body)
            if event["data"]["id"] != identifier:
                self.problems.append(f"{identifier} has a body of {event['data']['id']}")
            known = self.bodies.get(identifier)
            if known is not None:
                self.repeated += 1
                if known != body:
                    self.problems.append(f"{identifier} came with two bodies")
                return 204
            if random.random() < 0.1:
                self.refused += 1
                return 503
            self.bodies[identifier] = body
            self.order.append((identifier, event["data"].get("user_id"), event["type"], event["timestamp"]))
            return 204


class Installation:
    """The program, in a folder that goes with it."""

    def __init__(self, binary, folder, url):
        self.binary, self.folder = binary, folder
        secret = "whsec_" + base64.b64encode(SECRET).decode()
        own = {
            "AUTH_PROFILE": "local",
            "AUTH__DATABASE__DATA_DIR": os.path.join(folder, "data"),
            "AUTH__HTTP__LISTEN": "127.0.0.1:0",
            "AUTH__ADMIN__LISTEN": "127.0.0.1:0",
            "AUTH__LOGGING__LEVEL": "error",
            "AUTH__PASSWORDS__MEMORY_KIB": "7168",
            "AUTH__PASSWORDS__ITERATIONS": "1",
            "AUTH__WEBHOOKS__TEST__URL": url,
            "AUTH__WEBHOOKS__TEST__SECRETS": secret,
            "AUTH__EVENTS__RETRY_AFTER_SECONDS": ",".join(["1"] * 12),
        }
        self.environment = {**{k: v for k, v in os.environ.items() if k != "DATABASE_URL"}, **own}
        self.process = None
        self.admin = None

    def run(self, *arguments):
        done = subprocess.run(
            [self.binary, *arguments], env=self.environment, capture_output=True, text=True, check=False
        )
        if done.returncode != 0:
            sys.exit(f"{arguments}: {done.stderr}")
        return done.stdout.strip()

    def start(self):
        log = open(os.path.join(self.folder, "server.log"), "a")
        self.process = subprocess.Popen([self.binary], env=self.environment, stdout=subprocess.PIPE, stderr=log, text=True)
        for line in self.process.stdout:
            if line.startswith("admin listening on http://"):
                self.admin = line.strip().rsplit("/", 1)[1]
                threading.Thread(target=self.process.stdout.read, daemon=True).start()
                return
        sys.exit("the server does not start: " + open(log.name).read())

    def kill(self):
        self.admin = None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(timeout=60)


class Operator:
    """Calls of the admin listener, again and again while no server is there."""

    def __init__(self, installation, key):
        self.installation, self.key = installation, key
        self.connection = None

    def call(self, method, path, body=None):
        while True:
            try:
                if self.connection is None:
                    address = self.installation.admin
                    if address is None:
                        raise OSError("no server")
                    self.connection = http.client.HTTPConnection(address, timeout=30)
                headers = {"authorization": f"Bearer {self.key}", "content-type": "application/json"}
                self.connection.request(method, path, json.dumps(body) if body is not None else None, headers)
                answer = self.connection.getresponse()
                text = answer.read()
                if answer.status == 200:
                    return json.loads(text)
                if answer.status != 503:
                    sys.exit(f"{method} {path}: {answer.status} {text}")
            except (OSError, http.client.HTTPException):
                pass
            if self.connection is not None:
                self.connection.close()
                self.connection = None
            time.sleep(0.1)


def cause_events(installation, key, users, rounds, progress):
    """Each caller has users of its own, so that it knows the order."""
    pause = SPAN_SECONDS * CALLERS / (len(users) * rounds)

    def caller(mine):
        try:
            call_for(mine)
        except BaseException as refused:  # whatever it is, nobody must wait for this caller
            progress["refused"] = str(refused) or repr(refused)

    def call_for(mine):
        operator = Operator(installation, key)
        for number in range(rounds):
            for user in mine:
                time.sleep(pause)
                operator.call("POST", f"/admin/v1/users/{user}/" + ("block" if number % 2 == 0 else "unblock"), {})
                with progress["lock"]:
                    progress["done"] += 1

    threads = [threading.Thread(target=caller, args=(users[n::CALLERS],), daemon=True) for n in range(CALLERS)]
    for thread in threads:
        thread.start()
    return threads


def recorded(operator, user):
    """The ids of the user's events, as operators see them, but for their own reading, of which nobody is told."""
    found, path = set(), f"/admin/v1/events?user={user}&limit=500"
    page = operator.call("GET", path)
    while True:
        found.update(event["id"] for event in page["events"] if event["kind"] != "user_read")
        if not page.get("next_cursor"):
            return found
        page = operator.call("GET", f"{path}&cursor={page['next_cursor']}")


def check(receiver, operator, users):
    problems = list(receiver.problems)
    taken = {}
    for identifier, user, kind, at in receiver.order:
        taken.setdefault(user, []).append((identifier, kind, at))
    expected = 0
    for user in users:
        known = recorded(operator, user)
        expected += len(known)
        got = [identifier for identifier, _, _ in taken.get(user, [])]
        if set(got) != known:
            problems.append(f"user {user}: {len(known)} events were recorded, {len(set(got) & known)} of them were taken")
        if len(got) != len(set(got)):
            problems.append(f"user {user}: an event was counted twice")
        stamps = [at for _, _, at in taken.get(user, [])]
        if stamps != sorted(stamps):
            problems.append(f"user {user}: out of order: {stamps}")
        kinds = [kind for _, kind, _ in taken.get(user, [])]
        for one, other in zip(kinds, kinds[1:]):
            if {one, other} == {"user.created", "user.unblocked"}:
                problems.append(f"user {user}: unblocked before blocked")
    return expected, problems


def main():
    binary = sys.argv[1]
    events = int(sys.argv[2]) if len(sys.argv) > 2 else 10_000
    rounds = max(2, -(-events // USERS))
    receiver = Receiver()
    with tempfile.TemporaryDirectory(prefix="auth-kill-events-") as folder:
        installation = Installation(binary, folder, receiver.url)
        try:
            run(installation, receiver, rounds)
        finally:
            installation.stop()


def run(installation, receiver, rounds):
    installation.start()
    key = installation.run("admin-keys", "create", "--name", "test", "--scope", "users:read", "--scope", "users:write")
    operator = Operator(installation, key)
    users = [operator.call("POST", "/admin/v1/users", {"username": f"person_{n}"})["id"] for n in range(USERS)]
    progress = {"done": 0, "refused": None, "lock": threading.Lock()}
    began = time.monotonic()
    threads = cause_events(installation, key, users, rounds, progress)
    total = USERS * rounds
    for kill in range(KILLS):
        while progress["done"] < total * (kill + 1) / (KILLS + 1):
            if progress["refused"]:
                sys.exit(progress["refused"])
            time.sleep(0.05)
        time.sleep(random.random() / 2)
        done, taken = progress["done"], len(receiver.order)
        installation.kill()
        print(f"kill -9 number {kill + 1} after {done} calls, {taken} events taken", flush=True)
        if done >= total:
            sys.exit(f"kill number {kill + 1} came when everything had happened")
        installation.start()
    for thread in threads:
        thread.join()
    if progress["refused"]:
        sys.exit(progress["refused"])
    caused = time.monotonic() - began
    deadline = time.monotonic() + PATIENCE_SECONDS
    expected, problems = 0, ["nothing was looked at"]
    while problems and time.monotonic() < deadline:
        time.sleep(5)
        if len(receiver.order) < USERS + total:
            continue
        expected, problems = check(receiver, operator, users)
    if problems:
        expected, problems = check(receiver, operator, users)
    took = time.monotonic() - began
    taken = sum(user is not None for _, user, _, _ in receiver.order)
    print(
        f"{expected} events of users recorded, {taken} taken, one id each; {receiver.refused} refused once or more, "
        f"{receiver.repeated} told again after they were taken; {KILLS} kills; caused in {caused:.0f} s, "
        f"all delivered after {took:.0f} s"
    )
    if problems:
        sys.exit("\n".join(problems[:20]))


if __name__ == "__main__":
    main()
