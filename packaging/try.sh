#!/usr/bin/env bash
# Follows docs/operation/install.md with a release, as its readers would: the package and the archive in a clean Debian
# each, without a network; compose.yaml with podman, which needs no daemon. Somebody signs up in each. Needs root, Debian's
# mmdebstrap, podman and runc, and podman-compose from pip.
#
# Not tried, because it cannot be here: systemd itself (its part is played by a script that starts what the unit says), and
# the images of PostgreSQL and Mailpit (Debian's PostgreSQL plays the first, and nobody the second: the sign-up by e-mail
# is tried without containers, by tests/tools/compose_sign_up.sh).
#
#   try.sh FOLDER [package] [archive] [compose]        FOLDER is what packaging/release.sh made
#   CLEAN_DEBIAN names a clean Debian that mmdebstrap has made already
set -euo pipefail
. "$(dirname "$0")/lib.sh"
release=$(realpath "$1")
shift
what=(package archive compose)
[ $# = 0 ] || what=("$@")
[ "$(id -u)" = 0 ] || { echo "this needs root" >&2; exit 1; }
[ -n "${CLEAN_DEBIAN:-}" ] || need mmdebstrap mmdebstrap
need ip iproute2
work=$(mktemp -d "${TMPDIR:-/tmp}/release-try.XXXXXX")
cleanup() {
    [ ! -x "$work/bin/podman" ] || "$work/bin/podman" rm --all --force --time=2 --volumes > /dev/null 2>&1 || true
    rm -rf --one-file-system "$work" || true
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
suite=${DEBIAN_SUITE:-bookworm}

# The commands of the paper of one or several sorts, in order.
commands() {
    local sorts
    sorts=$(IFS='|'; echo "$*")
    awk -v sorts="^\`\`\`sh ($sorts)\$" '$0 ~ sorts { inside = 1; next } /^```/ { inside = 0 } inside' "$source/docs/operation/install.md"
}

# What both sorts of readers have: a Debian with PostgreSQL, which starts nothing by itself.
clean=$work/clean
echo "--- a clean $suite"
if [ -n "${CLEAN_DEBIAN:-}" ]; then
    cp -a "$CLEAN_DEBIAN" "$clean"
else
    mmdebstrap --quiet --variant=minbase --include=adduser,ca-certificates,curl,man-db,openssl,postgresql "$suite" "$clean"
fi
install -m 0755 "$source"/packaging/try/{sign-up,trial,postgres-in-place} "$clean/usr/local/bin"
# Where the scripts of packages look for it.
install -m 0755 "$source/packaging/try/systemctl" "$clean/usr/bin"
printf 'APT::Get::Assume-Yes "true";\n' > "$clean/etc/apt/apt.conf.d/90yes"
mkdir "$clean/release"

# clean_copy NAME: a copy with the release in it.
clean_copy() {
    cp -a "$clean" "$work/$1"
    cp "$release"/* "$work/$1/release"
    echo "$work/$1"
}

# inside FOLDER: a script from standard input, in processes and a network of its own that end with it.
inside() {
    cat > "$1/script"
    unshare --mount --pid --net --ipc --uts --fork --kill-child bash -c '
        ip link set lo up
        mount -t proc proc "$0/proc"
        mount --rbind /dev "$0/dev"
        exec chroot "$0" bash -euo pipefail /script' "$1" < /dev/null
}

try_package() {
    local root
    root=$(clean_copy package)
    {
        cat "$source/packaging/try/begin.sh"
        commands release package trial | sed 's/^auth-server$/as_person trial auth-server/'
        cat <<'SCRIPT'
curl -sS http://127.0.0.1:8080/readyz | grep -q '"ok"'
dpkg --verify auth-server
man --pager=cat auth-server-keys-rotate | grep -q 'auth-server-keys-rotate'
test -s /usr/share/bash-completion/completions/auth-server
echo "--- removed"
apt remove auth-server
if curl -sS http://127.0.0.1:8080/healthz 2> /dev/null || test -e /usr/bin/auth-server; then echo "it is still there" >&2; exit 1; fi
test -s /etc/auth-server/environment
apt purge auth-server
if test -e /etc/auth-server/environment; then echo "settings are left" >&2; exit 1; fi
test -s /etc/auth-server/server_key
SCRIPT
    } | inside "$root"
}

try_archive() {
    local root
    root=$(clean_copy archive)
    {
        cat "$source/packaging/try/begin.sh"
        # The trial is before the service.
        commands archive | sed 's/^useradd /as_person trial "$PWD\/auth-server"\n&/'
        printf 'auth-serverctl --version\ntest -s /usr/local/share/man/man1/auth-server.1\n'
    } | inside "$root"
}

# As compose.yaml says, but for the images that come from elsewhere.
try_compose() {
    need podman podman
    need runc runc
    python3 -m pip install --quiet --disable-pip-version-check --root-user-action=ignore --target "$work/python" 'podman-compose==1.5.0'
    export PYTHONPATH=$work/python CONTAINERS_CONF=$work/containers.conf PATH=$work/bin:$PATH
    printf '[containers]\ndefault_ulimits = ["nofile=8192:8192", "nproc=8192:8192"]\n' > "$CONTAINERS_CONF"
    mkdir "$work/bin" "$work/compose"
    printf '#!/bin/sh\nexec %s --runtime=runc --storage-driver=vfs --root=%s/storage --runroot=%s/run "$@"\n' \
        "$(command -v podman)" "$work" "$work" > "$work/bin/podman"
    chmod +x "$work/bin/podman"
    chroot "$clean" install -d -o postgres -g postgres -m 0700 /var/lib/postgresql/data
    chroot "$clean" install -d -o postgres -g postgres -m 3777 /run/postgresql
    tar --create --directory "$clean" --exclude=./proc --exclude=./dev . |
        podman import --quiet --change 'ENTRYPOINT ["/usr/local/bin/postgres-in-place"]' - docker.io/library/postgres:17-bookworm
    podman tag docker.io/library/postgres:17-bookworm docker.io/axllent/mailpit:v1.31
    cp "$release"/auth-server-*-image-*.tar "$source/compose.yaml" "$work/compose"
    (
        cd "$work/compose"
        docker() { if [ "$1" = compose ]; then python3 -m podman_compose "${@:2}"; else podman "$@"; fi; }
        begun=$SECONDS
        # Older ones of podman do not wait until containers are healthy, and without systemd nobody asks them.
        docker compose up --detach database mail
        for _ in $(seq 300); do
            ! podman exec auth-server_database_1 pg_isready --username auth --dbname auth --host 127.0.0.1 > /dev/null 2>&1 || break
            sleep 0.2
        done
        . /dev/stdin <<< "$(commands compose)"
        # Where the kernel does not forward ports, the container is reached by its own address.
        own=$(podman inspect --format '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}' auth-server_auth_1)
        base=
        for _ in $(seq 300); do
            for host in 127.0.0.1 "$own"; do
                ! curl -sS --max-time 2 "http://$host:8080/readyz" 2> /dev/null | grep -q '"ok"' || base=http://$host:8080
            done
            [ -z "$base" ] || break
            sleep 0.1
        done
        "$source/packaging/try/sign-up" "${base:-http://127.0.0.1:8080}" podman logs auth-server_auth_1 || {
            podman ps --all
            for container in auth-server_database_1 auth-server_auth_1; do podman logs "$container"; done
            exit 1
        }
        took=$((SECONDS - begun))
        echo "$took s from the image's file to the first sign-up"
        [ "$took" -lt 120 ] || { echo "that must take less than two minutes" >&2; exit 1; }
    )
}

for one in "${what[@]}"; do
    echo "=== $one"
    "try_$one"
done
echo "tried: ${what[*]}"
echo "NOT TRIED: systemd itself, and the images of PostgreSQL and Mailpit, for which others stood in"
