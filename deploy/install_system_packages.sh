#!/usr/bin/env bash
# Installs what the tests need from the system's packages: a browser, Redis, PostgreSQL, Java and Maven.
# It installs only what is missing, and only as root or by sudo without a password; otherwise it says what is missing.
set -euo pipefail

have_postgres() { compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null; }
have_browser() { command -v chromium || command -v chromium-browser || command -v google-chrome; } >/dev/null

missing=()
have_browser || missing+=(chromium)
command -v redis-server >/dev/null || missing+=(redis-server)
have_postgres || missing+=(postgresql)
command -v java >/dev/null || missing+=(default-jre-headless)
command -v mvn >/dev/null || missing+=(maven)
if ((${#missing[@]} == 0)); then exit 0; fi

fail() {
	echo "$1" >&2
	exit 1
}

command -v apt-get >/dev/null ||
	fail "Missing for the tests: ${missing[*]}. There is no apt-get here, so install them by hand and try again."
if ((EUID == 0)); then
	as_root=()
elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
	as_root=(sudo -n)
else
	fail "Missing for the tests: ${missing[*]}. Install them with: sudo apt-get install ${missing[*]}"
fi

echo "Installing the system's packages that the tests need: ${missing[*]}"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
# No servers of the system's own are started: the tests run theirs in folders of their own.
install() {
	"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 \
		apt-get install --yes --no-install-recommends "${missing[@]}" >"$log" 2>&1
}
install || { "${as_root[@]}" apt-get update >"$log" 2>&1 && install; } || {
	tail -n 20 "$log" >&2
	fail "apt-get could not install: ${missing[*]}."
}
