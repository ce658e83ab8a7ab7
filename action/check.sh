#!/bin/sh
# Runs `covls check` for action.yml: annotations go into the log, Markdown into the summary of the job, the verdict into
# the outputs, and where a branch was pushed the baseline of its commit into the folder of baselines. It ends with 0
# whatever the verdict is, so that the baseline is kept; action.yml ends the job by the output code.
#
#   PROGRAM     covls
#   BASELINES   the folder of baselines, each COMMIT.base.gz
#   MERGE_BASE  the commit that a merge queue merges into; empty elsewhere
#   INPUT_…     what action.yml describes
set -eu

here=$(dirname "$0")
out="$RUNNER_TEMP/covls-check"
mkdir -p "$out" "$BASELINES"
rm -f "$out"/*

# annotate LEVEL TEXT puts a line into the log that is shown beside the job.
annotate() {
	printf '::%s title=covls::%s\n' "$1" "$(printf '%s' "$2" | tr '\r\n' '  ' | sed 's/%/%25/g')"
}

fail() {
	annotate error "$*"
	exit 1
}

output() {
	printf '%s=%s\n' "$1" "$2" >>"$GITHUB_OUTPUT"
}

# choice NAME VALUE stops at what is neither true nor false.
choice() {
	case "$2" in
	true | false) ;;
	*) fail "the input $1 is \"$2\": want true or false" ;;
	esac
}

choice fail "$INPUT_FAIL"
choice baseline "$INPUT_BASELINE"

# against is what the change is compared with, by --changed; "no" judges no change.
case "$INPUT_CHANGED" in
auto)
	case "$GITHUB_EVENT_NAME" in
	pull_request | pull_request_target) against= ;;
	merge_group) against=$MERGE_BASE ;;
	*) against=no ;;
	esac
	;;
true) against= ;;
false) against=no ;;
*) against=$INPUT_CHANGED ;;
esac

# What every command gets.
set -- -C "$INPUT_WORKING_DIRECTORY"
while IFS= read -r profile; do
	[ -z "$profile" ] || set -- "$@" --profile "$profile"
done <<EOF
$INPUT_PROFILE
EOF

code=0

# judge FORMAT FILE ARGUMENT… runs the gate: its words go into the log, the verdict into FILE, and the worst exit code stays
# in code. 1 is the answer where it can't be judged.
judge() {
	format=$1
	file=$2
	shift 2
	got=0
	"$PROGRAM" check "$@" --format "$format" >"$out/said" 2>"$out/stderr" || got=$?
	cat "$out/said"
	cat "$out/stderr" >&2
	[ "$got" -le "$code" ] || code=$got
	if [ "$got" -gt 1 ]; then
		annotate error "$(tail -n 1 "$out/stderr")"
		{
			echo "**covls** could not judge this:"
			echo
			sed 's/^/    /' "$out/stderr"
		} >>"$GITHUB_STEP_SUMMARY"
		return 1
	fi
	"$PROGRAM" check "$@" --format json >"$file" 2>"$out/stderr" || [ $? = 1 ] || fail "$(tail -n 1 "$out/stderr")"
}

# change judges what the change leaves untested and loses.
change() {
	set -- "$@" "--changed${against:+=$against}" --summary "$out/comment.md"
	[ -z "$INPUT_MIN" ] || set -- "$@" --min "$INPUT_MIN"
	[ -z "$INPUT_MAX_UNCOVERED" ] || set -- "$@" --max-uncovered "$INPUT_MAX_UNCOVERED"
	if [ "$INPUT_BASELINE" = true ] && [ -n "$(ls "$BASELINES")" ]; then
		set -- "$@" --baseline "$BASELINES"
		[ -z "$INPUT_MAX_LOST" ] || set -- "$@" "--no-lost=$INPUT_MAX_LOST"
	elif [ "$INPUT_BASELINE" = true ]; then
		annotate notice "lost coverage is not judged: there is no baseline yet, since this has not run on the branch that is merged into"
	fi
	[ "$INPUT_FAIL" = true ] || set -- "$@" --warn-only
	judge "$INPUT_FORMAT" "$out/change.json" "$@" || true
	if [ -s "$out/comment.md" ]; then
		cat "$out/comment.md" >>"$GITHUB_STEP_SUMMARY"
		output markdown "$out/comment.md"
	fi
}

# total judges the whole against a target, as the settings have it or by the input.
total() {
	[ "$INPUT_TARGET" = settings ] || set -- "$@" --fail-under "$INPUT_TARGET"
	case "$INPUT_FORMAT" in
	gitea) format=github ;;
	github | json) format=$INPUT_FORMAT ;;
	*) format=text ;;
	esac
	judge "$format" "$out/total.json" "$@" || return 0
	printf '\n%s\n' "$(tail -n 1 "$out/said")" >>"$GITHUB_STEP_SUMMARY"
}

# further COMMAND ARGUMENT… adds the words of the input args; nothing in them is expanded or run.
further() {
	command=$1
	shift
	set -f
	# shellcheck disable=SC2086 # each word is an argument
	set -- "$@" $INPUT_ARGS
	set +f
	"$command" "$@"
}

[ "$against" = no ] || further change "$@"
[ -z "$INPUT_TARGET" ] || further total "$@"

if [ "$code" -le 1 ]; then
	for file in "$out/change.json" "$out/total.json"; do
		[ ! -e "$file" ] || awk -f "$here/verdict.awk" "$file"
	done | awk -F= '
		$1 == "passed" { if ($2 != "true") failed = 1; judged = 1; next }
		!seen[$1]++ # of the change, where there is one
		END { if (judged) print "passed=" (failed ? "false" : "true") }' >>"$GITHUB_OUTPUT"
fi

# The baseline is of what was pushed: one of a pull request is of a commit that no other will have as its base.
if [ "$INPUT_BASELINE" = true ]; then
	case "$GITHUB_EVENT_NAME $GITHUB_REF" in
	"push refs/heads/"* | "schedule refs/heads/"* | "workflow_dispatch refs/heads/"*)
		commit=$(git -c safe.directory='*' -C "$INPUT_WORKING_DIRECTORY" rev-parse HEAD) || fail "the baseline needs a checkout with git, by actions/checkout"
		"$PROGRAM" baseline "$@" -o "$BASELINES/$commit.base.gz" 2>"$out/stderr" || {
			cat "$out/stderr" >&2
			fail "no baseline: $(tail -n 1 "$out/stderr")"
		}
		# A change is compared with the newest of the last 50 commits before it.
		# shellcheck disable=SC2012 # the names are commits
		ls -t "$BASELINES" | tail -n +61 | while IFS= read -r old; do
			rm -f "$BASELINES/$old"
		done
		output baseline true
		;;
	esac
fi

if [ "$code" = 1 ] && [ "$INPUT_FAIL" = false ]; then
	code=0
fi
output code "$code"
