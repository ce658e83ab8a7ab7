#!/bin/sh
# Installs the editors that the tests drive, and gopls, beside which they run covls. There are two eras of them: the
# system's own, and those of Debian 13, which lie in a cache folder outside the tree, for 1 GB, and are run with that
# folder as their root.
#
#   setup-editors.sh                    installs what is missing; for the era debian13 it wants to be root on a Debian
#   setup-editors.sh --paths            prints an editor or a plugin a line, and installs nothing: the era, the name, the
#                                       program or -, the version or -, and "can" where this script could install it,
#                                       else "cannot". gopls is of the era "any"
#   setup-editors.sh --run PROGRAM ARG… runs a program of the era debian13
set -eu

me=setup-editors
hint=", or do without: their tests are skipped"
# shellcheck source=scripts/setup.sh
. "$(dirname "$0")/setup.sh"

GOPLS=0.23.0
DEBIAN13="neovim emacs-nox elpa-lsp-mode elpa-go-mode vim-nox vim-ale hx kakoune"

root="$cache/editors-debian13"
gopls="$cache/gopls-$GOPLS"

# table has a line for each editor and plugin: its name, its program, the argument that makes that tell its version, and
# its package. Helix is not in Debian 12, and Emacs has eglot of its own since version 29.
table='neovim nvim --version neovim
emacs emacs --version emacs-nox
vim vim --version vim-nox
helix hx --version hx
kakoune kak -version kakoune
tmux tmux -V tmux
lsp-mode - - elpa-lsp-mode
go-mode - - elpa-go-mode
eglot - - elpa-eglot
package-lint - - elpa-package-lint
ale - - vim-ale'

# digits prints the first version of a text.
digits() {
	sed -n '1s/^[^0-9]*\([0-9][0-9.]*[0-9]\).*/\1/p'
}

# versions prints the lines of an era.
versions() {
	echo "$table" | while read -r name program flag package; do
		[ "$1 $name" != "debian13 tmux" ] || continue
		version=""
		if [ "$program" != - ]; then
			version=$("$program" "$flag" 2>/dev/null </dev/null | digits) || true
		fi
		# Kakoune does not know its own, as Debian builds it.
		if [ -z "$version" ] && { [ "$program" = - ] || command -v "$program" >/dev/null; } && command -v dpkg-query >/dev/null; then
			# shellcheck disable=SC2016 # dpkg's
			version=$(dpkg-query -W -f '${db:Status-Status} ${Version}' "$package" 2>/dev/null | sed -n 's/^installed \([0-9]*:\)\{0,1\}//p' | digits) || true
		fi
		# A Vim without channels can't talk to a server.
		if [ "$name" = vim ] && ! vim --version 2>/dev/null | grep -q '+channel'; then
			version=""
		fi
		echo "$1 $name $program ${version:--} $(can "$1" "$name")"
	done
}

# can ERA NAME says whether the script could install an editor.
can() {
	case "$1 $2" in
	"system helix" | *" eglot") echo cannot ;;
	system*) command -v apt-get >/dev/null && echo can || echo cannot ;;
	*) can_debian13 && echo can || echo cannot ;;
	esac
}

paths() {
	versions system
	if [ -e "$root/editors" ]; then
		cat "$root/editors"
	else
		echo "$table" | grep -v '^tmux' | while read -r name program _; do
			echo "debian13 $name $program - $(can debian13 "$name")"
		done
	fi
	if [ -e "$gopls/.done" ]; then
		echo "any gopls $gopls/gopls $GOPLS can"
	else
		echo "any gopls gopls - can"
	fi
}

# lacking prints the packages of the system's editors that are missing.
lacking() {
	versions system | while read -r _ name _ version _; do
		[ "$version" = - ] || continue
		case "$name" in
		helix) continue ;;
		eglot) if [ -d /usr/share/emacs ] && [ -z "$(find /usr/share/emacs -maxdepth 1 -name '2[0-8].*')" ]; then continue; fi ;;
		esac
		echo "$table" | sed -n "s/^$name .* //p"
	done
}

case "${1:-}" in
--paths)
	paths
	exit
	;;
--versions)
	versions debian13
	exit
	;;
--run)
	shift
	[ -e "$root/editors" ] || fail "the editors of Debian 13 are not installed; run scripts/setup-editors.sh"
	within "$root" "$@"
	;;
esac

missing=$(lacking)
if [ -z "$missing" ]; then
	:
elif command -v apt-get >/dev/null; then
	# shellcheck disable=SC2086 # each word is a package
	packages $missing
else
	echo "$me: this script knows no way to install these here: $(echo "$missing" | tr '\n' ' ')(names are Debian's); their tests are skipped" >&2
fi

if can_debian13; then
	[ "$(cat "$root/.done" 2>/dev/null)" = "$DEBIAN13" ] || rm -f "$root/editors"
	# shellcheck disable=SC2086 # each word is a package
	debian13 "$root" $DEBIAN13
	if [ ! -e "$root/editors" ]; then
		(within "$root" sh "$0" --versions) >"$root/editors.new"
		mv "$root/editors.new" "$root/editors"
	fi
elif [ ! -e "$root/editors" ]; then
	echo "$me: the editors of Debian 13 are installed by root on a Debian alone; their tests are skipped" >&2
fi

if [ ! -e "$gopls/.done" ]; then
	command -v go >/dev/null || fail "there is no Go on PATH"
	echo "$me: installing gopls $GOPLS"
	(cd / && GOFLAGS='' GOBIN="$gopls" go install "golang.org/x/tools/gopls@v$GOPLS") || fail "gopls could not be installed"
	touch "$gopls/.done"
fi
