#!/usr/bin/env bash
#
# Checks the protocol models with Spin.
#
#   run.sh [small]               correct models and every seeded bug, small sizes
#   run.sh nightly               the same and the large sizes (minutes; one at a
#                                time needs 4 GB)
#   run.sh trail MODEL -DX=n...  one run; if it fails, the steps that lead there
#
# A correct model must pass with every statement reached; a model with a seeded
# bug must fail. Prints one line a run and exits with 0 if all is as it must be,
# 1 if not, 2 on bad usage, 3 if spin or gcc is missing and cannot be installed.
#
# tcc, if installed, compiles the small runs fifteen times faster than gcc.
# JOBS is the number of runs at a time (default: processors, at most 4).

set -u
here=$(cd "$(dirname "$0")" && pwd)
jobs=${JOBS:-$(($(nproc) > 4 ? 4 : $(nproc)))}

require_tools() {
	command -v spin >/dev/null && command -v gcc >/dev/null && return
	if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
		echo "installing spin and gcc" >&2
		{ apt-get update && apt-get install -y --no-install-recommends spin gcc tcc libc6-dev; } >/dev/null 2>&1
	fi
	command -v spin >/dev/null && command -v gcc >/dev/null && return
	echo "run.sh: needs spin (6.5) and gcc: sudo apt-get install spin gcc, or https://spinroot.com" >&2
	exit 3
}

# Runs, one a line: expectation | model | size | more for gcc | more for pan.
# The larger ones stand first, so that they do not finish last.

small_correct='
pass | snapshot | -DV=2 -DSWEEPS=0 -DSTART=0          | -O1 | -w20
pass | tl2      | -DLEFT=1 -DHEIRS=0 -DGATE=1 -DUPGRADE=1 | -O1 | -w20
pass | tl2      | -DLEFT=1 -DHEIRS=0 -DCOMMUTE=1      | -O1 | -w20
pass | tl2      | -DLEFT=1                            | -O1 | -w20
pass | snapshot | -DWRITERS=1 -DCOMMITS=2             |     | -w20
pass | tl2      | -DVIEWS=1 -DEXT=0                   |     | -w20
pass | tl2      | -DLEFT=1 -DEXT=0                    |     | -w20
pass | baton    | -DLOOKS=1                           |     | -w20
pass | baton    | -DFLAG=1                            |     | -w18
pass | baton    | -DPUTTERS=2                         |     | -w18
pass | turn     | -DWORKERS=3 -DRANKS=2               |     | -w18
pass | turn     | -DGATE=1 -DRUNS=2                   |     | -w18
pass | turn     | -DRUNS=2                            |     | -w18
pass | snapshot | -DSWEEPS=0                          |     | -w18
pass | retry    | -DWAITERS=1                         |     | -w18
pass | retry    | -DWAITERS=1 -DEARLY=1               |     | -w18
pass | retry    | -DWAITERS=2 -DWRITERS=1             |     | -w18
pass | retry    | -DWAITERS=1 -DWRITERS=1 -DCOMMITS=2 -DV=2 |     | -w18
'

nightly_correct='
pass | tl2      | -DT=3                               | -O2 -DCOLLAPSE | -w27
pass | tl2      | -DT=3 -DEXT=0                       | -O2 -DCOLLAPSE | -w26
pass | tl2      | -DATTEMPTS=4                        | -O2 -DCOLLAPSE | -w28
pass | tl2      | -DATTEMPTS=3                        | -O2 -DCOLLAPSE | -w24
pass | tl2      | -DLEFT=2                            | -O2 -DCOLLAPSE | -w24
pass | snapshot | -DV=2 -DOPS=2 -DSWEEPS=0 -DLEFT=0   | -O2 -DCOLLAPSE | -w24
pass | snapshot | -DV=2 -DWIDTH=1 -DSWEEPS=0 -DFIRST_COMMITS=1 -DCOMMITS=2 -DLEFT=0 | -O2 -DCOLLAPSE | -w26
pass | snapshot | -DV=2 -DOPS=2 -DSWEEPS=0 -DWIDTH=1 -DLEFT=1 | -O2 -DCOLLAPSE | -w24
pass | snapshot | -DWRITERS=2                         | -O2 -DCOLLAPSE | -w24
pass | snapshot | -DWRITERS=1 -DCOMMITS=3 -DOPS=2     | -O2 -DCOLLAPSE | -w24
pass | snapshot | -DWRITERS=1 -DCOMMITS=2 -DOPS=2 -DVIEWS=2 -DSWEEPS=0 | -O2 -DCOLLAPSE | -w24
pass | baton    | -DWAITERS=3 -DPUTS=2                | -O2 -DCOLLAPSE | -w24
pass | baton    | -DWAITERS=3 -DITEMS=2               | -O2 -DCOLLAPSE | -w24
pass | baton    | -DWAITERS=3 -DCANCELS=2             | -O2 -DCOLLAPSE | -w24
pass | turn     | -DWORKERS=3 -DRUNS=2                | -O2 -DCOLLAPSE | -w24
pass | turn     | -DWORKERS=3 -DRUNS=2 -DRANKS=2      | -O2 -DCOLLAPSE | -w24
pass | turn     | -DGATE=1 -DRUNS=2 -DV=2             | -O2 -DCOLLAPSE | -w24
pass | turn     | -DRUNS=4 -DCANCELS=2                | -O2 -DCOLLAPSE | -w24
pass | retry    | -DWAITERS=2                         | -O2 -DCOLLAPSE | -w24
pass | retry    | -DWAITERS=2 -DEARLY=1               | -O2 -DCOLLAPSE | -w24
pass | retry    | -DWAITERS=1 -DV=2                   | -O2 -DCOLLAPSE | -w24
pass | retry    | -DWAITERS=2 -DV=2 -DWRITERS=1       | -O2 -DCOLLAPSE | -w24
pass | retry    | -DWAITERS=3 -DWRITERS=1             | -O2 -DCOLLAPSE | -w24
pass | retry    | -DWAITERS=4 -DWRITERS=1             | -O2 -DCOLLAPSE | -w24
'


# The size at which a bug shows, where it is not the usual one.
small_bugs='
fail | tl2      | -DBUG=8 -DGATE=1
fail | tl2      | -DBUG=9 -DGATE=1
fail | tl2      | -DBUG=12 -DATTEMPTS=3
fail | tl2      | -DBUG=15 -DVIEWS=1
fail | tl2      | -DBUG=19 -DGATE=1
fail | tl2      | -DBUG=20 -DGATE=1 -DUPGRADE=1 -DOPS=3
fail | tl2      | -DBUG=21 -DGATE=1 -DUPGRADE=1 -DOPS=3
fail | tl2      | -DBUG=24 -DCOMMUTE=1
fail | tl2      | -DBUG=25 -DCOMMUTE=1
fail | tl2      | -DBUG=33 -DLEFT=2 -DV=3 -DOPS=3 | -DT_RAND -DP_RAND | -RS26
fail | tl2      | -DBUG=35 -DLEFT=2
fail | snapshot | -DBUG=4 -DSWEEPS=0 -DV=2 -DWIDTH=1 -DFIRST_COMMITS=1 -DCOMMITS=2 -DLEFT=0 | -DT_RAND -DP_RAND | -RS3
fail | snapshot | -DBUG=6 -DSWEEPS=0 -DLEFT=0
fail | snapshot | -DBUG=9 -DSWEEPS=0 -DV=2 -DLEFT=0
fail | snapshot | -DBUG=11 -DWRITERS=1 -DCOMMITS=2
fail | snapshot | -DBUG=12 -DWRITERS=1 -DCOMMITS=2
fail | snapshot | -DBUG=14 -DSWEEPS=0 -DWRITERS=1 -DCOMMITS=2 -DVIEWS=2 -DOPS=2
fail | snapshot | -DBUG=15 -DWRITERS=1 -DCOMMITS=2
fail | snapshot | -DBUG=17 -DSWEEPS=0 -DV=2 -DOPS=2 -DWIDTH=1 -DLEFT=1
fail | snapshot | -DBUG=18 -DSWEEPS=0 -DWRITERS=1 -DCOMMITS=2 -DVIEWS=2 -DOPS=2
fail | snapshot | -DBUG=20 -DSWEEPS=0 -DSTART=0 -DOPS=2
fail | snapshot | -DBUG=21 -DSWEEPS=0 -DSTART=0
fail | retry    | -DBUG=5 -DWAITERS=2
fail | retry    | -DBUG=6 -DWAITERS=2
fail | retry    | -DBUG=9 -DWAITERS=1 -DV=2
fail | turn     | -DBUG=6 -DWORKERS=3 -DRUNS=2
fail | turn     | -DBUG=12 -DRUNS=4
fail | turn     | -DBUG=13 -DRUNS=4
fail | turn     | -DBUG=15 -DWORKERS=3 -DRUNS=2
fail | turn     | -DBUG=17 -DGATE=1
fail | turn     | -DBUG=18 -DGATE=1 -DRUNS=2
fail | turn     | -DBUG=19 -DGATE=1 -DRUNS=2
fail | turn     | -DBUG=20 -DGATE=1
fail | turn     | -DBUG=21 -DGATE=1
fail | turn     | -DBUG=22 -DGATE=1
fail | baton    | -DBUG=4 -DFLAG=1
fail | baton    | -DBUG=5 -DLOOKS=1
fail | baton    | -DBUG=6 -DWAITERS=3 -DITEMS=2
fail | baton    | -DBUG=7 -DWAITERS=3 -DPUTS=2
fail | baton    | -DBUG=8 -DWAITERS=3 -DPUTS=2
fail | baton    | -DBUG=9 -DWAITERS=3 -DPUTS=2
fail | baton    | -DBUG=10 -DWAITERS=3 -DPUTS=2
fail | baton    | -DBUG=11 -DFLAG=1
fail | baton    | -DBUG=12 -DLOOKS=1
'
declare -A usual=([tl2]="-DLEFT=1" [snapshot]="-DSWEEPS=0" [retry]="-DWAITERS=1"
	[turn]="-DRUNS=2" [baton]="-DWAITERS=2")

# Every bug that the header of a model lists, each once. They are numbered without
# gaps, so that none is overlooked.
bugs() {
	local model n line last
	for model in tl2 snapshot retry turn baton; do
		last=0
		while read -r n; do
			[ "$n" = $((last + 1)) ] || echo "run.sh: $model.pml lists bug $n after $last" >&2
			last=$n
			line=$(grep -E "^fail \| $model +\| -DBUG=$n( |\$)" <<<"$small_bugs")
			echo "${line:-fail | $model | -DBUG=$n ${usual[$model]}}"
		done < <(sed -n '/BUG=n seeds a bug/,/\*\//s/^ \*  *\([0-9]\{1,\}\)  .*/\1/p' "$here/$model.pml")
		[ "$last" -gt 0 ] || echo "fail | $model | -DNO_BUGS_LISTED"
	done
}

row='%-8s %-75s %10s %8s  %s\n'

trim() { sed 's/^ *//; s/ *$//' <<<"$1"; }

# Compiles the checker. Most of a small run is this, so the fastest compiler will
# do unless optimization is asked for.
compile() {
	local cc=gcc
	if [[ "$*" != *-O* ]] && command -v tcc >/dev/null; then
		cc=tcc
	fi
	"$cc" -w "$@" -DSAFETY -DNOCLAIM -o pan pan.c
}

# Runs one line and writes its row, or what is wrong, to file $2.
run_one() {
	local expect model size cc pan dir out verdict states seconds
	IFS='|' read -r expect model size cc pan <<<"$1"
	expect=$(trim "$expect") model=$(trim "$model") size=$(trim "$size")
	dir=$(mktemp -d)
	cp "$here"/*.pml "$dir" && cd "$dir" || exit 1
	if ! out=$(spin -a $size "$model.pml" 2>&1 && compile $cc 2>&1); then
		verdict="BROKEN: $out"
	fi
	seconds=$( { TIMEFORMAT=%U; time ./pan -m10000 ${pan:--w18} >out 2>&1; } 2>&1)
	states=$(sed -n 's/^ *\([0-9]*\) states, stored.*/\1/p' out)
	if [ -z "${verdict:-}" ]; then
		verdict=$(judge "$expect")
	fi
	printf "$row" "$model" "${size:--}" "${states:-?}" "$seconds" "$verdict" >"$2"
	cd / && rm -rf "$dir"
}

# What the output of pan says, in the light of what it should say. A run that
# did not finish, or stopped for any reason but a violation, is neither.
judge() {
	local unreached
	if ! grep -q 'errors: ' out; then
		echo "BROKEN: $(tail -1 out)"
	elif grep -q 'errors: 0' out; then
		unreached=$(grep -cE '^\s.*, state [0-9]+, "' out)
		if grep -qE 'Search not completed|depth too small|out of memory|resource limits' out; then
			echo "BROKEN: search not completed"
		elif [ "$1" = fail ]; then
			echo "WRONG: the seeded bug passes"
		elif [ "$unreached" != 0 ]; then
			echo "WRONG: $unreached statements unreached: $(grep -E '^\s.*, state [0-9]+, "' out | head -3 | tr -s '\t\n' ' ')"
		else
			echo "ok: passes, all reached"
		fi
	elif ! grep -qE 'assertion violated|invalid end state' out; then
		echo "BROKEN: $(grep -m1 '^pan' out)"
	elif [ "$1" = pass ]; then
		echo "WRONG: $(grep -m1 '^pan:1' out | sed 's/^pan:1: //')"
	else
		echo "ok: fails ($(grep -m1 -oE 'assertion violated|invalid end state' out))"
	fi
}

trail() {
	local model=$1
	shift
	dir=$(mktemp -d)
	trap 'rm -rf "$dir"' EXIT
	cp "$here"/*.pml "$dir" && cd "$dir" || exit 1
	spin -a "$@" "$model.pml" && gcc -w -O2 -DSAFETY -DNOCLAIM -DCOLLAPSE -o pan pan.c || exit 1
	./pan -m10000 -w24
	[ ! -e "$model.pml.trail" ] || spin -p -g -l -t "$@" "$model.pml"
}

main() {
	local lines line n=0 failed=0
	case ${1:-small} in
	small) lines="$small_correct$(bugs)" ;;
	nightly) lines="$nightly_correct$small_correct$(bugs)" ;;
	trail) [ $# -ge 2 ] || { echo "usage: run.sh trail MODEL -DX=n..." >&2; exit 2; }
		require_tools
		shift
		trail "$@"
		return ;;
	*)
		echo "usage: run.sh [small|nightly|trail MODEL -DX=n...]" >&2
		exit 2 ;;
	esac
	require_tools
	tmp=$(mktemp -d)
	trap 'rm -rf "$tmp"' EXIT
	while read -r line; do
		[ -n "$line" ] || continue
		n=$((n + 1))
		while [ "$(jobs -rp | wc -l)" -ge "$jobs" ]; do wait -n; done
		run_one "$line" "$tmp/$(printf '%03d' "$n")" &
	done <<<"$lines"
	wait
	printf "$row" model size states seconds verdict
	cat "$tmp"/*
	failed=$(cat "$tmp"/* | grep -cE '(WRONG|BROKEN)')
	echo "$n runs, $failed not as they must be"
	[ "$failed" = 0 ] && [ "$(ls "$tmp" | wc -l)" = "$n" ]
}

main "$@"
