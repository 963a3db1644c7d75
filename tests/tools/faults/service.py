"""The service as its clients and its operator meet it."""

import contextlib
import http.client
import json
import os
import re
import secrets
import signal
import subprocess
import threading
import time

# What a client waits. An answer that takes longer counts as none.
PATIENCE = 30
CALLERS = 16


class Service:
    """The program on a database."""

    def __init__(self, machine, url, **settings):
        self.machine = machine
        own = {
            "AUTH_PROFILE": "local",
            "AUTH__DATABASE__URL": url,
            "AUTH__DATABASE__DATA_DIR": os.path.join(machine.folder, "service"),
            "AUTH__HTTP__LISTEN": "127.0.0.1:0",
            "AUTH__ADMIN__LISTEN": "127.0.0.1:0",
            "AUTH__LIMITS__ENABLED": "false",
            "AUTH__PASSWORDS__MEMORY_KIB": "7168",
            "AUTH__PASSWORDS__ITERATIONS": "1",
            **settings,
        }
        inherited = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "LD_PRELOAD")}
        self.environment = {**inherited, **own}
        self.process = self.address = None
        self.out, self.err = [], []

    def run(self, *arguments, given=None, timeout=60):
        """A sub-command, which is given this input: its exit status, and everything that it said."""
        done = subprocess.run(
            [self.machine.binary, *arguments],
            env=self.environment,
            cwd=self.machine.folder,
            input=given,
            capture_output=True,
            text=True,
            check=False,
            timeout=timeout,
        )
        return done.returncode, done.stdout + done.stderr

    def begin(self):
        self.process = subprocess.Popen(
            [self.machine.binary],
            env=self.environment,
            cwd=self.machine.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for stream, lines in [(self.process.stdout, self.out), (self.process.stderr, self.err)]:
            threading.Thread(target=self.follow, args=(stream, lines), daemon=True).start()
        return self

    @staticmethod
    def follow(stream, lines):
        for line in stream:
            lines.append(line)

    def start(self):
        return self.begin().listening(60)

    def listening(self, seconds):
        """Itself, as soon as it listens after `begin`."""
        line = wait_for(
            lambda: self.line("listening on http://"), seconds, lambda: f"the service does not start: {self.err}"
        )
        self.address = line.strip().rsplit("/", 1)[1]
        return self

    def line(self, begins):
        if self.process.poll() is not None and not self.out:
            raise AssertionError(f"the service has ended: {self.err}")
        return next((line for line in list(self.out) if line.startswith(begins)), None)

    def stop(self):
        """Seconds until it has ended after SIGTERM."""
        if self.process is None or self.process.poll() is not None:
            return 0.0
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(timeout=60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        return time.monotonic() - began

    def call(self, method, path, body=None, **headers):
        """Status, headers and body; status 0 stands for no answer."""
        connection = http.client.HTTPConnection(self.address, timeout=PATIENCE)
        try:
            text = json.dumps(body) if body is not None else None
            connection.request(method, path, text, {"content-type": "application/json", **headers})
            answer = connection.getresponse()
            return answer.status, {name.lower(): value for name, value in answer.getheaders()}, json.loads(answer.read() or b"{}")
        except (OSError, http.client.HTTPException, ValueError) as error:
            return 0, {}, {"error_description": repr(error)}
        finally:
            connection.close()

    def ready(self):
        status, _, body = self.call("GET", "/readyz")
        return status, body.get("error_description", "")

    def sign_up(self, phone):
        """The whole way by phone; the last answer."""
        asked = self.call("POST", "/auth/v1/verification", {"phone_number": phone, "target": "ANY"})
        if asked[0] != 200:
            return asked
        code = wait_for(lambda: self.code(phone), 20, lambda: "no message was printed")
        proof = {"verification_id": asked[2]["verification_id"], "verification_code": code}
        verified = self.call("POST", "/auth/v1/verification/verify", proof)
        if verified[0] != 200:
            return verified
        token = verified[2]["verification_token"]
        return self.call("POST", "/auth/v1/signup", {"phone_number": phone, "verification_token": token})

    def code(self, phone):
        for line in reversed(list(self.out)):
            if f'to="{phone}"' in line:
                return re.search(r"code=(\d+)", line).group(1)
        return None


class Load:
    """Callers who make users, one after the other, all the time."""

    def __init__(self, service):
        self.service = service
        self.answers = []  # (began, seconds, status, headers, body)
        self.stopping = False
        self.threads = [threading.Thread(target=self.make_users, daemon=True) for _ in range(CALLERS)]
        for thread in self.threads:
            thread.start()

    def make_users(self):
        while not self.stopping:
            began = time.monotonic()
            device = {"x-device-id": secrets.token_hex(16)}
            status, headers, body = self.service.call("POST", "/auth/v1/signin/anonymously", {}, **device)
            self.answers.append((began, time.monotonic() - began, status, headers, body))
            time.sleep(0.02 if status == 200 else 0.1)

    def stop(self):
        self.stopping = True
        for thread in self.threads:
            thread.join(timeout=PATIENCE + 5)

    def acknowledged(self):
        return {body["sub"] for _, _, status, _, body in list(self.answers) if status == 200}

    def recovered_after(self, fault):
        """Seconds from the fault until the first of the answers after which all are good."""
        bad = [began + took for began, took, status, _, _ in list(self.answers) if status != 200 and began + took > fault]
        return max(bad) - fault if bad else 0.0

    def check(self, longest=6.0):
        """Every answer came in time, none blames the service, and each that is unavailable says when to come again."""
        for _, took, status, headers, body in list(self.answers):
            said = f"{status} after {took:.1f} s: {body}"
            assert status in (200, 503), said
            assert took <= longest, said
            assert status == 200 or headers.get("retry-after"), said


def wait_for(look, seconds, problem):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        found = look()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError(problem())


@contextlib.contextmanager
def under_load(service):
    load = Load(service)
    try:
        wait_for(lambda: len(load.acknowledged()) > 20, 30, lambda: f"nothing is served: {load.answers[-3:]}")
        yield load
    finally:
        load.stop()
