"""Scrapes a server with a real Prometheus, and tries every expression of the board and of the alert rules on it.
metrics.py ROOT FOLDER PUBLIC ADMIN"""

import contextlib
import json
import math
import os
import re
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

root, folder, public, admin = sys.argv[1:5]
sys.path.insert(0, os.path.join(root, "tests/tools/faults"))

from machine import NotRun, Packages  # noqa: E402
from postgres import free_port  # noqa: E402

RULES = os.path.join(root, "docs/operation/alerts.yaml")
BOARD = os.path.join(root, "docs/operation/grafana.json")
# How long Prometheus looks back for a rate; there must be two samples in it.
RATE = "30s"


def programs():
    """The paths of prometheus and promtool: the machine's, or those of Debian's package, which is only unpacked."""
    if shutil.which("prometheus") and shutil.which("promtool"):
        return shutil.which("prometheus"), shutil.which("promtool")
    cache = os.path.join(root, "target/ci-tools/prometheus")
    packages = Packages(cache)
    found = [os.path.join(packages.root, "usr/bin", name) for name in ("prometheus", "promtool")]
    if not all(os.path.exists(path) for path in found):
        packages.fetch("prometheus")
    return found


DEVICE = "0123456789abcdef0123456789abcdef"


def fetch(address):
    request = urllib.request.Request(address, headers={"x-device-id": DEVICE})
    with urllib.request.urlopen(request, timeout=15) as answer:
        return answer.read().decode()


def post(path, body, token=None):
    """The JSON of the answer, whatever its status."""
    request = urllib.request.Request(public + path, json.dumps(body).encode(), {"content-type": "application/json"})
    request.add_header("x-device-id", DEVICE)
    if token:
        request.add_header("authorization", f"Bearer {token}")
    try:
        with urllib.request.urlopen(request, timeout=15) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as refused:
        return json.load(refused)


def code_to(address):
    """The code that the server has printed for this address."""
    for _ in range(100):
        with open(os.path.join(folder, "out"), encoding="utf-8") as out:
            found = re.findall(rf'to="{re.escape(address)}" code=(\d+)', out.read())
        if found:
            return found[-1]
        time.sleep(0.1)
    raise RuntimeError(f"no message to {address}")


def live(number):
    """Somebody signs up, is wrong in several ways, and comes back."""
    email, name = f"person{number}@example.com", f"person_{number}"
    sent = post("/auth/v1/verification", {"email": email})
    post("/auth/v1/verification/verify", {"verification_id": sent["verification_id"], "verification_code": "000000"})
    right = {"verification_id": sent["verification_id"], "verification_code": code_to(email)}
    proof = post("/auth/v1/verification/verify", right)["verification_token"]
    body = {"email": email, "verification_token": proof, "username": name, "password": "Some!Secret55"}
    tokens = post("/auth/v1/signup", body)
    post("/auth/v1/token", {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]})
    post("/auth/v1/signin", {"username": name, "password": "Another!Secret55"})
    post("/auth/v1/signin", {"username": name, "password": "Some!Secret55"})
    phone = f"+86 1390000{number:04}"
    sent = post("/auth/v1/verification", {"phone_number": phone})
    right = {"verification_id": sent["verification_id"], "verification_code": code_to(phone)}
    post("/auth/v1/verification/verify", right)
    post("/auth/v1/verification", {"phone_number": phone})
    with contextlib.suppress(urllib.error.HTTPError):
        fetch(f"{public}/auth/v1/provider/uri?provider_id=github&state=x")
    post("/auth/v1/provider/token", {"provider_id": "github", "provider_code": "x"})


class Prometheus:
    def __init__(self, program):
        self.port = free_port()
        data = os.path.join(folder, "prometheus")
        os.makedirs(data)
        configuration = os.path.join(data, "prometheus.yml")
        target = admin.removeprefix("http://")
        with open(configuration, "w", encoding="utf-8") as out:
            out.write("global: { scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s }\n")
            out.write(f"rule_files: ['{RULES}']\n")
            out.write(f"scrape_configs: [{{ job_name: auth, static_configs: [{{ targets: ['{target}'] }}] }}]\n")
        arguments = [f"--config.file={configuration}", f"--storage.tsdb.path={data}/data"]
        arguments += [f"--web.listen-address=127.0.0.1:{self.port}", "--log.level=warn"]
        self.log = open(os.path.join(data, "log"), "wb")
        self.process = subprocess.Popen([program, *arguments], stdout=self.log, stderr=self.log)

    def ask(self, path, **fields):
        query = urllib.parse.urlencode(fields)
        answer = json.loads(fetch(f"http://127.0.0.1:{self.port}/api/v1/{path}?{query}"))
        assert answer["status"] == "success", answer
        return answer["data"]

    def wait(self):
        for _ in range(300):
            with contextlib.suppress(OSError):
                if self.values("up{job='auth'} == 1"):
                    return
            time.sleep(0.1)
        with open(self.log.name, encoding="utf-8", errors="replace") as log:
            raise RuntimeError(f"Prometheus does not scrape the server: {log.read()[-2000:]}")

    def values(self, expression):
        """The values that the expression has now; those that are no number are left out."""
        found = self.ask("query", query=expression)["result"]
        return [value for value in (float(one["value"][1]) for one in found) if not math.isnan(value)]

    def stop(self):
        self.process.terminate()
        self.process.wait()
        self.log.close()


def expressions_of_board(board):
    """Every expression, with the name of its panel; variables are replaced as Grafana does."""
    for panel in board["panels"]:
        for target in panel.get("targets", []):
            text = target["expr"].replace("$__rate_interval", RATE).replace("$instance", ".*")
            yield panel["title"], text


def sides(expression):
    """What an alert compares with numbers: without a comparison there is a value before the alert fires, too."""
    for part in re.split(r"\band\b", expression):
        yield re.sub(r"(==|<=|>=|<|>)\s*[\d.]+\s*$", "", part.strip())


def check(prometheus):
    failed = []
    with open(BOARD, encoding="utf-8") as board:
        board = list(expressions_of_board(json.load(board)))
    for panel, expression in board:
        if not prometheus.values(expression):
            failed.append(f"the board's panel {panel!r} has no value: {expression}")
    groups = prometheus.ask("rules")["groups"]
    rules = [rule for group in groups for rule in group["rules"]]
    for rule in rules:
        if rule["health"] != "ok":
            failed.append(f"{rule['name']} is {rule['health']}: {rule.get('lastError')}")
        for side in sides(rule["query"]):
            if not prometheus.values(side):
                failed.append(f"{rule['name']} has nothing to compare: {side}")
    firing = sorted(rule["name"] for rule in rules if rule["state"] == "firing")
    print(f"{len(board)} expressions of the board, {len(rules)} rules; firing: {', '.join(firing) or 'none'}")
    assert len(board) > 50 and len(rules) > 15, "the files are read"
    return failed


def promtool(program, *arguments, text=None):
    done = subprocess.run([program, *arguments], input=text, capture_output=True, text=True, check=False)
    if done.returncode != 0 or (text and done.stderr):
        return [f"promtool {' '.join(arguments)}: {done.stdout}{done.stderr}"]
    return []


def main():
    try:
        program, tool = programs()
    except NotRun as missing:
        print(f"NOT RUN: {missing}")
        return 1
    failed = promtool(tool, "check", "rules", RULES)
    failed += promtool(tool, "test", "rules", os.path.join(root, "docs/operation/alerts_test.yaml"))
    failed += promtool(tool, "check", "metrics", text=fetch(f"{admin}/metrics"))
    prometheus = Prometheus(program)
    try:
        prometheus.wait()
        for number in range(4):
            live(number)
        # Two scrapes after the last request, so that a rate sees it.
        time.sleep(3)
        failed += promtool(tool, "check", "metrics", text=fetch(f"{admin}/metrics"))
        failed += check(prometheus)
    finally:
        prometheus.stop()
    print("\n".join(failed) or "every expression answers")
    return 1 if failed else 0


sys.exit(main())
