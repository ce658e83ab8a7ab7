#!/bin/sh
# Draws the pictures of editors/neovim/README.md: what Neovim shows with the plugin, in a small project, at several moments.
#
#   scripts/picture-neovim.sh          with the nvim on the PATH, or the command line in COVLS_NVIM, such as
#                                      "$PWD/scripts/setup-editors.sh --run nvim"
#
# It needs Go, git, tmux, and Neovim 0.10 or later for its colours.
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
out=$root/editors/neovim/images
work=${TMPDIR:-/tmp}/covls-picture # shows in pictures
rm -rf "$work"
mkdir -p "$out" "$work/shop" "$work/home" "$work/bin"
session=covls-picture-$$
tm() {
	tmux -L "$session" "$@"
}
trap 'tm kill-server 2>/dev/null || true; rm -rf "$work"' EXIT

cd "$root"
go build -o "$work/bin/covls" ./cmd/covls
go build -o "$work/bin/picture" scripts/picture.go

cd "$work/shop"
cat >go.mod <<'EOF'
module example.com/shop

go 1.22
EOF
cat >till.go <<'EOF'
package shop

import "errors"

// ErrEmpty says that there is nothing to pay for.
var ErrEmpty = errors.New("nothing in the basket")

// Total adds the prices of a basket, less a discount in percent.
func Total(prices []int, discount int) (int, error) {
	if len(prices) == 0 {
		return 0, ErrEmpty
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
EOF
cat >till_test.go <<'EOF'
package shop

import "testing"

func TestTotal(t *testing.T) {
	got, err := Total([]int{250, 50}, 0)
	if err != nil || got != 300 {
		t.Errorf("Total = %d, %v, want 300", got, err)
	}
}
EOF
printf 'cover.out\n.covls/\n' >.gitignore
go test -coverprofile=cover.out ./... >/dev/null
git init -q
git add .
git -c user.name=shop -c user.email=shop@example.com commit -qm 'A till'

mkdir -p "$work/home/.config/nvim"
cat >"$work/home/.config/nvim/init.lua" <<EOF
vim.opt.runtimepath:prepend('$root/editors/neovim')
vim.opt.termguicolors = true
vim.opt.number = true
vim.opt.signcolumn = 'yes:2'
vim.opt.shiftwidth, vim.opt.tabstop, vim.opt.swapfile, vim.opt.shortmess = 4, 4, false, 'filnxtToOFIc'
vim.opt.laststatus = 2
vim.opt.statusline = " %f %m%=%{%v:lua.require'covls'.statusline()%} "
vim.opt.guicursor = ''
require('covls').setup()
EOF

# screen is what Neovim shows.
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
			tm capture-pane -p >&2 || cat "$work/error" >&2
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
		sleep 0.5
	done
	screen | "$work/bin/picture" -ground "#14161b" -label "$2" - >"$out/$1.svg"
	echo "$1.svg"
}

keys() {
	tm send-keys "$@"
}

cat >"$work/start.sh" <<EOF
exec env -i "HOME=$work/home" "PATH=$work/bin:$PATH" "GOCACHE=$(go env GOCACHE)" "GOMODCACHE=$(go env GOMODCACHE)" \
	"COVLS_SETUP_CACHE=${XDG_CACHE_HOME:-$HOME/.cache}/covls" LANG=C.UTF-8 TERM=tmux-256color COLORTERM=truecolor SHELL=/bin/sh ${COVLS_NVIM:-nvim} -n -i NONE till.go
EOF
tm -f /dev/null new-session -d -x 104 -y 30 "sh $work/start.sh 2>$work/error; sleep 5"
tm set -g default-terminal tmux-256color >/dev/null
tm set -as terminal-features ',*:RGB' >/dev/null

picture opened 'A file in Neovim: signs for each line, marks on what no test reaches, a lens at each function' 'not tested'
keys ':Covls hover' Enter
keys Escape ':26' Enter 'w' ':Covls hover' Enter
picture hover 'What covls says of the place under the cursor' 'statements'
keys Escape 'gg' ':Covls gaps' Enter
picture gaps 'The quickfix window with the gaps, the most urgent first' 'gaps, the most'
keys ':cclose' Enter ':Covls summary' Enter
picture summary 'A window with all files and their figures' 'next step'
keys q ':Covls report' Enter
picture report 'The report, in a window' 'to write first'
keys q ':only' Enter ':Covls explain' Enter
picture explain 'The sum behind the tier of a file' 'Coverage'
keys q ':checkhealth covls' Enter
picture health 'What checkhealth says of covls' 'Covls doctor'
keys ':silent! bd | silent! tabonly | silent! only | edit till.go' Enter

# A function typed without a test, saved, run, tested.
keys G o Enter 'func Price(net int) int {' Enter 'if net < 0 {' Enter 'return 0' Enter '}' Enter 'return net + net/5' Enter '}' Escape
picture typed 'A function was typed: its signs say that nobody knows whether a test reaches it' '38'
keys ':w' Enter
picture saved 'The file was saved: nobody knows yet' 'written'
keys ':Covls run' Enter
picture ask 'covls shows the command that runs the tests, and asks' 'Run it'
keys 1 Enter
picture run 'The tests ran: the function is not tested' 'passed'
keys ':only' Enter ':36' Enter w ':Covls test' Enter
picture test 'A test to be filled in' 'func TestPrice'
keys ":silent %s/through\"/through\", net: 100, want: 120/" Enter ":silent %s/< 0\"}/< 0\", net: -1}/" Enter ':g/t.Fatal/d' Enter ':noh' Enter
keys ':silent w | edit till.go' Enter ':36' Enter ':Covls run' Enter
until_shown 'Run it'
keys 1 Enter
until_shown 'function covered'
keys ':only' Enter ':36' Enter 'zz'
picture covered 'The test was filled in and ran: the function is covered' 'Price'
