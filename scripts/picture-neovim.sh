#!/bin/sh
# Draws the pictures of editors/neovim/README.md: what Neovim shows with the plugin, in a small project, at several moments.
#
#   scripts/picture-neovim.sh          with the nvim on the PATH, or the command line in COVLS_NVIM, such as
#                                      "$PWD/scripts/setup-editors.sh --run debian14 nvim"
#
# It needs Go, git, tmux, and Neovim 0.10 or later for its colours.
set -eu

editor=neovim
ground="#14161b"
# shellcheck source=scripts/picture-editor.sh
. "$(dirname "$0")/picture-editor.sh"

mkdir -p "$work/home/.config/nvim"
cat >"$work/home/.config/nvim/init.lua" <<END
vim.opt.runtimepath:prepend('$root/editors/neovim')
vim.opt.termguicolors = true
vim.opt.number = true
vim.opt.signcolumn = 'yes:2'
vim.opt.shiftwidth, vim.opt.tabstop, vim.opt.swapfile, vim.opt.shortmess = 4, 4, false, 'filnxtToOFIc'
vim.opt.laststatus = 2
vim.opt.statusline = " %f %m%=%{%v:lua.require'covls'.statusline()%} "
vim.opt.guicursor = ''
require('covls').setup()
END

start 30 "${COVLS_NVIM:-nvim}" -n -i NONE
picture opened 'A file in Neovim: signs for each line, marks on what no test reaches, a lens at each function' 'not tested'
keys ':26' Enter 'w' ':Covls hover' Enter
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
picture typed 'A function was typed: its signs say that nobody knows whether a test reaches it' '┊'
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
