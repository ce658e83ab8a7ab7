#!/bin/sh
# Writes into release/ what goes along with the program in a release, as the program itself prints it: completions of
# shells, and the licences of what it is made of.
set -eu
cd "$(dirname "$0")/.."

built=$(mktemp -d)
trap 'rm -rf "$built"' EXIT
# The program of this machine, whatever it is that is released.
env -u GOOS -u GOARCH CGO_ENABLED=0 go build -trimpath -buildvcs=true -o "$built/covls" ./cmd/covls

rm -rf release/completions
mkdir -p release/completions
for shell in bash zsh fish powershell; do
	case "$shell" in
	powershell) name=covls.ps1 ;;
	*) name=covls.$shell ;;
	esac
	"$built/covls" completion "$shell" >"release/completions/$name"
done
"$built/covls" licenses >release/NOTICES.txt
