#!/bin/sh
# Installs a release of covls for action.yml: the archive of this platform, whose SHA-256 must be the one that the
# release's checksums.txt has. Nothing is installed where anything is not as it should be.
#
#   INPUT_VERSION            the release, like v0.1.0
#   INPUT_CHECKSUMS_SHA256   what checksums.txt itself must have; empty takes the one of the release
#   INPUT_MIRROR             where releases are downloaded from; empty is github.com
set -eu

# fail ends with an annotation; what it says goes into one line of the log.
fail() {
	printf '::error title=covls::%s\n' "$(printf '%s' "$*" | tr '\r\n' '  ' | sed 's/%/%25/g')"
	exit 1
}

version=${INPUT_VERSION:-}
case "$version" in
v[0-9]*) ;;
*) fail "the input version is \"$version\": want a release like v0.1.0" ;;
esac
case "$version" in
*[!0-9A-Za-z.-]*) fail "the input version is \"$version\": want a release like v0.1.0" ;;
esac

case "${RUNNER_OS:-}" in
Linux) system=linux ;;
macOS) system=darwin ;;
Windows) system=windows ;;
*) fail "there is no release of covls for ${RUNNER_OS:-an unknown system}; build it from source and pass the input program" ;;
esac
case "${RUNNER_ARCH:-}" in
X64) machine=amd64 ;;
ARM64) machine=arm64 ;;
ARM) machine=armv7 ;;
*) fail "there is no release of covls for ${RUNNER_ARCH:-an unknown processor}; build it from source and pass the input program" ;;
esac

name=covls
format=tar.gz
if [ "$system" = windows ]; then
	name=covls.exe
	format=zip
fi
archive="covls_${version#v}_${system}_${machine}.$format"
from="${INPUT_MIRROR:-https://github.com/covls/covls/releases/download}"
from="${from%/}/$version"

folder="$RUNNER_TEMP/covls-$version"
rm -rf "$folder"
mkdir -p "$folder"
cd "$folder"

# download FILE gets it into the working directory, and follows no redirection out of TLS.
download() {
	curl --fail --silent --show-error --location --proto '=https,file' --proto-redir '=https' --retry 3 --output "$1" "$from/$1" ||
		fail "could not download $from/$1"
}

# digest reads standard input, since sha256sum escapes names with a backslash.
digest() {
	if command -v sha256sum >/dev/null; then
		sha256sum
	else
		shasum -a 256
	fi | cut -d ' ' -f 1
}

download checksums.txt
if [ -n "${INPUT_CHECKSUMS_SHA256:-}" ]; then
	got=$(digest <checksums.txt)
	[ "$got" = "$INPUT_CHECKSUMS_SHA256" ] || fail "$from/checksums.txt has the SHA-256 $got, not $INPUT_CHECKSUMS_SHA256 as checksums-sha256 says"
fi
want=$(awk -v name="$archive" '$2 == name || $2 == "*" name { print $1 }' checksums.txt)
[ -n "$want" ] || fail "$from/checksums.txt does not name $archive"
download "$archive"
got=$(digest <"$archive")
[ "$got" = "$want" ] || fail "$archive has the SHA-256 $got, not $want as checksums.txt says"

case "$format" in
zip) unzip -q "$archive" "$name" || fail "could not unpack $archive" ;;
*) tar -xzf "$archive" "$name" || fail "could not unpack $archive" ;;
esac
rm "$archive" checksums.txt
said=$("./$name" version) || fail "$archive holds a covls that does not run here"
echo "$said"
echo "$folder" >>"$GITHUB_PATH"
echo "program=$folder/$name" >>"$GITHUB_OUTPUT"
