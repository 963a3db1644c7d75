"""PostgreSQL servers for faults, and a client that needs no library."""

import contextlib
import os
import shutil
import signal
import socket
import struct
import subprocess
import time

from machine import as_nobody, give_to_nobody


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def has_ended(process):
    """Whether a process is gone, or waits for nothing but somebody who asks how it ended."""
    try:
        with open(f"/proc/{process}/stat", encoding="utf-8", errors="replace") as stat:
            return stat.read().rsplit(") ", 1)[1].startswith("Z")
    except OSError:
        return True


class SqlError(Exception):
    """The server refused; the code is its SQLSTATE."""

    def __init__(self, fields):
        self.code = fields.get("C", "")
        super().__init__(f"{self.code} {fields.get('M', '')}")


class Client:
    """A connection that runs simple queries, without a password. Silence of more than `timeout` seconds is a failure."""

    def __init__(self, port, user="postgres", database="auth", timeout=30):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=timeout)
        self.buffer = b""
        parameters = f"user\0{user}\0database\0{database}\0\0".encode()
        self.socket.sendall(struct.pack("!ii", len(parameters) + 8, 196608) + parameters)
        self.answer()

    def query(self, sql):
        """The rows as lists of texts."""
        body = sql.encode() + b"\0"
        self.socket.sendall(b"Q" + struct.pack("!i", len(body) + 4) + body)
        return self.answer()

    def close(self):
        self.socket.close()

    def answer(self):
        rows, error = [], None
        while True:
            kind, body = self.message()
            if kind == b"E":
                fields = [field.decode(errors="replace") for field in body.split(b"\0") if field]
                error = SqlError({field[0]: field[1:] for field in fields})
            elif kind == b"D":
                rows.append(self.row(body))
            elif kind == b"Z":
                if error:
                    raise error
                return rows

    def message(self):
        try:
            head = self.exactly(5)
            return head[:1], self.exactly(struct.unpack("!i", head[1:])[0] - 4)
        except OSError as lost:
            raise SqlError({"C": "08006", "M": str(lost)}) from lost

    def exactly(self, count):
        while len(self.buffer) < count:
            read = self.socket.recv(65536)
            if not read:
                raise OSError("the connection was closed")
            self.buffer += read
        taken, self.buffer = self.buffer[:count], self.buffer[count:]
        return taken

    @staticmethod
    def row(body):
        values, at = [], 2
        for _ in range(struct.unpack("!h", body[:2])[0]):
            length = struct.unpack("!i", body[at : at + 4])[0]
            at += 4
            values.append(None if length < 0 else body[at : at + length].decode())
            at += max(length, 0)
        return values


class Postgres:
    """A server with a database `auth`, whose superuser needs no password."""

    def __init__(self, machine, name, **settings):
        self.machine = machine
        self.folder = os.path.join(machine.folder, name)
        self.data = os.path.join(self.folder, "data")
        self.port = free_port()
        self.settings = {"listen_addresses": "127.0.0.1", "unix_socket_directories": "", "fsync": "off", **settings}
        self.environment = dict(machine.packages.environment())
        self.process = None

    def create(self, *arguments):
        os.makedirs(self.folder, exist_ok=True)
        give_to_nobody(self.folder)
        made = ["-D", self.data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync", *arguments]
        self.run(self.machine.program("initdb"), *made)
        return self

    def run(self, *command):
        done = subprocess.run(
            command, env=self.environment, cwd="/", capture_output=True, text=True, check=False, **as_nobody()
        )
        if done.returncode != 0:
            raise RuntimeError(f"{command[0]}: {done.stderr}")

    def start(self):
        command = [self.machine.program("postgres"), "-D", self.data, "-p", str(self.port)]
        for name, value in self.settings.items():
            command += ["-c", f"{name}={value}"]
        with open(os.path.join(self.folder, "log"), "ab") as log:
            self.process = subprocess.Popen(command, env=self.environment, cwd="/", stdout=log, stderr=log, **as_nobody())
        for _ in range(300):
            with contextlib.suppress(OSError, SqlError):
                client = Client(self.port, database="postgres")
                if not client.query("SELECT 1 FROM pg_database WHERE datname = 'auth'") and not self.is_standby(client):
                    client.query("CREATE DATABASE auth")
                client.close()
                return self
            if self.process.poll() is not None:
                break
            time.sleep(0.1)
        with open(os.path.join(self.folder, "log"), encoding="utf-8", errors="replace") as log:
            raise RuntimeError(f"PostgreSQL does not start: {log.read()[-2000:]}")

    def kill(self):
        """Kills all of its processes at once, and returns when none of them is left to hold on to the data."""
        server = self.process.pid
        # So that it forks none meanwhile that would not be on the list.
        os.kill(server, signal.SIGSTOP)
        with open(f"/proc/{server}/task/{server}/children", encoding="ascii") as children:
            processes = [server, *map(int, children.read().split())]
        for process in processes:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        self.process.wait()
        while not all(map(has_ended, processes)):
            time.sleep(0.01)

    @staticmethod
    def is_standby(client):
        return client.query("SELECT pg_is_in_recovery()") == [["t"]]

    def copy_of(self, primary):
        """Makes this the data of a standby of `primary`."""
        os.makedirs(self.folder, exist_ok=True)
        give_to_nobody(self.folder)
        program = self.machine.program("pg_basebackup", f"postgresql-client-{self.machine.major}")
        self.environment = dict(self.machine.packages.environment())
        source = f"host=127.0.0.1 port={primary.port} user=postgres application_name=standby"
        self.run(program, "-D", self.data, "-d", source, "-R", "-X", "stream", "-c", "fast", "--no-sync")
        return self

    def sql(self, sql, database="auth", user="postgres", timeout=30):
        """The rows. `None` as the timeout is for statements that work for long and say nothing meanwhile."""
        client = Client(self.port, user, database, timeout)
        try:
            return client.query(sql)
        finally:
            client.close()

    def url(self, user="postgres", port=None):
        return f"postgres://{user}@127.0.0.1:{port or self.port}/auth"

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGQUIT)
            self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)
