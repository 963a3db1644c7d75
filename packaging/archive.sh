#!/usr/bin/env bash
# Puts together what an archive of a release contains: the program, its manual and completions, settings, licences, the
# unit of systemd, and the list of components.
#
#   archive.sh PROGRAM FOLDER
set -euo pipefail
. "$(dirname "$0")/lib.sh"
need python3 python3
program=$(realpath "$1") folder=$2
umask 022

install -D -m 0755 "$program" "$folder/auth-server"
mkdir -p "$folder/completions"
"$program" completions bash > "$folder/completions/auth-server.bash"
"$program" completions fish > "$folder/completions/auth-server.fish"
"$program" completions zsh > "$folder/completions/_auth-server"
"$program" man "$folder/man"
python3 "$source/packaging/components.py" > "$folder/auth-server.cdx.json"
mkdir -p "$folder/packaging/systemd"
cp -r "$source"/{README.md,CHANGELOG.md,SECURITY.md,LICENSE-APACHE,LICENSE-MIT,config,docs,compose.yaml} "$folder"
cp "$source"/packaging/{environment,auth-serverctl,auth-serverctl.8} "$folder/packaging"
cp "$source"/packaging/systemd/* "$folder/packaging/systemd"
# Whatever the modes of the clone's files are.
chmod -R u=rwX,go=rX "$folder"
