# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# From a package to labels, and its end.

scenario check booted "deploy --check says what the board is"
scenario_check() {
  local report
  plug_in
  mapfile -t options < <(ssh_options | sed 's/^/--ssh-option\n/')
  report=$("$binary" deploy --check root@127.0.0.1 --port "$port" "${options[@]}" 2>&1) || wrong "$report"
  for part in "aarch64, 2 cores" "runner  *aarch64" "memory  *[0-9]* MB" "systemd, dpkg (arm64)" \
    "/dev/video[0-9]* Virtual Camera"; do
    grep -q "$part" <<<"$report" || wrong "the report lacks '$part': $report"
  done
}

scenario deploy booted "from swiftlet deploy to labels in one command"
scenario_deploy() {
  plug_in
  deploy "$first" >"$work/deploy.log" 2>&1 || wrong "it failed: $(<"$work/deploy.log")"
  grep -qE "$(label "$first" coffee)" "$work/deploy.log" || wrong "no label: $(<"$work/deploy.log")"
}

scenario install booted "the package without a camera; labels once one is plugged in"
scenario_install() {
  local status
  mark
  send "$(package "$first")" /root/board.deb
  on_board "dpkg -i /root/board.deb" >"$work/dpkg.log" 2>&1 || wrong "dpkg -i: $(<"$work/dpkg.log")"
  until_true "$soon" "an active service" is_active
  expect_fault camera-absent
  status=$(property StatusText)
  [[ $status == camera-absent:* ]] || wrong "the status is: $status"
  plug_in
  expect_label "$first" coffee
  expect_restarts 0
}

scenario folder booted "install.sh in the package's place, and its end"
scenario_folder() {
  plug_in
  mark
  deploy "$first" --output "$work/folder" >"$work/deploy.log" 2>&1 || wrong "$(<"$work/deploy.log")"
  expect_label "$first" coffee
  send "$work/folder/install.sh" /root/install.sh
  on_board "sh /root/install.sh --purge" >"$work/purge.log" 2>&1 || wrong "--purge: $(<"$work/purge.log")"
  ! is_active || wrong "it still runs"
  [[ -z $(files_left) ]] || wrong "left behind: $(files_left)"
}

scenario remove watching "removed: it stays away; purged: nothing is left"
scenario_remove() {
  on_board "dpkg -r swiftlet-board" >"$work/dpkg.log" 2>&1 || wrong "dpkg -r: $(<"$work/dpkg.log")"
  grep -qi warning "$work/dpkg.log" && wrong "dpkg -r warns: $(<"$work/dpkg.log")"
  ! is_active || wrong "it still runs"
  on_board "test -e /etc/default/swiftlet" || wrong "the options are gone"
  webcam unplug
  webcam plug
  sleep 5
  ! is_active || wrong "a camera started it"
  on_board "dpkg -P swiftlet-board" >"$work/dpkg.log" 2>&1 || wrong "dpkg -P: $(<"$work/dpkg.log")"
  [[ -z $(files_left) ]] || wrong "left behind: $(files_left)"
}
