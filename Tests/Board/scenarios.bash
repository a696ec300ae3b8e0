# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# What happens to a board. Sourced behind rig.bash; each scenario runs in a shell of its own.

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

scenario sandbox watching "the service runs as nobody in particular"
scenario_sandbox() {
  local status user
  status=$(on_board "cat /proc/$(property MainPID)/status")
  user=$(awk '/^Uid:/ { print $2 }' <<<"$status")
  ((user >= 61184 && user <= 65519)) || wrong "its user is $user, none of a DynamicUser"
  grep -qP '^CapEff:\t0+$' <<<"$status" || wrong "it has capabilities"
  grep -qP '^CapBnd:\t0+$' <<<"$status" || wrong "it could get capabilities"
  grep -qP '^NoNewPrivs:\t1$' <<<"$status" || wrong "it could get new privileges"
  grep -qP '^Seccomp:\t2$' <<<"$status" || wrong "its system calls are not filtered"
  on_board "journalctl -b -o cat" | grep -iE 'swiftlet.*(unknown|ignoring|deprecat)' && wrong "systemd complains"
  return 0
}

scenario wake watching "udev starts the stopped service, and not a masked one"
scenario_wake() {
  webcam unplug
  on_board "systemctl stop swiftlet"
  mark
  webcam plug
  expect_label "$first" coffee
  webcam unplug
  on_board "systemctl mask --now swiftlet"
  webcam plug
  sleep 10
  ! is_active || wrong "a masked service was started"
}

scenario freeze watching "the camera freezes and thaws"
scenario_freeze() {
  mark
  webcam freeze
  expect_fault camera-frozen
  mark
  webcam thaw
  expect_label "$first" coffee
  expect_restarts 0
}

scenario unplug watching "unplugged and plugged in again"
scenario_unplug() {
  mark
  webcam unplug
  expect_fault "camera-gone|camera-absent"
  mark
  webcam plug
  expect '"event":"source".*"recovered_from"' "the return of the camera"
  expect_label "$first" coffee
  webcam "show 1"
  expect_label "$first" cat
  expect_restarts 0
}

scenario stop watching "stopped by a signal: the watchdog starts it again"
scenario_stop() {
  mark
  on_board "kill -STOP $(property MainPID)"
  expect "Watchdog timeout" "the watchdog's word"
  mark
  expect_label "$first" coffee
  expect_restarts 1
}

scenario crash watching "crashed: it is started again"
scenario_crash() {
  mark
  on_board "kill -SEGV $(property MainPID)"
  expect "status=11/SEGV" "the crash"
  mark
  expect_label "$first" coffee
  expect_restarts 1
}

scenario options watching "options of /etc/default/swiftlet, statistics by a signal"
scenario_options() {
  on_board "echo 'SWIFTLET_OPTIONS=\"--top 1 --every 2\"' >/etc/default/swiftlet; systemctl restart swiftlet"
  mark
  expect '"top":\[\{[^{]*\}\]' "a result with one class"
  on_board "systemctl kill -s USR1 swiftlet"
  expect '"event":"stats"' "statistics"
}

scenario corrupt watching "a damaged model: the package's own starts; that one damaged too: an error, and a cure"
scenario_corrupt() {
  damage "/var/lib/swiftlet/bundles/$(board_state current)/model.swiftlet"
  mark
  on_board "systemctl restart swiftlet"
  expect "does not start: .*model.swiftlet" "what is wrong"
  expect_label "$first" coffee
  damage /usr/share/swiftlet/bundle/model.swiftlet
  on_board "systemctl stop swiftlet"
  mark
  on_board "systemctl start swiftlet" || true
  expect "status=2" "the end with exit code 2"
  ! says '"event":"result"' || wrong "a damaged model was used"
  deploy "$first" >"$work/deploy.log" 2>&1 || wrong "the cure: $(<"$work/deploy.log")"
  expect_label "$first" coffee
}

# damage FILE: changes one byte in the middle of a weight.
damage() {
  on_board "printf '\\125' | dd of=$1 bs=1 seek=2000001 conv=notrunc status=none
    printf '\\252' | dd of=$1 bs=1 seek=2000002 conv=notrunc status=none"
}

scenario update watching "another model: its labels, and trusted after a good minute"
scenario_update() {
  local old
  old=$(board_state current)
  deploy "$second" >"$work/deploy.log" 2>&1 || wrong "it failed: $(<"$work/deploy.log")"
  grep -qE "$(label "$second" coffee)" "$work/deploy.log" || wrong "no label: $(<"$work/deploy.log")"
  grep -qE "$(label "$first" coffee)" "$work/deploy.log" && wrong "a label of the old model was shown"
  [[ $(board_state trusted) == "$old" ]] || wrong "the new bundle was trusted at once"
  until_true "$((soon + 60))" "a good minute" is_trusted
  [[ $(board_state current) != "$old" ]] || wrong "the old bundle is current again"
  on_board "test ! -e /var/lib/swiftlet/bundles/$old" || wrong "the old bundle was kept"
}

scenario return watching "another model that never runs for a minute: the old one comes back"
scenario_return() {
  local count start
  mark
  start=$cursor
  deploy "$second" >"$work/deploy.log" 2>&1 || wrong "it failed: $(<"$work/deploy.log")"
  for count in 1 2 3; do
    expect_label "$second" coffee
    on_board "kill -KILL $(property MainPID)"
    mark
  done
  cursor=$start
  expect "did not run for a minute" "the word that it is given up"
  mark
  expect_label "$first" coffee
  is_trusted || wrong "the state is: $(on_board cat /var/lib/swiftlet/state)"
}

scenario signature watching "a signed bundle starts, and one that is not signed does not follow it"
scenario_signature() {
  "$binary" keys make "$work/release" >/dev/null
  deploy "$second" --sign "$work/release.key" >"$work/deploy.log" 2>&1 || wrong "$(<"$work/deploy.log")"
  grep -qE "$(label "$second" coffee)" "$work/deploy.log" || wrong "no label: $(<"$work/deploy.log")"
  "$binary" deploy "$root/models/$first.swiftlet" --target aarch64 --runner "$runner" --output "$work/unsigned" \
    >/dev/null
  tar -C "$work/unsigned/bundle" -cf "$work/bundle.tar" .
  send "$work/bundle.tar" /root/bundle.tar
  on_board "mkdir -p /root/bundle; tar -C /root/bundle -xf /root/bundle.tar
    swiftlet-run update /root/bundle --board /var/lib/swiftlet --require-signature /usr/share/swiftlet/signer.pub" \
    >"$work/update.log" 2>&1 && wrong "it was taken"
  grep -qi "sign" "$work/update.log" || wrong "it says: $(<"$work/update.log")"
}

scenario power watching "the power fails in an update, and comes back"
scenario_power() {
  local boots
  send "$(package "$second")" /root/board.deb
  on_board "sync; dpkg -i /root/board.deb" >"$work/dpkg.log" 2>&1 || wrong "dpkg -i: $(<"$work/dpkg.log")"
  forget_connection
  boots=$(console_count ready)
  control system_reset
  let_in_after_boot "$boots"
  plug_in
  until_true "$patience" "a label after the power's return" says_either
  expect_active
}

# says_either: the board names the photograph by one of the models, in this boot.
says_either() {
  on_board "journalctl -b -u swiftlet -o cat" \
    | grep -qE "$(label "$first" coffee)|$(label "$second" coffee)"
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
