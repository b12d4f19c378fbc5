#!/usr/bin/env bash
# Installs what the tests need from the system's packages: a browser, Redis, PostgreSQL, Java and Maven. With --long also
# what the long tests need besides: LibreOffice, Firefox, and geckodriver, which steers it and is built into .venv where there is a
# cargo (no package of Debian has it).
# It installs only what is missing, and packages only as root or by sudo without a password; otherwise it says what is
# missing.
# Usage: deploy/install_system_packages.sh [--long]
set -euo pipefail
cd "$(dirname "$0")/.."
geckodriver_version=0.37.1

fail() {
	echo "$1" >&2
	exit 1
}
have_any() {
	local name
	for name in "$@"; do
		if command -v "$name" >/dev/null; then return 0; fi
	done
	return 1
}
have_postgres() { compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null; }

case "${1-}" in
'') long=false ;;
--long) long=true ;;
*) fail "Usage: deploy/install_system_packages.sh [--long]" ;;
esac

missing=()
have_any chromium chromium-browser google-chrome || missing+=(chromium)
have_any redis-server || missing+=(redis-server)
have_postgres || missing+=(postgresql)
have_any java || missing+=(default-jre-headless)
have_any mvn || missing+=(maven)
if $long; then have_any firefox-esr firefox || missing+=(firefox-esr); fi
if $long; then have_any soffice libreoffice || missing+=(libreoffice-calc); fi

may_install() {
	command -v apt-get >/dev/null && { ((EUID == 0)) || { command -v sudo && sudo -n true; }; } >/dev/null 2>&1
}
# Chromium without windows takes a quarter less of the processor. Where there is none, the tests use Chromium itself.
add_headless_shell() {
	local name=chromium-headless-shell
	if have_any "$name" || [[ " ${missing[*]} " == *" $name "* ]] || ! may_install; then return 0; fi
	if apt-cache show "$name" >/dev/null 2>&1; then missing+=("$name"); fi
}
add_headless_shell

# No servers of the system's own are started: the tests run theirs in folders of their own.
apt_install() {
	"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 \
		apt-get install --yes --no-install-recommends "${missing[@]}" >"$log" 2>&1
}

install_packages() {
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
	apt_install || { "${as_root[@]}" apt-get update >"$log" 2>&1 && add_headless_shell && apt_install; } || {
		tail -n 20 "$log" >&2
		fail "apt-get could not install: ${missing[*]}."
	}
}

# Where this fails, the other long tests can still run; those with Firefox then fail and say what is missing.
install_geckodriver() {
	if ! have_any cargo; then
		echo "geckodriver is missing, and there is no cargo to build it: the tests with Firefox will fail." >&2
		return
	fi
	echo "Building geckodriver $geckodriver_version into .venv for the tests with Firefox (once, some minutes at most)."
	cargo install --quiet --locked --root .venv --version "$geckodriver_version" geckodriver >"$log" 2>&1 || {
		tail -n 20 "$log" >&2
		echo "cargo could not build geckodriver, so the tests with Firefox will fail. It needs cargo 1.88 or newer." >&2
	}
}

log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ((${#missing[@]} > 0)); then install_packages; fi
if $long && [[ ! -x .venv/bin/geckodriver ]] && ! have_any geckodriver; then install_geckodriver; fi
