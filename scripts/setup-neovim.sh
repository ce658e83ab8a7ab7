#!/bin/sh
# Installs Neovim for the end-to-end tests where it is missing.
set -eu

if command -v nvim >/dev/null; then
	exit 0
fi

as_root=""
if [ "$(id -u)" != 0 ]; then
	as_root="sudo"
fi

echo "installing Neovim for the end-to-end tests"
if command -v apt-get >/dev/null; then
	$as_root apt-get update -qq
	DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y -qq --no-install-recommends neovim >/dev/null
elif command -v dnf >/dev/null; then
	$as_root dnf install -y -q neovim
elif command -v pacman >/dev/null; then
	$as_root pacman -S --noconfirm neovim
elif command -v brew >/dev/null; then
	brew install neovim
else
	echo "Neovim is missing and this script knows no way to install it here: install it, or run 'make unit'" >&2
	exit 1
fi
