# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Other models, damaged ones, and the power that fails.

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
