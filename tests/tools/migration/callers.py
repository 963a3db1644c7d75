"""The instances that take calls, and the clients that never rest."""

import copy
import random
import re
import secrets
import threading
import time

from service import PATIENCE, Service

PASSWORD = "correct horse of the migration"
CALLERS = 8
# What the service does by default. Hashes of any other cost would all be entries of credentials_cost_idx, which is meant for
# the few that are left of older costs.
DEFAULT_HASHES = {"AUTH__PASSWORDS__MEMORY_KIB": "19456", "AUTH__PASSWORDS__ITERATIONS": "2"}
MESSAGE = re.compile(r'to="([^"]*)" code=(\d+)')


class Codes:
    """The codes that any instance has printed and nobody has taken yet. Whoever is asked for a code is not always who prints
    it, so all instances share these."""

    def __init__(self):
        self.changed = threading.Condition()
        self.of = {}

    def put(self, phone, code):
        with self.changed:
            self.of[phone] = code
            self.changed.notify_all()

    def take(self, phone):
        with self.changed:
            if not self.changed.wait_for(lambda: phone in self.of, timeout=PATIENCE):
                raise AssertionError(f"no code for {phone}")
            return self.of.pop(phone)


class Instance(Service):
    """The program of one release, whose connections have a name in PostgreSQL's log."""

    def __init__(self, machine, binary, url, codes, name="service"):
        machine = copy.copy(machine)
        machine.binary = binary
        super().__init__(machine, f"{url}?application_name={name}", AUTH__LOGGING__LEVEL="error", **DEFAULT_HASHES)
        self.codes = codes

    def follow(self, stream, lines):
        """Keeps the lines, but of messages only the codes: there are as many as sign-ups, and nobody looks through them."""
        for line in stream:
            message = MESSAGE.search(line)
            if message:
                self.codes.put(*message.groups())
            else:
                lines.append(line)


class Fleet:
    """The instances that take calls. One that is taken out first answers what it has begun."""

    def __init__(self, codes):
        self.lock = threading.Lock()
        self.codes = codes
        self.instances = []
        self.busy = {}

    def add(self, service):
        with self.lock:
            self.instances.append(service)
            self.busy[service] = 0

    def retire(self, service):
        with self.lock:
            self.instances.remove(service)
        while True:
            with self.lock:
                if self.busy[service] == 0:
                    break
            time.sleep(0.01)
        service.stop()

    def call(self, method, path, body=None, **headers):
        with self.lock:
            service = random.choice(self.instances)
            self.busy[service] += 1
        try:
            return service.call(method, path, body, **headers)
        finally:
            with self.lock:
                self.busy[service] -= 1


class Clients:
    """Callers that never rest."""

    def __init__(self, fleet, users):
        self.fleet, self.users = fleet, users
        # Seconds of each answer; what went wrong; (number, sub) of each sign-up that was acknowledged.
        self.answers, self.bad, self.made = [], [], []
        self.stopping = False
        self.threads = [threading.Thread(target=self.live, args=(n,), daemon=True) for n in range(CALLERS)]
        for thread in self.threads:
            thread.start()

    def live(self, caller):
        number = 0
        while not self.stopping:
            try:
                self.person(f"+86 13{caller}{number:08}")
            except Exception as problem:  # anything but a good answer is what is looked for
                self.bad.append(repr(problem))
            number += 1

    def good(self, method, path, body=None, **headers):
        began = time.monotonic()
        status, _, answer = self.fleet.call(method, path, body, **headers)
        self.answers.append(time.monotonic() - began)
        if status != 200:
            raise AssertionError(f"{method} {path}: {status} {answer}")
        return answer

    def person(self, phone):
        device = {"x-device-id": secrets.token_hex(16)}
        asked = self.good("POST", "/auth/v1/verification", {"phone_number": phone, "target": "ANY"}, **device)
        proof = {"verification_id": asked["verification_id"], "verification_code": self.fleet.codes.take(phone)}
        token = self.good("POST", "/auth/v1/verification/verify", proof, **device)["verification_token"]
        new = {"phone_number": phone, "verification_token": token}
        session = self.good("POST", "/auth/v1/signup", new, **device)
        self.made.append((phone, session["sub"]))
        self.goes_on(session, device)
        name = {"username": f"old_{random.randrange(self.users)}", "password": PASSWORD}
        self.goes_on(self.good("POST", "/auth/v1/signin", name, **device), device)

    def goes_on(self, session, device):
        refresh = {"grant_type": "refresh_token", "client_id": "default", "refresh_token": session["refresh_token"]}
        session = self.good("POST", "/auth/v1/token", refresh, **device)
        who = self.good("GET", "/auth/v1/user/me", authorization=f"Bearer {session['access_token']}", **device)
        assert who["sub"] == session["sub"], who

    def stop(self):
        self.stopping = True
        for thread in self.threads:
            thread.join(timeout=PATIENCE + 5)
