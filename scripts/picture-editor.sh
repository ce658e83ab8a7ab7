# shellcheck shell=sh disable=SC2154 # what the script sets that reads this in
# What the scripts share that draw an editor; they read it in, with "editor" set to its name, which is that of its folder in
# editors/, and "ground" to the colour that it writes on. It needs Go, git and tmux.

root=$(cd "$(dirname "$0")/.." && pwd)
out=$root/editors/$editor/images
work=${TMPDIR:-/tmp}/covls-picture-$editor # shows in pictures
rm -rf "$work"
mkdir -p "$out" "$work/shop" "$work/home" "$work/bin"
session=covls-picture-$$
tm() {
	tmux -L "$session" "$@"
}
trap 'tm kill-server 2>/dev/null || true; rm -rf "$work"' EXIT

cd "$root" || exit
go build -o "$work/bin/covls" ./cmd/covls
go build -o "$work/bin/picture" scripts/picture.go

cd "$work/shop" || exit
cat >go.mod <<'END'
module example.com/shop

go 1.22
END
cat >till.go <<'END'
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

# start LINES COMMAND… opens till.go with an editor in a terminal of so many lines. A command has words.
start() {
	lines=$1
	shift
	cat >"$work/start.sh" <<END
exec env -i "HOME=$work/home" "PATH=$work/bin:$PATH" "GOCACHE=$(go env GOCACHE)" "GOMODCACHE=$(go env GOMODCACHE)" \
	"COVLS_SETUP_CACHE=${COVLS_SETUP_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/covls}" LANG=C.UTF-8 TERM=tmux-256color \
	COLORTERM=truecolor SHELL=/bin/sh $* till.go
END
	tm -f /dev/null new-session -d -x 104 -y "$lines" "sh $work/start.sh 2>$work/error; sleep 5"
	tm set -g default-terminal tmux-256color >/dev/null
	tm set -as terminal-features ',*:RGB' >/dev/null
}

keys() {
	tm send-keys "$@"
}

# screen is what the editor shows.
screen() {
	tm capture-pane -e -p -N
}

# until_shown waits until the screen has a text.
until_shown() {
	n=0
	while ! tm capture-pane -p 2>/dev/null | grep -q -- "$1"; do
		n=$((n + 1))
		if [ $n -gt 400 ]; then
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
		sleep 0.7
	done
	screen | "$work/bin/picture" -ground "$ground" -label "$2" - >"$out/$1.svg"
	echo "$1.svg"
}
