#!/usr/bin/env bash
# Makes the root file system of the image: the program, the libraries that it is linked to, the authorities that it
# trusts, a user without rights, and the licences of all of it. Debian's files are copied from this machine.
#
#   root-filesystem.sh PROGRAM FOLDER
set -euo pipefail
program=$1 folder=$2
source=$(cd "$(dirname "$0")/.." && pwd)
# The image's user is another one, who reads all of it.
umask 022

install -D -m 0755 "$program" "$folder/usr/bin/auth-server"

# The loader and the libraries, under the paths by which the program asks for them.
mapfile -t libraries < <(ldd "$program" | awk '$2 == "=>" && $3 ~ /^\// { print $3 } $1 ~ /^\// { print $1 }')
[ "${#libraries[@]}" -ge 2 ] || { echo "$program: no libraries are found" >&2; exit 1; }
for library in "${libraries[@]}"; do
    install -D -m 0755 "$(readlink -f "$library")" "$folder$library"
done

install -D -m 0644 /etc/ssl/certs/ca-certificates.crt "$folder/etc/ssl/certs/ca-certificates.crt"
printf 'root:x:0:0:root:/:/sbin/nologin\nauth-server:x:65532:65532::/var/lib/auth-server:/sbin/nologin\n' > "$folder/etc/passwd"
printf 'root:x:0:\nauth-server:x:65532:\n' > "$folder/etc/group"
printf 'hosts: files dns\n' > "$folder/etc/nsswitch.conf"
chmod 0644 "$folder"/etc/{passwd,group,nsswitch.conf}
install -d -m 0700 "$folder/var/lib/auth-server"

for licence in LICENSE-APACHE LICENSE-MIT; do
    install -D -m 0644 "$source/$licence" "$folder/usr/share/doc/auth-server/$licence"
done
for package in ca-certificates libc6 libgcc-s1; do
    install -D -m 0644 "/usr/share/doc/$package/copyright" "$folder/usr/share/doc/$package/copyright"
done
