#!/bin/sh
# Installs what builds the VS Code extension and drives it in its tests: Node.js, code-server, which is
# VS Code in a browser, and by setup-browser.sh that browser. What npm brings lies in a cache folder outside the tree.
#
#   setup-vscode.sh          installs what is missing
#   setup-vscode.sh --bin    prints the folders to put on PATH, and installs nothing
set -eu

me=setup-vscode
hint=
# shellcheck source=scripts/setup.sh
. "$(dirname "$0")/setup.sh"

CODE_SERVER=4.139.1

node="$cache/node-$NODE"
code="$cache/code-server-$CODE_SERVER"
headers="$node/node_modules/$node_package"

if [ "${1:-}" = --bin ]; then
	echo "$headers/bin:$code/node_modules/.bin"
	exit 0
fi

# The browser is the one that the pages of reports are tried in.
"$(dirname "$0")/setup-browser.sh"

set --
command -v npm >/dev/null || set -- "$@" npm
if [ ! -e "$code/.done" ]; then
	# code-server brings modules in C++ that are compiled here.
	{ command -v g++ && command -v make; } >/dev/null || set -- "$@" build-essential
	command -v pkg-config >/dev/null || set -- "$@" pkg-config
	command -v python3 >/dev/null || set -- "$@" python3-dev
	if command -v dpkg >/dev/null; then
		dpkg -s libkrb5-dev >/dev/null 2>&1 || set -- "$@" libkrb5-dev
	fi
fi
packages "$@"

install_node
PATH="$headers/bin:$PATH"
export PATH
# The headers are those of the node above, so that nothing is downloaded for the compiler.
npm_config_nodedir="$headers"
export npm_config_nodedir
install "$code" "code-server@$CODE_SERVER" --foreground-scripts

"$headers/bin/node" --version >/dev/null || fail "the Node.js in $node does not run here; remove the folder and try again"
"$code/node_modules/.bin/code-server" --version >/dev/null || fail "code-server in $code does not run; remove the folder and try again"
