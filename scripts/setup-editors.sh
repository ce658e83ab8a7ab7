#!/bin/sh
# Installs the editors that the tests drive, and gopls, beside which they run covls. There are three eras of them: the
# system's own, those of Debian 13, and those of Debian 14, which is still being made: of these only what is much newer. The
# last two lie in cache folders outside the tree, for 1 GB, and are run with such a folder as their root.
#
#   setup-editors.sh                        installs what is missing; for the eras debian13 and debian14 it wants to be root
#                                           on a Debian
#   setup-editors.sh --paths                prints an editor or a plugin a line, and installs nothing: the era, the name, the
#                                           program or -, the version or -, and "can" where this script could install it,
#                                           else "cannot". gopls is of the era "any"
#   setup-editors.sh --run ERA PROGRAM ARG… runs a program of the era debian13 or debian14
set -eu

me=setup-editors
hint=", or do without: their tests are skipped"
# shellcheck source=scripts/setup.sh
. "$(dirname "$0")/setup.sh"

GOPLS=0.23.0
DEBIAN13="neovim emacs-nox elpa-lsp-mode elpa-go-mode vim-nox vim-ale hx kakoune"

# What is wanted of Debian 14, in which versions at least, and what a program needs around it.
DEBIAN14="neovim hx"
AT_LEAST="neovim 0.12
helix 25.07"
BARE="base-files base-passwd bash coreutils dash diffutils findutils grep libc-bin ncurses-base sed"

root13="$cache/editors-debian13"
root14="$cache/editors-debian14"
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

# table_of ERA prints its lines of the table.
table_of() {
	case "$1" in
	debian13) echo "$table" | grep -v '^tmux' ;;
	debian14) echo "$table" | grep '^neovim\|^helix' ;;
	*) echo "$table" ;;
	esac
}

# digits prints the first version of a text.
digits() {
	sed -n '1s/^[^0-9]*\([0-9][0-9.]*[0-9]\).*/\1/p'
}

# versions ERA prints its editors and plugins: the era, the name, the program, the version.
versions() {
	table_of "$1" | while read -r name program flag package; do
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
		echo "$1 $name $program ${version:--}"
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

# listed ERA FOLDER prints what versions does of an era that has a folder, which may not be there.
listed() {
	if [ -e "$2/editors" ]; then
		cat "$2/editors"
	else
		table_of "$1" | while read -r name program _; do
			echo "$1 $name $program -"
		done
	fi
}

paths() {
	{
		versions system
		listed debian13 "$root13"
		listed debian14 "$root14"
	} | while read -r era name program version _; do
		echo "$era $name $program $version $(can "$era" "$name")"
	done
	if [ -e "$gopls/.done" ]; then
		echo "any gopls $gopls/gopls $GOPLS can"
	else
		echo "any gopls gopls - can"
	fi
}

# list ERA FOLDER keeps in an era's folder what versions prints of it.
list() {
	[ ! -e "$2/editors" ] || return 0
	(within "$2" sh "$0" --versions "$1") >"$2/editors.new"
	mv "$2/editors.new" "$2/editors"
}

# debian14 installs what is wanted of Debian 14. That changes from day to day, so no system is made of it: apt of the Debian
# 13 finds out what is needed, and the packages are unpacked and no more. Its mirror may be some days old.
debian14() {
	[ "$(cat "$root14/.done" 2>/dev/null)" = "$DEBIAN14" ] && return 0
	echo "$me: installing $DEBIAN14 of Debian 14 into $root14"
	if ! debian14_once >"$root14.log" 2>&1; then
		tail -n 30 "$root14.log" >&2
		fail "the editors of Debian 14 could not be installed; all that was said is in $root14.log"
	fi
}

debian14_once() {
	new="$root13/debian14"
	rm -rf "$new" && mkdir -p "$new/lists/partial" "$new/packages/partial" "$new/system" && : >"$new/status" || return 1
	sed -n 's/ trixie / forky /p' "$root13/etc/apt/sources.list" >"$new/sources" || return 1
	# shellcheck disable=SC2016,SC2086 # the inner shell's; each word is a package
	chroot "$root13" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/tmp sh -c '
		set -e
		apt() {
			apt-get -y -qq -o Acquire::Retries=5 -o Acquire::Check-Valid-Until=false -o Acquire::Languages=none \
				-o Dir::Etc::SourceList=/debian14/sources -o Dir::Etc::SourceParts=- -o Dir::State::Status=/debian14/status \
				-o Dir::State::Lists=/debian14/lists -o Dir::Cache::Archives=/debian14/packages \
				-o Dir::Cache::PkgCache= -o Dir::Cache::SrcPkgCache= "$@"
		}
		apt update
		apt install --no-install-recommends --download-only "$@"
		for package in /debian14/packages/*.deb; do
			dpkg-deb -x "$package" /debian14/system
		done
		cp /debian14/system/usr/share/base-passwd/passwd.master /debian14/system/etc/passwd
	' sh $DEBIAN14 $BARE || return 1
	rm -rf "$root14" && mv "$new/system" "$root14" && rm -rf "$new" && echo "$DEBIAN14" >"$root14/.done"
}

# new_enough fails where an editor of Debian 14 is older than it is wanted for.
new_enough() {
	echo "$AT_LEAST" | while read -r name least; do
		version=$(sed -n "s/^debian14 $name [^ ]* \([^ ]*\).*/\1/p" "$root14/editors")
		printf '%s\n' "$least" "$version" | sort -CV || fail "$name of Debian 14 is $version, want $least at least"
	done
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
	versions "$2"
	exit
	;;
--run)
	root="$cache/editors-$2"
	[ -e "$root/editors" ] || fail "the editors of $2 are not installed; run scripts/setup-editors.sh"
	shift 2
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
	[ "$(cat "$root13/.done" 2>/dev/null)" = "$DEBIAN13" ] || rm -f "$root13/editors"
	# shellcheck disable=SC2086 # each word is a package
	debian13 "$root13" $DEBIAN13
	list debian13 "$root13"
	debian14
	list debian14 "$root14"
	new_enough
elif [ ! -e "$root13/editors" ] || [ ! -e "$root14/editors" ]; then
	echo "$me: newer editors are installed by root on a Debian alone; their tests are skipped" >&2
fi

if [ ! -e "$gopls/.done" ]; then
	command -v go >/dev/null || fail "there is no Go on PATH"
	echo "$me: installing gopls $GOPLS"
	(cd / && GOFLAGS='' GOBIN="$gopls" go install "golang.org/x/tools/gopls@v$GOPLS") || fail "gopls could not be installed"
	touch "$gopls/.done"
fi
