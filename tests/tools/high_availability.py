#!/usr/bin/python3
"""Runs the service on two PostgreSQL servers that Patroni looks after, and takes the primary away.

    high_availability.py BINARY [asynchronous] [synchronous] [haproxy] [hosts]

Patroni and HAProxy are Debian's, downloaded and unpacked; a third process votes. In both modes of replication, and with
either way to the primary, the roles are exchanged first, and then the primary dies, with everything on its machine. How
long sign-ins fail, and how many acknowledged users are lost, is printed.
"""

import glob
import http.client
import itertools
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "faults"))
from machine import Machine, NotRun, as_nobody, give_to_nobody  # noqa: E402
from postgres import Client, Postgres, SqlError, free_port  # noqa: E402
from rolling_restart import HaProxy, changed  # noqa: E402
from service import Service, under_load, wait_for  # noqa: E402

OPERATION = os.path.join(HERE, "../../docs/operation")
PATRONI = ["patroni", "libyaml-0-2"] + [
    f"python3-{name}"
    for name in "cdiff click colorama dateutil pkg-resources prettytable psutil psycopg2 pysyncobj six urllib3 wcwidth yaml".split()
]
# Seconds from the fault until all is well again: Patroni's time to live is 20.
RECOVERED_WITHIN = 60


class Processes:
    """Programs of a machine of its own, which die together."""

    def __init__(self, folder):
        self.folder, self.made = folder, []
        os.makedirs(folder, exist_ok=True)
        give_to_nobody(folder)

    def run(self, *command, **environment):
        with open(os.path.join(self.folder, "log"), "ab") as log:
            made = subprocess.Popen(
                command, cwd=self.folder, env=environment, stdout=log, stderr=log, start_new_session=True, **as_nobody()
            )
        self.made.append(made)

    def die(self):
        """Power is lost. PostgreSQL has a session of its own, so it is found by its file."""
        for made in self.made:
            if made.poll() is None:
                os.killpg(made.pid, signal.SIGKILL)
                made.wait()
        for file in glob.glob(os.path.join(self.folder, "data/postmaster.pid")):
            with open(file, encoding="utf-8") as lines:
                postmaster = int(lines.readline())
            children = subprocess.run(["ps", "-o", "pid=", "--ppid", str(postmaster)], capture_output=True, text=True, check=False)
            for process in [postmaster, *map(int, children.stdout.split())]:
                try:
                    os.kill(process, signal.SIGKILL)
                except ProcessLookupError:
                    pass
        self.made = []

    def said(self):
        with open(os.path.join(self.folder, "log"), encoding="utf-8", errors="replace") as log:
            return log.read()[-1500:]


class Cluster:
    """Two servers and a third voter."""

    def __init__(self, machine, name, synchronous):
        self.machine, self.folder = machine, os.path.join(machine.folder, name)
        self.python = {**machine.packages.environment(), "PYTHONPATH": os.path.join(machine.packages.root, "usr/lib/python3/dist-packages")}
        self.python["PYTHONDONTWRITEBYTECODE"] = "1"
        os.makedirs(self.folder)
        os.chmod(self.folder, 0o755)
        voters = [f"127.0.0.1:{free_port()}" for _ in range(3)]
        self.nodes = [Processes(os.path.join(self.folder, node)) for node in ("one", "two", "voter")]
        self.ports = [free_port(), free_port()]
        self.rest = [free_port(), free_port()]
        for number, node in enumerate(self.nodes):
            raft = {
                "data_dir": os.path.join(node.folder, "raft"),
                "self_addr": voters[number],
                "partner_addrs": voters[:number] + voters[number + 1 :],
            }
            self.write(node, number, raft, synchronous)
        self.start(self.nodes[2], "patroni.raft_controller")
        for node in self.nodes[:2]:
            self.start(node, "patroni.__main__")
            wait_for(lambda: self.primary() is not None, 60, lambda node=node: node.said())
        wait_for(self.is_complete, 60, lambda: f"{self.status(0)} {self.status(1)} {self.nodes[1].said()}")
        client = Client(self.ports[self.primary()], database="postgres")
        client.query("CREATE DATABASE auth")
        client.close()

    def write(self, node, number, raft, synchronous):
        """A file in JSON, which is YAML as well."""
        given = {"scope": "auth", "name": os.path.basename(node.folder), "raft": raft}
        if number < 2:
            given |= {
                "restapi": {"listen": f"127.0.0.1:{self.rest[number]}", "connect_address": f"127.0.0.1:{self.rest[number]}"},
                "bootstrap": {
                    "dcs": {
                        "ttl": 20,
                        "loop_wait": 2,
                        "retry_timeout": 3,
                        "synchronous_mode": synchronous,
                        "postgresql": {"use_pg_rewind": False},
                    },
                    "initdb": [{"encoding": "UTF8"}, {"locale": "C"}],
                },
                "postgresql": {
                    "listen": f"127.0.0.1:{self.ports[number]}",
                    "connect_address": f"127.0.0.1:{self.ports[number]}",
                    "data_dir": os.path.join(node.folder, "data"),
                    "bin_dir": self.machine.postgres_folder,
                    "pgpass": os.path.join(node.folder, "pgpass"),
                    "authentication": {
                        "superuser": {"username": "postgres", "password": "secret"},
                        "replication": {"username": "replicator", "password": "secret"},
                    },
                    "pg_hba": ["host all all 127.0.0.1/32 trust", "host replication all 127.0.0.1/32 trust"],
                    "parameters": {"unix_socket_directories": node.folder, "wal_keep_size": "64MB"},
                },
            }
        with open(os.path.join(node.folder, "patroni.yml"), "w", encoding="utf-8") as file:
            json.dump(given, file)
        give_to_nobody(file.name)

    def start(self, node, module):
        program = f"from {module} import main; main()"
        node.run("/usr/bin/python3", "-c", program, os.path.join(node.folder, "patroni.yml"), **self.python)

    def status(self, number, path="/"):
        connection = http.client.HTTPConnection("127.0.0.1", self.rest[number], timeout=5)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read() or b"{}")
        except (OSError, ValueError, http.client.HTTPException) as error:
            return 0, repr(error)
        finally:
            connection.close()

    def primary(self):
        return next((number for number in (0, 1) if self.status(number, "/primary")[0] == 200), None)

    def is_complete(self):
        """Both run, and the standby follows; in synchronous mode as the one that is waited for."""
        primary = self.primary()
        if primary is None or self.status(1 - primary, "/replica")[0] != 200:
            return False
        follows = self.status(primary)[1].get("replication") or []
        return any(one.get("state") == "streaming" for one in follows) and (
            not self.is_synchronous() or any(one.get("sync_state") == "sync" for one in follows)
        )

    def is_synchronous(self):
        return self.status(self.primary(), "/config")[1].get("synchronous_mode", False)

    def exchange_roles(self):
        primary = self.primary()
        names = [os.path.basename(node.folder) for node in self.nodes]
        connection = http.client.HTTPConnection("127.0.0.1", self.rest[primary], timeout=60)
        body = json.dumps({"leader": names[primary], "candidate": names[1 - primary]})
        connection.request("POST", "/switchover", body, {"content-type": "application/json"})
        answer = connection.getresponse()
        assert answer.status == 200, (answer.status, answer.read())
        connection.close()

    def users(self):
        client = Client(self.ports[self.primary()])
        try:
            return {row[0] for row in client.query("SELECT id FROM users")}
        finally:
            client.close()

    def stop(self):
        for node in self.nodes:
            node.die()
        shutil.rmtree(self.folder, ignore_errors=True)


class Proxy:
    """HAProxy with the configuration of docs/operation."""

    def __init__(self, machine, cluster):
        with open(os.path.join(OPERATION, "haproxy-postgres.cfg"), encoding="utf-8") as file:
            given = file.read()
        self.port = free_port()
        given = changed(given, ("127.0.0.1:5000$", f"127.0.0.1:{self.port}"))
        for node, number in zip(("21", "22"), (0, 1)):
            pattern = rf"10\.0\.0\.{node}:5432 check port 8008"
            given = changed(given, (pattern, f"127.0.0.1:{cluster.ports[number]} check port {cluster.rest[number]}"))
        path = os.path.join(cluster.folder, "haproxy.cfg")
        with open(path, "w", encoding="utf-8") as file:
            file.write(given)
        program = machine.installed("haproxy", *HaProxy.packages)
        with open(os.path.join(cluster.folder, "haproxy.log"), "wb") as log:
            self.process = subprocess.Popen([program, "-db", "-f", path], env=machine.packages.environment(), stdout=log, stderr=log)
        # Until it has asked, it takes both for the primary, and closes connections to the other one after that.
        time.sleep(4)
        wait_for(self.leads_to_the_primary, 20, lambda: "HAProxy does not find the primary")

    def leads_to_the_primary(self):
        try:
            client = Client(self.port)
            is_standby = Postgres.is_standby(client)
            client.close()
        except (OSError, SqlError):
            return False
        return not is_standby

    def stop(self):
        self.process.terminate()
        self.process.wait()


def measured(service, cluster, fault):
    """Seconds of failing sign-ins, those of the slowest, and how many of the acknowledged users are gone."""
    with under_load(service) as load:
        time.sleep(2)
        began = time.monotonic()
        fault()
        wait_for(lambda: cluster.primary() is not None, RECOVERED_WITHIN, lambda: f"{cluster.nodes[0].said()}")
        wait_for(
            lambda: sum(answer[2] == 200 for answer in list(load.answers)[-40:]) == 40,
            RECOVERED_WITHIN,
            lambda: f"sign-ins go on failing: {load.answers[-3:]}",
        )
        recovered = load.recovered_after(began)
    load.check(longest=15.0)
    slowest = max(answer[1] for answer in list(load.answers))
    return recovered, slowest, len(load.acknowledged() - cluster.users()), len(load.acknowledged())


def tried(machine, mode, way):
    cluster = Cluster(machine, f"{mode}-{way}", mode == "synchronous")
    things = [cluster]
    try:
        if way == "haproxy":
            things.append(Proxy(machine, cluster))
            url = f"postgres://postgres@127.0.0.1:{things[-1].port}/auth"
        else:
            hosts = ",".join(f"127.0.0.1:{port}" for port in cluster.ports)
            url = f"postgres://postgres@{hosts}/auth?target_session_attrs=read-write"
        service = Service(machine, url)
        things.append(service)
        service.start()
        wait_for(lambda: service.ready()[0] == 200, 30, lambda: f"{service.ready()}")
        exchanged = measured(service, cluster, cluster.exchange_roles)
        wait_for(cluster.is_complete, 60, lambda: f"{cluster.status(0)} {cluster.status(1)}")
        died = measured(service, cluster, lambda: cluster.nodes[cluster.primary()].die())
        for what, (seconds, slowest, lost, users) in [("roles exchanged", exchanged), ("primary dead", died)]:
            print(
                f"{mode}, {way}: {what}: sign-ins fail for {seconds:.1f} s, the slowest answer took {slowest:.1f} s, "
                f"{lost} of {users} users lost",
                flush=True,
            )
        return exchanged[2] == 0 and (died[2] == 0 or mode == "asynchronous")
    finally:
        for thing in reversed(things):
            thing.stop()


def main():
    binary, *chosen = sys.argv[1:]
    modes = [mode for mode in ("asynchronous", "synchronous") if mode in chosen] or ["asynchronous", "synchronous"]
    ways = [way for way in ("haproxy", "hosts") if way in chosen] or ["haproxy", "hosts"]
    with tempfile.TemporaryDirectory(prefix="auth-ha-") as folder:
        os.chmod(folder, 0o755)
        machine = Machine(folder, binary)
        try:
            machine.packages.fetch(*PATRONI)
            machine.installed("haproxy", *HaProxy.packages)
        except NotRun as why:
            print(f"NOT RUN: {why}")
            return 1
        outcomes = [tried(machine, mode, way) for mode, way in itertools.product(modes, ways)]
    return 0 if all(outcomes) else 1


if __name__ == "__main__":
    sys.exit(main())
