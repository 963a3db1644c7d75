# For packaging/try.sh: what is before the reader's commands, in a clean Debian. There is no network, so PostgreSQL is
# installed already; here it is started, as its package does where there is systemd.
# shellcheck shell=bash
export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
mkdir -p /run/systemd/system
read -r version cluster _ < <(pg_lsclusters --no-header)
pg_ctlcluster "$version" "$cluster" start
useradd --create-home person
as_person() { runuser -u person -- "$@"; }
cd /release || exit
