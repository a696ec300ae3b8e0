# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# The camera goes away, hangs, and comes back.

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
