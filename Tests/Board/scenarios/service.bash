# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# The service under systemd.

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

scenario options watching "options of /etc/default/swiftlet, statistics by a signal"
scenario_options() {
  on_board "echo 'SWIFTLET_OPTIONS=\"--top 1 --every 2\"' >/etc/default/swiftlet; systemctl restart swiftlet"
  mark
  expect '"top":\[\{[^{]*\}\]' "a result with one class"
  on_board "systemctl kill -s USR1 swiftlet"
  expect '"event":"stats"' "statistics"
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

scenario stop watching "stopped by a signal: the watchdog starts it again"
scenario_stop() {
  mark
  on_board "kill -STOP $(property MainPID)"
  expect "Watchdog timeout" "the watchdog's word"
  mark
  expect_label "$first" coffee
  expect_restarts 1
}
