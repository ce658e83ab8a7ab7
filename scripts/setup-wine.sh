#!/bin/sh
# Installs Wine, on which the tests run covls.exe. Where the system has none of version 10 or newer, that of
# Debian 13 lies in a cache folder outside the tree, for 1.2 GB, and is run with that folder as its root.
#
#   setup-wine.sh                    installs what is missing; without Wine on PATH it wants to be root
#   setup-wine.sh --paths            prints the version and the folder that is drive C:, one a line, and installs
#                                    nothing; it fails where Wine is missing
#   setup-wine.sh --run PROGRAM ARG… runs a program of Windows
set -eu

me=setup-wine
hint=
# shellcheck source=scripts/setup.sh
. "$(dirname "$0")/setup.sh"

root="$cache/wine-debian13"
export WINEPREFIX="$cache/wine-prefix" WINEDEBUG=-all
# No windows are shown, and neither .NET nor a browser is asked for.
export WINEDLLOVERRIDES="mscoree,mshtml,winewayland.drv,winex11.drv=d"

# own prints the Wine on PATH, if it is new enough: Go wants Windows 10.
own() {
	for name in wine64 wine; do
		command -v "$name" >/dev/null || continue
		version=$("$name" --version 2>/dev/null) || continue
		version=${version#wine-}
		if [ "${version%%.*}" -ge 10 ] 2>/dev/null; then
			echo "$name"
			return 0
		fi
	done
	return 1
}

# run runs Wine where the system's folders are those of $root, and all others this machine's.
run() {
	if name=$(own); then
		"$name" "$@"
		return
	fi
	(within "$root" /usr/lib/wine/wine64 "$@")
}

missing() {
	[ ! -e "$WINEPREFIX/.done" ] || ! { own >/dev/null || [ -e "$root/.done" ]; }
}

case "${1:-}" in
--paths)
	if missing; then
		fail "no Wine 10 on PATH and none in $root; run scripts/setup-wine.sh"
	fi
	run --version
	echo "$WINEPREFIX/drive_c"
	exit 0
	;;
--run)
	shift
	run "$@"
	exit
	;;
esac

missing || exit 0
if ! own >/dev/null && [ ! -e "$root/.done" ]; then
	[ "$(uname -s)-$(uname -m)" = Linux-x86_64 ] || fail "install Wine 10 or newer"
	debian13 "$root" wine64
fi
rm -rf "$WINEPREFIX"
mkdir -p "$WINEPREFIX"
run wineboot -i >/dev/null 2>&1 || true # what it says of programs of 32 bits is no matter
[ -d "$WINEPREFIX/drive_c/windows" ] || fail "wineboot made no $WINEPREFIX"
touch "$WINEPREFIX/.done"
