#!/usr/bin/env python3
"""Runs the service on databases that fail, and checks what its clients and its operator see.

    faults.py BINARY [--may-miss] [short | all | NAME…]

`short` is what takes little time, and needs no package but pgbouncer. What cannot be tried on this machine is said, and is
a failure unless `--may-miss` is given: who sees no failure believes that everything was tried. Everything
runs in a folder that goes with it, as nobody where it must not be root. Needs nothing but Python and PostgreSQL.
"""

import inspect
import os
import subprocess
import sys
import tempfile
import time
import traceback

from machine import Machine, NotRun, as_nobody, give_to_nobody, is_root
from postgres import Client, Postgres, SqlError, free_port
from relay import Relay
from service import Service, under_load, wait_for

# Seconds from a fault until all is well again.
RECOVERED_WITHIN = 25
SIGN_UPS_WITHIN = 10
STOPS_WITHIN = 12
# How often something is killed in each layout, and what, in turns.
KILLS = 20
KILLED = [("service",), ("database",), ("service", "database")]

# The option for machines on which something is missing.
MAY_MISS = "--may-miss"

FAULTS = {}


def fault(*, is_short=False):
    """Registers a function that tries a fault. It is given the machine and a list of what has to be stopped."""

    def register(function):
        FAULTS[function.__name__] = (function, is_short)
        return function

    return register


class Things:
    """Makes what a fault needs, and stops it afterwards."""

    def __init__(self, machine):
        self.machine, self.made = machine, []

    def keep(self, thing):
        self.made.append(thing)
        return thing

    def postgres(self, name="primary", **settings):
        return self.keep(Postgres(self.machine, name, **settings))

    def service(self, url, **settings):
        return self.keep(Service(self.machine, url, **settings))

    def relay(self, target):
        return self.keep(Relay(target))

    def stop(self):
        for thing in reversed(self.made):
            thing.stop()


def nothing_is_lost(postgres, load):
    stored = {row[0] for row in postgres.sql("SELECT id FROM users")}
    lost = load.acknowledged() - stored
    assert not lost, f"{len(lost)} of {len(load.acknowledged())} acknowledged users are not stored"


def works_again(service, number):
    status, _, body = service.sign_up(f"+86 1300000{number:04}")
    assert status == 200, f"a sign-up after the fault: {status} {body}"
    assert service.ready()[0] == 200, service.ready()


@fault(is_short=True)
def swallowed_packets(things):
    """Nothing passes any more on the connections that are open."""
    primary = things.postgres().create().start()
    relay = things.relay(primary.port)
    service = things.service(primary.url(port=relay.port)).start()
    with under_load(service) as load:
        began = time.monotonic()
        relay.swallow()
        time.sleep(9)
        recovered = load.recovered_after(began)
    load.check()
    assert recovered <= RECOVERED_WITHIN, f"{recovered:.1f} s"
    nothing_is_lost(primary, load)
    works_again(service, 1)
    return f"all well {recovered:.1f} s after the fault, {len(load.acknowledged())} users"


@fault(is_short=True)
def silent_server(things):
    """Nothing passes any more, and new connections are taken and never answered. SIGTERM is heeded meanwhile."""
    primary = things.postgres().create().start()
    relay = things.relay(primary.port)
    service = things.service(primary.url(port=relay.port)).start()
    with under_load(service) as load:
        relay.swallows_new = True
        relay.swallow()
        time.sleep(8)
        status, said = service.ready()
        assert status == 503, (status, said)
        relay.swallows_new = False
        began = time.monotonic()
        time.sleep(7)
        recovered = load.recovered_after(began)
    load.check()
    assert recovered <= RECOVERED_WITHIN, f"{recovered:.1f} s"
    nothing_is_lost(primary, load)
    works_again(service, 2)
    relay.swallows_new = True
    relay.swallow()
    stopped = service.stop()
    assert stopped <= STOPS_WITHIN, f"SIGTERM took {stopped:.1f} s"
    return f"all well {recovered:.1f} s after the end of the silence, stopped in {stopped:.1f} s"


@fault(is_short=True)
def read_only(things):
    """The server is told to be read only, and later that it is not; nobody closes a connection."""
    primary = things.postgres().create().start()
    service = things.service(primary.url()).start()
    change = "ALTER SYSTEM SET default_transaction_read_only = {}"
    with under_load(service) as load:
        admin = Client(primary.port)
        for setting, expected in [("on", 503), ("off", 200)]:
            admin.query("SET default_transaction_read_only = off")
            admin.query(change.format(setting))
            admin.query("SELECT pg_reload_conf()")
            began = time.monotonic()
            time.sleep(3)
            status, said = service.ready()
            assert status == expected, (status, said)
            if expected == 503:
                assert "read only" in said, said
                code, printed = service.run("doctor")
                assert code != 0 and "read only" in printed, printed
        recovered = load.recovered_after(began)
    load.check()
    assert recovered <= SIGN_UPS_WITHIN, f"{recovered:.1f} s"
    nothing_is_lost(primary, load)
    works_again(service, 3)
    return f"all well {recovered:.1f} s after the end"


@fault()
def failover(things):
    """The standby takes over behind a proxy that keeps old connections open; the old primary becomes read only."""
    primary = things.postgres().create().start()
    standby = things.postgres("standby").copy_of(primary).start()
    primary.sql("ALTER SYSTEM SET synchronous_standby_names = 'standby'")
    primary.sql("SELECT pg_reload_conf()")
    relay = things.relay(primary.port)
    service = things.service(primary.url(port=relay.port)).start()
    with under_load(service) as load:
        admin = Client(primary.port)
        admin.query("ALTER SYSTEM SET default_transaction_read_only = on")
        admin.query("SELECT pg_reload_conf()")
        began = time.monotonic()
        time.sleep(1)
        standby.sql("SELECT pg_promote()", database="postgres")
        relay.lead_to(standby.port)
        time.sleep(SIGN_UPS_WITHIN)
        recovered = load.recovered_after(began)
    load.check()
    assert recovered <= SIGN_UPS_WITHIN, f"{recovered:.1f} s"
    nothing_is_lost(standby, load)
    works_again(service, 4)
    return f"all well {recovered:.1f} s after the fault, {len(load.acknowledged())} users on the new primary"


@fault()
def killed_primary(things):
    """The primary is killed, and the standby takes over at the same address."""
    primary = things.postgres().create().start()
    standby = things.postgres("standby").copy_of(primary).start()
    primary.sql("ALTER SYSTEM SET synchronous_standby_names = 'standby'")
    primary.sql("SELECT pg_reload_conf()")
    relay = things.relay(primary.port)
    service = things.service(primary.url(port=relay.port)).start()
    with under_load(service) as load:
        primary.process.kill()
        began = time.monotonic()
        time.sleep(1)
        relay.lead_to(standby.port)
        standby.sql("SELECT pg_promote()", database="postgres")
        time.sleep(SIGN_UPS_WITHIN)
        recovered = load.recovered_after(began)
    load.check()
    assert recovered <= SIGN_UPS_WITHIN, f"{recovered:.1f} s"
    nothing_is_lost(standby, load)
    works_again(service, 5)
    return f"all well {recovered:.1f} s after the fault"


@fault()
def killed_again_and_again(things):
    """Service and database are killed twenty times in each layout while users come, alone and together."""
    return ", ".join(killed_in(things, layout) for layout in ("single", "sharded"))


def killed_in(things, layout):
    primary = things.postgres(layout, fsync="on").create().start()

    def start():
        return things.service(primary.url(), AUTH__DATABASE__LAYOUT=layout).start()

    service, users = start(), 0
    for kill in range(KILLS):
        killed = KILLED[kill % len(KILLED)]
        with under_load(service) as load:
            if "service" in killed:
                service.process.kill()
                service.process.wait()
            if "database" in killed:
                primary.kill()
                primary.start()
        if "service" in killed:
            service = start()
        wait_for(lambda: service.ready()[0] == 200, RECOVERED_WITHIN, lambda: f"after {killed}: {service.ready()}")
        nothing_is_lost(primary, load)
        goes_on(service, load)
        works_again(service, kill)
        users += len(load.acknowledged())
    stored = int(primary.sql("SELECT count(*) FROM users")[0][0])
    assert stored >= users + KILLS, f"{users + KILLS} users were acknowledged in {layout}, and {stored} are stored"
    return f"{layout}: {KILLS} kills, {users} users"


def goes_on(service, load):
    """The last session that was acknowledged is refreshed."""
    session = [body for _, _, status, _, body in load.answers if status == 200][-1]
    refresh = {"grant_type": "refresh_token", "client_id": "default", "refresh_token": session["refresh_token"]}
    status, _, body = service.call("POST", "/auth/v1/token", refresh)
    assert status == 200, f"a refresh after the fault: {status} {body}"


def pgbouncer(things, primary, mode):
    """A pooler with fewer connections than its clients have."""
    machine = things.machine
    program = machine.pgbouncer()
    primary.environment = machine.packages.environment()
    folder = os.path.join(machine.folder, f"pgbouncer-{mode}")
    os.makedirs(folder, exist_ok=True)
    give_to_nobody(folder)
    port = free_port()
    settings = os.path.join(folder, "pgbouncer.ini")
    with open(settings, "w", encoding="utf-8") as file:
        file.write(
            f"[databases]\n* = host=127.0.0.1 port={primary.port} user=postgres\n[pgbouncer]\nlisten_addr = 127.0.0.1\n"
            f"listen_port = {port}\nauth_type = any\npool_mode = {mode}\ndefault_pool_size = {4 if mode == 'transaction' else 40}\n"
            "max_client_conn = 200\nunix_socket_dir =\n"
        )
    log = open(os.path.join(folder, "log"), "ab")
    process = subprocess.Popen(
        [program, settings], env=machine.packages.environment(), stdout=log, stderr=log, cwd="/", **as_nobody()
    )

    class Pooler:
        def stop(self):
            process.terminate()
            process.wait()

    things.keep(Pooler())

    def answers():
        try:
            return Client(port)
        except (OSError, SqlError):
            return None

    wait_for(answers, 10, lambda: f"pgbouncer does not start: {open(log.name, encoding='utf-8').read()[-500:]}").close()
    return port


@fault(is_short=True)
def pooled_by_transaction(things):
    """pgbouncer hands a connection to each transaction: refused with named statements, fine without."""
    primary = things.postgres().create().start()
    port = pgbouncer(things, primary, "transaction")
    code, said = things.service(primary.url(port=port)).run("serve")
    assert code == 1 and "database.statements" in said and "unnamed" in said, said
    code, said = things.service(primary.url(port=port)).run("doctor")
    assert code == 1 and "database.statements" in said, said
    unnamed = {"AUTH__DATABASE__STATEMENTS": "unnamed"}
    code, said = things.service(primary.url(port=port), **unnamed).run("migrate")
    assert code == 0, said
    services = [things.service(primary.url(port=port), **unnamed).start() for _ in range(2)]
    with under_load(services[0]) as load, under_load(services[1]) as other:
        for number in range(20):
            works_again(services[number % 2], 100 + number)
        limits = [Client(port).query("SHOW statement_timeout") for _ in range(10)]
    for one in (load, other):
        one.check()
        assert all(status == 200 for _, _, status, _, _ in one.answers), [a for a in one.answers if a[2] != 200][:3]
        nothing_is_lost(primary, one)
    assert all(limit == [["0"]] for limit in limits), f"limits reached other clients: {limits}"
    return f"{len(load.acknowledged()) + len(other.acknowledged())} users over 4 connections"


@fault()
def pooled_by_session(things):
    """pgbouncer keeps a connection for each session: works as it is."""
    primary = things.postgres().create().start()
    service = things.service(primary.url(port=pgbouncer(things, primary, "session"))).start()
    with under_load(service) as load:
        works_again(service, 200)
    load.check()
    return f"{len(load.acknowledged())} users"


@fault()
def full_disk(things):
    """The disk of the tables is full, and later it is not."""
    if not is_root():
        raise NotRun("a small disk needs root")
    folder = os.path.join(things.machine.folder, "small")
    os.mkdir(folder)
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=160m,mode=755", "none", folder], check=False).returncode:
        raise NotRun("no tmpfs can be mounted here")

    class Mounted:
        def stop(self):
            subprocess.run(["umount", "-l", folder], check=False)

    things.keep(Mounted())
    give_to_nobody(folder)
    log_of_changes = os.path.join(things.machine.folder, "wal")
    os.mkdir(log_of_changes)
    give_to_nobody(log_of_changes)
    primary = things.postgres("small/server").create("-X", os.path.join(log_of_changes, "pg_wal")).start()
    service = things.service(primary.url()).start()
    filler = os.path.join(folder, "filler")
    with under_load(service) as load:
        # Without a buffer, which would be written once more, in vain, when the file is closed.
        with open(filler, "wb", buffering=0) as file:
            try:
                while True:
                    file.write(b"\0" * 65536)
            except OSError:
                pass
        wait_for(lambda: any(a[2] != 200 for a in load.answers), 60, lambda: "the disk is full, and nothing fails")
        time.sleep(3)
        os.unlink(filler)
        began = time.monotonic()
        time.sleep(5)
        recovered = load.recovered_after(began)
    load.check()
    assert recovered <= SIGN_UPS_WITHIN, f"{recovered:.1f} s"
    nothing_is_lost(primary, load)
    works_again(service, 6)
    return f"all well {recovered:.1f} s after there was room"


@fault(is_short=True)
def too_many_connections(things):
    """Others take every connection of the server."""
    primary = things.postgres(max_connections=20, superuser_reserved_connections=3).create().start()
    primary.sql("CREATE ROLE service LOGIN; ALTER DATABASE auth OWNER TO service")
    service = things.service(primary.url("service")).start()
    with under_load(service) as load:
        admin = Client(primary.port)
        others = []

        def take_all():
            admin.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'service'")
            for _ in range(20):
                try:
                    others.append(Client(primary.port))
                except SqlError:
                    break
            return any(a[2] == 503 for a in load.answers)

        wait_for(take_all, 30, lambda: "every connection is taken, and nothing fails")
        time.sleep(3)
        for other in others:
            other.close()
        began = time.monotonic()
        time.sleep(6)
        recovered = load.recovered_after(began)
    load.check()
    assert recovered <= SIGN_UPS_WITHIN, f"{recovered:.1f} s"
    nothing_is_lost(primary, load)
    works_again(service, 7)
    return f"all well {recovered:.1f} s after they were given back"


@fault(is_short=True)
def chinese_messages(things):
    """A locked table, on a server that speaks Chinese."""
    primary = things.postgres(lc_messages="zh_CN.UTF-8")
    primary.environment["LOCPATH"] = things.machine.chinese()
    primary.create().start()
    service = things.service(primary.url()).start()
    works_again(service, 8)
    with under_load(service) as load:
        lock = Client(primary.port)
        lock.query("BEGIN; LOCK TABLE users IN ACCESS EXCLUSIVE MODE")
        try:
            Client(primary.port).query("nonsense")
        except SqlError as error:
            assert "错误" in str(error) or "语法" in str(error), f"it does not speak Chinese: {error}"
        wait_for(lambda: any(a[2] != 200 for a in load.answers), 20, lambda: "the table is locked, and nothing fails")
        lock.query("COMMIT")
        began = time.monotonic()
        time.sleep(3)
        recovered = load.recovered_after(began)
    load.check()
    assert recovered <= SIGN_UPS_WITHIN, f"{recovered:.1f} s"
    works_again(service, 9)
    return f"all well {recovered:.1f} s after the lock"


@fault(is_short=True)
def rights_to_rows_only(things):
    """The service runs as a role that may do nothing but read and write rows."""
    primary = things.postgres().create().start()
    code, said = things.service(primary.url()).run("migrate")
    assert code == 0, said
    primary.sql(
        "CREATE ROLE service LOGIN; REVOKE CREATE ON SCHEMA public FROM PUBLIC; GRANT USAGE ON SCHEMA public TO service; "
        "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO service"
    )
    service = things.service(primary.url("service"), AUTH__DATABASE__MIGRATE="false")
    code, said = service.run("doctor")
    assert code == 0, said
    service.start()
    works_again(service, 10)
    return "doctor, readyz and a sign-up"


@fault(is_short=True)
def mute_at_the_start(things):
    """The database accepts and is mute when the service starts."""
    primary = things.postgres().create().start()
    relay = things.relay(primary.port)
    relay.swallows_new = True
    service = things.service(primary.url(port=relay.port)).begin()
    wait_for(lambda: any("the database at 127.0.0.1" in line for line in service.err), 10, lambda: "nothing is said")
    stopped = service.stop()
    assert stopped <= 3 and service.process.returncode == 0, f"{stopped:.1f} s, {service.process.returncode}"
    service = things.service(primary.url(port=relay.port)).begin()
    time.sleep(4)
    relay.swallows_new = False
    service.listening(30)
    works_again(service, 11)
    return f"stopped in {stopped:.1f} s; another one waited and served"


@fault(is_short=True)
def not_migrated(things):
    """Profile production on a database without a schema."""
    primary = things.postgres().create().start()
    folder = os.path.join(things.machine.folder, "production")
    os.makedirs(folder)
    production = {
        "AUTH_PROFILE": "production",
        "AUTH__HTTP__DRAIN_SECONDS": "0",
        "AUTH__LIMITS__ENABLED": "true",
        "AUTH__SECRETS__SERVER_KEY": "u3v0Gq1x7yJmM2b8oWn4kTzE5rCsHdLfA9iPgQeKtVY=",
        "AUTH__TOKENS__KEY_DIR": os.path.join(folder, "keys"),
        "AUTH__PASSWORDS__MEMORY_KIB": "19456",
        "AUTH__PASSWORDS__ITERATIONS": "2",
    }
    service = things.service(primary.url(), **production)
    code, said = service.run("keys", "rotate")
    assert code == 0, said
    service.start()
    time.sleep(5)
    errors = [line for line in service.err if '"ERROR"' in line]
    assert len(errors) == 1 and "auth-server migrate" in errors[0], service.err
    warnings = [line for line in service.err if '"WARN"' in line]
    assert len(warnings) <= 2, warnings
    status, said = service.ready()
    assert status == 503 and "schema is not current" in said, (status, said)
    code, said = service.run("migrate")
    assert code == 0, said
    wait_for(lambda: service.ready()[0] == 200, 5, lambda: f"{service.ready()}")
    return "one ERROR, and ready after migrate"


@fault()
def clock_that_jumps(things):
    """The clock of the service is a day ahead for a while."""
    library = things.machine.faketime()
    primary = things.postgres().create().start()
    ahead = os.path.join(things.machine.folder, "faketime")

    def set_clock(offset):
        with open(ahead, "w", encoding="utf-8") as file:
            file.write(offset + "\n")

    set_clock("+0")
    service = things.service(primary.url(), AUTH__LIMITS__ENABLED="true", AUTH__CAPTCHA__MODE="off")
    service.environment.update(
        LD_PRELOAD=library, FAKETIME_TIMESTAMP_FILE=ahead, FAKETIME_NO_CACHE="1", FAKETIME_DONT_FAKE_MONOTONIC="1",
        DONT_FAKE_MONOTONIC="1",
    )
    service.start()
    works_again(service, 12)
    set_clock("+1d")
    for number in range(20, 26):
        works_again(service, number)
    set_clock("+0")
    for number in range(30, 36):
        works_again(service, number)
    return "nobody is kept out"


def chosen(names):
    if names in ([], ["all"]):
        return list(FAULTS)
    if names == ["short"]:
        return [name for name, (_, is_short) in FAULTS.items() if is_short]
    unknown = [name for name in names if name not in FAULTS]
    if unknown:
        sys.exit(f"there is no {', '.join(unknown)}; there are {', '.join(FAULTS)}")
    return names


def run(name, binary):
    """What came of it: `ok`, `FAILED` or `NOT RUN`, and why."""
    function = FAULTS[name][0]
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="auth-faults-", ignore_cleanup_errors=True) as folder:
        os.chmod(folder, 0o755)
        things = None
        try:
            things = Things(Machine(folder, binary))
            outcome = ("ok", function(things))
        except NotRun as missing:
            outcome = ("NOT RUN", str(missing))
        except Exception:  # pylint: disable=broad-except
            outcome = ("FAILED", traceback.format_exc(limit=-2))
        finally:
            if things:
                things.stop()
    print(f"{outcome[0]:8} {time.monotonic() - began:5.1f} s  {name}: {outcome[1]}", flush=True)
    return outcome[0]


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__ + "\n" + "\n".join(f"  {n}: {inspect.getdoc(f)}" for n, (f, _) in FAULTS.items()))
    given = sys.argv[2:]
    names = chosen([name for name in given if name != MAY_MISS])
    outcomes = [run(name, sys.argv[1]) for name in names]
    counts = {outcome: outcomes.count(outcome) for outcome in ("ok", "FAILED", "NOT RUN")}
    print(f"{len(outcomes)} faults: " + ", ".join(f"{count} {outcome}" for outcome, count in counts.items()))
    missed = counts["NOT RUN"] and MAY_MISS not in given
    if missed:
        print(f"what was not run is a failure without {MAY_MISS}")
    sys.exit(1 if counts["FAILED"] or missed else 0)


if __name__ == "__main__":
    main()
