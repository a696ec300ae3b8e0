# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# What scenarios are made of: states of the board, its webcam, its journal. Sourced behind host.bash. A scenario
# runs in a shell of its own.

# From doing something to what must follow; the emulated processor is slow.
soon=90
first=efficientnet-lite0 second=caltech-adip

declare -A titles states
jobs_known=()

# scenario NAME STATE TITLE: registers scenario_NAME. STATE: booted, or watching: the package is installed
# and trusted, and the webcam shows the first photograph.
scenario() {
  jobs_known+=("$1")
  states[$1]=$2
  titles[$1]=$3
}

wrong() { echo "$*"; exit 1; }

# MARK: - States

# go_to STATE: puts the machine into a state, which is made once.
go_to() {
  local made=$work/state-$1
  forget_connection
  if [[ $1 == watching && ! -e $made ]]; then
    go_to booted
    make_watching
    control "savevm watching"
    touch "$made"
    return
  fi
  control "loadvm $1"
  let_in
}

# All results are told, not only changes: scenarios wait for labels. Options that are there before the package
# must not make dpkg ask.
make_watching() {
  plug_in
  on_board "echo 'SWIFTLET_OPTIONS=\"--top 5\"' >/etc/default/swiftlet"
  deploy "$first" >"$work/deploy.log" 2>&1 || wrong "swiftlet deploy: $(<"$work/deploy.log")"
  until_true "$((soon + 60))" "a good minute" is_trusted
}

# deploy MODEL [OPTION...]: the one command, as a user gives it.
deploy() {
  local options=() model=$1
  shift
  mapfile -t options < <(ssh_options | sed 's/^/--ssh-option\n/')
  "$binary" deploy "$root/models/$model.swiftlet" --to root@127.0.0.1 --port "$port" "${options[@]}" \
    ${SWIFTLET_RUNNER:+--runner "$SWIFTLET_RUNNER"} "$@"
}

# package MODEL: a package for the board; prints its path.
package() {
  local folder=$work/package-$1
  [[ -d $folder ]] || "$binary" deploy "$root/models/$1.swiftlet" --target aarch64 --deb --output "$folder" \
    --runner "$runner" >/dev/null
  echo "$folder"/*.deb
}

# send FILE PATH: copies a file to the board.
send() {
  local options=()
  mapfile -t options < <(ssh_options)
  ssh "${options[@]/#/-o}" -p "$port" root@127.0.0.1 "cat >$2" <"$1"
}

# MARK: - Webcam

# plug_in: starts the webcam, which is plugged in then. Few frames: the machine would compute nothing else.
plug_in() {
  on_board "systemd-run --quiet --unit webcam /opt/webcam /run/webcam /opt/frames ${photographs[*]}
    until [ -p /run/webcam ]; do sleep 0.2; done"
  webcam "rate 2"
}

webcam() { on_board "echo '$1' >/run/webcam"; }

# MARK: - Journal

# mark: what follows is looked for behind this point of the service's journal. journalctl loses the first entry
# behind a cursor that is another service's.
mark() { cursor=$(on_board "journalctl -u swiftlet -q -n 1 --show-cursor || true" | sed -n 's/^-- cursor: //p'); }

journal() { on_board "journalctl -u swiftlet -q -o cat --no-pager ${cursor:+--after-cursor='$cursor'}"; }

says() { journal | grep -qE -- "$1"; }

# expect PATTERN WHAT [SECONDS]: the service says so, behind the mark.
expect() {
  until_true "${3:-$soon}" "$2" says "$1" || wrong "$2 is not in the journal: $(journal | tail -n 5 | cut -c 1-300)"
}

expect_fault() { expect "\"event\":\"fault\".*\"fault\":\"($1)\"" "the fault $1"; }

# expect_label MODEL PHOTOGRAPH: a result that names it, behind the mark.
expect_label() { expect "$(label "$1" "$2")" "$1's label of $2"; }

# label MODEL PHOTOGRAPH: a pattern of results with the likeliest label of the frame, or one that is within
# ten per cent points of it.
label() {
  local names
  names=$("$binary" classify --model "$root/models/$1.swiftlet" --json "$work/frames/$2-640x480.jpg" | python3 -c '
import json, sys
ranked = json.load(sys.stdin)["predictions"]
print("|".join(each["label"] for each in ranked if ranked[0]["probability"] - each["probability"] < 0.1))')
  echo "\"event\":\"result\",.*\"frame\":[0-9]+,\"label\":\"($names)\""
}

# MARK: - Service

# property NAME: of the service.
property() { on_board "systemctl show -p $1 --value swiftlet"; }

is_active() { [[ $(property ActiveState) == active ]]; }

expect_active() { is_active || wrong "the service is $(property ActiveState), $(property SubState)"; }

# expect_restarts N: so often has systemd started it again.
expect_restarts() {
  local count
  count=$(property NRestarts)
  ((count == $1)) || wrong "systemd has started the service $count times again, not $1"
}

# board_state KEY: a value of /var/lib/swiftlet/state.
board_state() { on_board "sed -n 's/^$1 //p' /var/lib/swiftlet/state"; }

is_trusted() {
  local current
  current=$(board_state current)
  [[ -n $current && $current == "$(board_state trusted)" ]]
}

# files_left: what a removed package has left on the board.
files_left() {
  on_board "find / -xdev -name '*swiftlet*' -not -path '/var/lib/dpkg/*' -not -path '/var/log/*' -not -path '/run/*'
    getent passwd swiftlet; systemctl list-unit-files --no-legend 'swiftlet*'; ls /usr/local/share/swiftlet 2>/dev/null" || true
}
