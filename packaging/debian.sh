#!/usr/bin/env bash
# Makes the Debian package. Needs Debian's dpkg-dev.
#
#   debian.sh FOLDER FILE        FOLDER is what packaging/archive.sh makes
set -euo pipefail
. "$(dirname "$0")/lib.sh"
need dpkg-shlibdeps dpkg-dev
built=$(realpath "$1") file=$(realpath -m "$2")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
root=$work/root
umask 022

install -D -m 0755 "$built/auth-server" "$root/usr/bin/auth-server"
install -D -m 0755 "$source/packaging/auth-serverctl" "$root/usr/sbin/auth-serverctl"
install -D -m 0640 "$source/packaging/environment" "$root/etc/auth-server/environment"
install -D -m 0644 "$source/packaging/systemd/auth-server.service" "$root/usr/lib/systemd/system/auth-server.service"
install -D -m 0644 "$built/completions/auth-server.bash" "$root/usr/share/bash-completion/completions/auth-server"
install -D -m 0644 "$built/completions/auth-server.fish" "$root/usr/share/fish/vendor_completions.d/auth-server.fish"
install -D -m 0644 "$built/completions/_auth-server" "$root/usr/share/zsh/vendor-completions/_auth-server"
install -d "$root/usr/share/man/man1"
install -m 0644 "$built"/man/*.1 "$root/usr/share/man/man1"
install -D -m 0644 "$source/packaging/auth-serverctl.8" "$root/usr/share/man/man8/auth-serverctl.8"
gzip -9n "$root"/usr/share/man/man[18]/*
documents=$root/usr/share/doc/auth-server
install -d "$documents/config"
install -m 0644 "$source"/config/*.toml "$documents/config"
install -m 0644 "$source"/{README,CHANGELOG}.md "$documents"
gzip -9n "$documents/CHANGELOG.md"
maintainer=$(sed -n 's/^Maintainer: //p' "$source/packaging/debian/control")
printf 'auth-server (%s) stable; urgency=medium\n\n  * As CHANGELOG.md says.\n\n -- %s  %s\n' \
    "$version" "$maintainer" "$(date --rfc-email --date="@$SOURCE_DATE_EPOCH")" | gzip -9n > "$documents/changelog.gz"
{
    printf 'The sign-up and account service, under MIT or Apache-2.0, at your choice.\n\n'
    cat "$source/LICENSE-MIT"
    printf '\nApache-2.0 is in /usr/share/common-licenses/Apache-2.0. The licences of what is linked into the program\n'
    printf 'are listed in auth-server.cdx.json beside this file.\n'
} > "$documents/copyright"
install -m 0644 "$built/auth-server.cdx.json" "$documents"

# What the program is linked to, as Debian's packages.
mkdir -p "$work/debian"
printf 'Source: auth-server\n' > "$work/debian/control"
depends=$(cd "$work" && dpkg-shlibdeps -O "root/usr/bin/auth-server" 2> /dev/null | sed -n 's/^shlibs:Depends=//p')
[ -n "$depends" ] || { echo "the libraries of auth-server belong to no package" >&2; exit 1; }

install -d "$root/DEBIAN"
sed -e "s/@VERSION@/$version/" -e "s/@ARCHITECTURE@/$(dpkg --print-architecture)/" -e "s/@DEPENDS@/$depends/" \
    -e "s/@SIZE@/$(du -sk --apparent-size "$root" | cut -f 1)/" "$source/packaging/debian/control" > "$root/DEBIAN/control"
printf '/etc/auth-server/environment\n' > "$root/DEBIAN/conffiles"
install -m 0755 "$source"/packaging/debian/{postinst,prerm,postrm} "$root/DEBIAN"
(cd "$root" && find . -type f -not -path './DEBIAN/*' -printf '%P\n' | sort | xargs md5sum) > "$root/DEBIAN/md5sums"
chmod 0644 "$root"/DEBIAN/{control,conffiles,md5sums}
find "$root" -exec touch --no-dereference --date="@$SOURCE_DATE_EPOCH" {} +
rm -f "$file"
dpkg-deb --root-owner-group -Zxz --build "$root" "$file" > /dev/null
