# Arguments: start lock, users lock, data folder, socket folder, folder to remove (or empty), seconds to linger.
start=$1 users=$2 data=$3 socket=$4 remove=$5 linger=$6
exec 8>>"$start" 9>>"$users" || exit

# The folder may have been removed, and even made anew, while we waited: then it is no business of ours.
ours() { [ "$users" -ef /proc/self/fd/9 ]; }

while :; do
  flock -x 9; flock -u 9 # every user is gone
  sleep "$linger"
  ours || exit
  flock -x 8             # none comes
  flock -xn 9 && break
  flock -u 8
done
ours || exit

pid=
[ -f "$data/postmaster.pid" ] && read -r pid < "$data/postmaster.pid"
folder=$(readlink "/proc/$pid/cwd")
if [ -n "$pid" ] && [ "${folder:-$data}" = "$data" ]; then
  for signal in INT QUIT; do
    kill -s "$signal" "$pid"
    tries=300
    while [ -f "$data/postmaster.pid" ] && kill -0 "$pid" && [ $tries -gt 0 ]; do
      sleep 0.1; tries=$((tries - 1))
    done
  done
fi
rm -f "$socket/.s.PGSQL.5432" "$socket/.s.PGSQL.5432.lock"
rmdir "$socket"
if [ -n "$remove" ]; then
  case $data in
    "$remove"/*) ;;
    *) rm -rf "$data"; rmdir "${data%/*}" ;; # placed where another user can reach it
  esac
  # in one step, so that a new user never meets half of it
  mv "$remove" "$remove.gone-$$" && rm -rf "$remove.gone-$$"
fi
