#!/bin/sh
# Draws the pictures of editors/emacs/README.md: what Emacs shows with covls.el, in a small project, at several moments.
#
#   scripts/picture-emacs.sh           with emacs on the PATH, or the command line in COVLS_EMACS
#
# It needs Go, git, tmux, and Emacs with go-mode.
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
out=$root/editors/emacs/images
work=${TMPDIR:-/tmp}/covls-picture-emacs # shows in pictures
rm -rf "$work"
mkdir -p "$out" "$work/shop" "$work/home/.emacs.d" "$work/bin"
session=covls-picture-$$
tm() {
	tmux -L "$session" "$@"
}
trap 'tm kill-server 2>/dev/null || true; rm -rf "$work"' EXIT

cd "$root"
go build -o "$work/bin/covls" ./cmd/covls
go build -o "$work/bin/picture" scripts/picture.go

cd "$work/shop"
cat >go.mod <<'END'
module example.com/shop

go 1.22
END
cat >till.go <<'END'
package shop

import "errors"

// Total adds the prices of a basket, less a discount in percent.
func Total(prices []int, discount int) (int, error) {
	if len(prices) == 0 {
		return 0, errors.New("nothing in the basket")
	}
	sum := 0
	for _, p := range prices {
		sum += p
	}
	if discount > 0 {
		sum -= sum * discount / 100
	}
	return sum, nil
}

// Change gives the fewest coins that make an amount.
func Change(amount int) (coins []int) {
	for _, c := range []int{200, 100, 50, 20, 10, 5, 2, 1} {
		for amount >= c {
			coins = append(coins, c)
			amount -= c
		}
	}
	return coins
}
END
cat >till_test.go <<'END'
package shop

import "testing"

func TestTotal(t *testing.T) {
	got, err := Total([]int{250, 50}, 0)
	if err != nil || got != 300 {
		t.Errorf("Total = %d, %v, want 300", got, err)
	}
}
END
printf 'cover.out\n.covls/\n' >.gitignore
go test -coverprofile=cover.out ./... >/dev/null
git init -q
git add .
git -c user.name=shop -c user.email=shop@example.com commit -qm 'A till'

echo '(setq native-comp-deferred-compilation nil native-comp-jit-compilation nil)' >"$work/home/.emacs.d/early-init.el"
cat >"$work/home/.emacs.d/init.el" <<END
(add-to-list 'load-path "$root/editors/emacs")
(require 'covls)
(setq covls-fringe 'all)
(global-covls-mode 1)
(global-set-key (kbd "C-c v") 'covls-command-map)
(setq inhibit-startup-screen t initial-scratch-message nil tab-width 4 ring-bell-function #'ignore)
(setq-default tab-width 4)
(menu-bar-mode -1)
(load-theme 'modus-vivendi t)
END

# screen is what Emacs shows.
screen() {
	tm capture-pane -e -p -N
}

# until_shown waits until the screen has a text.
until_shown() {
	n=0
	while ! tm capture-pane -p 2>/dev/null | grep -q -- "$1"; do
		n=$((n + 1))
		if [ $n -gt 200 ]; then
			echo "waited in vain for: $1" >&2
			tm capture-pane -p >&2
			exit 1
		fi
		sleep 0.1
	done
}

# picture FILE LABEL TEXT draws the screen, when it has the text and has been still for a while.
picture() {
	until_shown "$3"
	before=""
	while [ "$before" != "$(screen)" ]; do
		before=$(screen)
		sleep 0.7
	done
	screen | "$work/bin/picture" -ground "#1e1e1e" -label "$2" - >"$out/$1.svg"
	echo "$1.svg"
}

keys() {
	tm send-keys "$@"
}

cat >"$work/start.sh" <<END
exec env -i "HOME=$work/home" "PATH=$work/bin:$PATH" "GOCACHE=$(go env GOCACHE)" "GOMODCACHE=$(go env GOMODCACHE)" \
	LANG=C.UTF-8 TERM=tmux-256color COLORTERM=truecolor SHELL=/bin/sh ${COVLS_EMACS:-emacs} -nw till.go
END
tm -f /dev/null new-session -d -x 104 -y 34 "sh $work/start.sh; sleep 5"
tm set -g default-terminal tmux-256color >/dev/null
tm set -as terminal-features ',*:RGB' >/dev/null

until_shown 'covls: [0-9]'
keys M-g g 2 1 Enter C-f C-f C-f C-f C-f C-f
picture opened 'A file in Emacs: a bar beside each line, a mark on a function that no test reaches, the coverage in the mode line' 'statements)'
keys M-g g 8 Enter C-e
picture hover 'The echo area says when a part runs that no test runs' 'Runs when'
keys C-c v l p
picture gaps 'The list of gaps, the most urgent first, with parts of functions' 'never ran (line'
keys q C-x 1 C-c v R
picture report 'The report, in another window' 'to write first'
keys C-x 1 C-c v d
picture doctor 'The doctor says what is shown, and from where' 'Workspace folder'
keys C-x 1 M-\> Enter 'func Price(net int) int {' Enter 'if net < 0 {' Enter 'return 0' Enter '}' Enter 'return net + net/5' Enter '}' Enter C-x C-s
keys C-p C-p
picture typed 'A function was typed: its bars say that no test has run it yet' 'Price'
keys C-c v r
picture ask 'Emacs shows the command line that measures the coverage, and asks' 'Run .go test'
keys y
picture run 'The tests ran, and the function is not tested' 'finished'
keys C-x 1 M-\> C-p C-p C-p C-c v t
picture test 'A test to be filled in, in the style of the one above it' 'func TestPrice'
