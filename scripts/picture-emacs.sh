#!/bin/sh
# Draws the pictures of editors/emacs/README.md: what Emacs shows with covls.el, in a small project, at several moments.
#
#   scripts/picture-emacs.sh           with emacs on the PATH, or the command line in COVLS_EMACS, such as
#                                      "$PWD/scripts/setup-editors.sh --run debian13 emacs"
#
# It needs Go, git, tmux, and Emacs with go-mode.
set -eu

editor=emacs
ground="#1e1e1e"
# shellcheck source=scripts/picture-editor.sh
. "$(dirname "$0")/picture-editor.sh"

mkdir -p "$work/home/.emacs.d"
echo '(setq native-comp-deferred-compilation nil native-comp-jit-compilation nil)' >"$work/home/.emacs.d/early-init.el"
cat >"$work/home/.emacs.d/init.el" <<END
(add-to-list 'load-path "$root/editors/emacs")
(require 'covls)
(setq covls-fringe 'all)
(global-covls-mode 1)
(global-set-key (kbd "C-c v") 'covls-command-map)
(setq inhibit-startup-screen t initial-scratch-message nil tab-width 4 ring-bell-function #'ignore vc-handled-backends nil)
(setq-default tab-width 4)
(menu-bar-mode -1)
(load-theme 'modus-vivendi t)
END

start 34 "${COVLS_EMACS:-emacs}" -nw

until_shown 'covls: [0-9]'
keys M-g g 2 4 Enter C-f C-f C-f C-f C-f C-f
picture opened 'A file in Emacs: a bar beside each line, a mark on a function that no test reaches, the coverage in the mode line' 'statements)'
keys M-g g 1 1 Enter C-e
picture hover 'The echo area says when a part runs that no test runs' 'Runs when'
keys C-c v l a
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
