#!/bin/sh
# Says whether all that names the version of a release names this one:
#
#   release-version.sh v0.1.0
set -eu
cd "$(dirname "$0")/.."

tag=${1:?which tag?}
wrong=0
holds() {
	grep -q -F -- "$2" "$1" || {
		echo "release-version: $1 does not say: $2" >&2
		wrong=1
	}
}
holds CHANGELOG.md "## [${tag#v}] - "
holds editors/vscode/CHANGELOG.md "## ${tag#v}"
holds editors/vscode/package.json "\"version\": \"${tag#v}\""
holds action.yml "default: $tag"
holds ci/gitlab.yml "default: $tag"
holds ci/azure.yml "default: $tag"
exit $wrong
