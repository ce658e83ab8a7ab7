#!/bin/sh
# Installs the languages whose own parsers package source/outline is held against, and coverage.py, where they are missing. Tests
# of outlines do without those that can't be had.
set -eu

missing=""
command -v ruby >/dev/null || missing="$missing ruby"
command -v php >/dev/null && [ -d /usr/share/php ] || missing="$missing php-cli phpunit"
/usr/bin/python3 -c 'import coverage, packaging' 2>/dev/null || missing="$missing python3-coverage python3-packaging"
if [ -z "$missing" ]; then
	exit 0
fi

as_root=""
if [ "$(id -u)" != 0 ]; then
	as_root="sudo"
fi

echo "installing$missing for the tests of outlines and of changes"
if ! command -v apt-get >/dev/null; then
	echo "this script knows no way to install them here: their tests are skipped" >&2
	exit 0
fi
$as_root apt-get update -qq
# shellcheck disable=SC2086 # each word is a package
DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y -qq --no-install-recommends $missing >/dev/null
