"""What the faults need of the machine: PostgreSQL's programs, and packages that are unpacked and not installed."""

import glob
import os
import re
import shutil
import subprocess

# PostgreSQL refuses to run as root. Any other user will do.
NOBODY = 65534


class NotRun(Exception):
    """Something is missing here, so that a fault cannot be tried."""


def is_root():
    return os.geteuid() == 0


def as_nobody():
    """Arguments of Popen for programs that refuse to run as root."""
    return {"user": NOBODY, "group": NOBODY, "extra_groups": []} if is_root() else {}


def give_to_nobody(path):
    if is_root():
        os.chown(path, NOBODY, NOBODY)


class Packages:
    """Debian's packages, unpacked below a folder."""

    def __init__(self, folder):
        self.folder = os.path.join(folder, "packages")
        self.root = os.path.join(self.folder, "root")
        self.updated = False

    def fetch(self, *names):
        """Downloads and unpacks packages, which must be there afterwards."""
        if not shutil.which("apt-get") or not shutil.which("dpkg-deb"):
            raise NotRun(f"{names[0]} is not here, and neither is apt")
        debs = os.path.join(self.folder, "debs")
        os.makedirs(debs, exist_ok=True)
        os.makedirs(self.root, exist_ok=True)
        done = self.download(names, debs)
        if done.returncode != 0 and is_root() and not self.updated:
            self.updated = True
            subprocess.run(["apt-get", "update", "-qq"], capture_output=True, check=False)
            done = self.download(names, debs)
        if done.returncode != 0:
            raise NotRun(f"{names[0]} cannot be downloaded: {done.stderr.strip().splitlines()[-1:]}")
        for deb in glob.glob(os.path.join(debs, "*.deb")):
            subprocess.run(["dpkg-deb", "-x", deb, self.root], check=True)
            os.unlink(deb)

    @staticmethod
    def download(names, folder):
        command = ["apt-get", "-q", "-o", "APT::Sandbox::User=root", "download", *names]
        return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)

    def environment(self):
        """With the libraries of what was unpacked."""
        found = glob.glob(os.path.join(self.root, "usr/lib/*-linux-gnu")) + glob.glob(os.path.join(self.root, "lib/*-linux-gnu"))
        paths = found + [path for path in [os.environ.get("LD_LIBRARY_PATH")] if path]
        return {**os.environ, "LD_LIBRARY_PATH": ":".join(paths)} if paths else dict(os.environ)


class Machine:
    def __init__(self, folder, binary):
        self.folder, self.binary = folder, os.path.abspath(binary)
        self.packages = Packages(folder)
        self.postgres_folder, self.major = self.find_postgres()

    def find_postgres(self):
        """PostgreSQL of the system, or what the service fetched for itself."""
        cache = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.environ.get("HOME", "/root"), ".cache")
        places = ["/usr/lib/postgresql/*/bin", f"{cache}/auth-server/postgresql/*/usr/lib/postgresql/*/bin"]
        places.append("/var/cache/auth-server-*/*/usr/lib/postgresql/*/bin")
        named = os.environ.get("PG_BIN")
        found = [named] if named else [path for place in places for path in glob.glob(place)]
        usable = [path for path in found if os.access(os.path.join(path, "initdb"), os.X_OK)]
        versions = [(int(self.version_of(path)), path) for path in usable]
        if not versions:
            raise NotRun("there is no PostgreSQL here; start the service once, and it fetches one")
        major, path = max(versions)
        return path, major

    @staticmethod
    def version_of(folder):
        said = subprocess.run([f"{folder}/postgres", "--version"], capture_output=True, text=True, check=False).stdout
        found = re.search(r"\d+", said)
        return found.group() if found else 0

    def program(self, name, package=None):
        """The path of one of PostgreSQL's programs; those of the client are in a package of their own."""
        path = os.path.join(self.postgres_folder, name)
        if os.access(path, os.X_OK) or package is None:
            return path
        unpacked = os.path.join(self.packages.root, f"usr/lib/postgresql/{self.major}/bin", name)
        if not os.path.exists(unpacked):
            self.packages.fetch(package, "libpq5")
        return unpacked

    def installed(self, name, *packages):
        """The path of a program of Debian's, which is unpacked where it is missing."""
        found = shutil.which(name, path=os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/sbin", "/usr/bin"]))
        path = found or os.path.join(self.packages.root, "usr/sbin", name)
        if not os.path.exists(path):
            self.packages.fetch(*packages)
        return path

    def pgbouncer(self):
        return self.installed("pgbouncer", "pgbouncer", "libevent-2.1-7", "libc-ares2")

    def faketime(self):
        """The path of the library."""
        for place in ["/usr/lib/*/faketime/libfaketime.so.1", f"{self.packages.root}/usr/lib/*/faketime/libfaketime.so.1"]:
            for path in glob.glob(place):
                return path
        self.packages.fetch("libfaketime")
        return glob.glob(f"{self.packages.root}/usr/lib/*/faketime/libfaketime.so.1")[0]

    def chinese(self):
        """A folder with a Chinese locale, if the server has messages in it."""
        shares = ["/usr/share/locale"] + [os.path.join(self.postgres_folder, "../../../../share/locale")]
        if not any(glob.glob(f"{share}/zh_CN/LC_MESSAGES/postgres-{self.major}.mo") for share in shares):
            raise NotRun("this PostgreSQL speaks no Chinese")
        if not shutil.which("localedef") or not os.path.exists("/usr/share/i18n/locales/zh_CN"):
            raise NotRun("no locale can be made here (Debian's package locales)")
        folder = os.path.join(self.folder, "locales")
        if not os.path.exists(folder):
            os.mkdir(folder)
            made = ["localedef", "--no-archive", "-i", "zh_CN", "-f", "UTF-8", os.path.join(folder, "zh_CN.UTF-8")]
            subprocess.run(made, capture_output=True, check=False)  # it warns and succeeds with status 1
        return folder
