#!/bin/sh
# Installs what drives the pages of covls in its tests: Chromium, and playwright-core on Node.js. What npm
# brings lies in a cache folder outside the tree.
#
#   setup-browser.sh            installs what is missing
#   setup-browser.sh --paths    prints the browser, the Node.js and the folder of playwright-core, one a
#                               line, and installs nothing; it fails where one of them is missing
set -eu

me=setup-browser
hint=", and set COVLS_CHROMIUM if your browser has another name"
# shellcheck source=scripts/setup.sh
. "$(dirname "$0")/setup.sh"

PLAYWRIGHT=1.64.1

playwright="$cache/playwright-core-$PLAYWRIGHT"

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

set --
browser >/dev/null || set -- "$@" chromium
command -v npm >/dev/null || set -- "$@" npm
packages "$@"

if ! runtime >/dev/null; then
	install_node
	runtime >/dev/null || fail "the Node.js in $cache/node-$NODE does not run here; remove the folder and try again"
fi
install "$playwright" "playwright-core@$PLAYWRIGHT" --ignore-scripts
said=$("$(browser)" --version 2>&1) || fail "$(browser) does not run: $said"
