# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# What scripts/test-board needs before its first scenario: the guest, its snapshot, runner and bundles.
# Sourced; sets `root`, `work`, `guest`, `snapshot`, `binary` and `runner`.

board=$(CDPATH='' cd -- "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# For its photographs: what the webcam shows.
# shellcheck source=Tests/VirtualCamera/host.bash
source "$board/../VirtualCamera/host.bash"
photographs=(coffee cat)
# shellcheck source=Tests/Board/machine.bash
source "$board/machine.bash"

digest() { cat "$@" | sha256sum | cut -c1-12; }

# find_guest: sets `guest` and `snapshot`, the disk of a machine that has booted; makes what is not there.
find_guest() {
  local cache=${XDG_CACHE_HOME:+$XDG_CACHE_HOME/swiftlet} files
  cache=${cache:-$root/.cache}
  guest=$cache/board-$(digest "$board"/guest/{build,init,first-boot})
  [[ -e $guest/root.img ]] || "$board/guest/build" "$guest"
  mapfile -t files < <(find "$board/guest/files" "$rig/webcam" -type f | sort)
  snapshot=$guest/booted-$( { cat "${files[@]}" && qemu-system-aarch64 --version
    echo "${machine[*]} $kernel_options ${photographs[*]}"; } | sha256sum | cut -c1-12).qcow2
  [[ -e $snapshot ]] || make_snapshot
}

# compile_webcam: for arm64, static.
compile_webcam() (
  cd "$root"
  # shellcheck source=Examples/Embedded/build.bash
  source Examples/Embedded/build.bash
  embedded_target arm64
  "$toolchain/clang" "${clang_target[@]}" -std=gnu11 -O2 -Wall -Wextra -Werror -fuse-ld=lld -static \
    "$rig"/webcam/*.c -o "$1"
)

# make_extra FILE: the board's own files, the webcam and its frames, as an initial ramdisk.
make_extra() {
  local tree=$work/extra
  mkdir -p "$tree/extra/opt"
  cp -R "$board/guest/files/." "$tree/extra/"
  compile_webcam "$tree/extra/opt/webcam"
  cp -R "$work/frames" "$tree/extra/opt/frames"
  (cd "$tree" && find . | cpio -o -H newc --quiet --owner 0:0) | gzip -1 >"$1"
  rm -rf "$tree"
}

# make_snapshot: boots once and keeps the machine as it then is.
make_snapshot() {
  local begin=$SECONDS
  say "booting the board for the first time (some minutes)"
  make_extra "$work/extra.gz"
  cat "$guest/initrd" "$work/extra.gz" >"$work/initrd"
  rm -f "$guest"/booted-*
  (cd "$guest" && qemu-img create -q -f qcow2 -b root.img -F raw booted.part)
  start_machine "$guest" "$work/initrd" "$guest/booted.part"
  let_in_after_boot 0 || fail "the board does not boot: $(tail -n 20 "$work/console.log")"
  on_board "systemctl is-system-running --wait" >"$work/state" || true
  [[ $(<"$work/state") == running ]] \
    || fail "the board's system is $(<"$work/state"): $(on_board systemctl --failed --no-legend)"
  on_board "rm /root/.ssh/authorized_keys; sync"
  forget_connection
  control "savevm booted"
  stop_machine
  rm -f "$work"/{console,control}.{in,out}
  mv "$guest/booted.part" "$snapshot"
  say "booted in $((SECONDS - begin)) s"
}

# build_programs: swiftlet for this machine, the runner for the board.
build_programs() {
  binary=${SWIFTLET_BINARY:+$(realpath "$SWIFTLET_BINARY")}
  if [[ -z $binary ]]; then
    say "building swiftlet (the first time takes some minutes)"
    (cd "$root" && swift build -c release --product swiftlet >&2)
    binary=$(cd "$root" && swift build -c release --show-bin-path)/swiftlet
  fi
  runner=${SWIFTLET_RUNNER:-}
  if [[ -z $runner ]]; then
    "$root/scripts/build-runner" aarch64 >&2
    runner=$root/.build/runner/aarch64/swiftlet-run
  fi
}

# prepare_board KEEP: everything that scenarios need; the machine then runs, as it was after its boot.
prepare_board() {
  local tool
  for tool in qemu-system-aarch64 qemu-img cpio ssh ssh-keygen ffmpeg; do
    command -v "$tool" >/dev/null || { say "$tool is missing; run: scripts/setup --board"; exit 2; }
  done
  work=$(mktemp -d "${TMPDIR:-/tmp}/swiftlet-board.XXXXXX")
  trap 'stop_machine; '"$($1 || echo 'rm -rf "$work"')" EXIT
  ! $1 || say "work folder: $work"
  ssh-keygen -q -t ed25519 -N '' -C test -f "$work/key"
  make_frames
  find_guest
  build_programs
  # The copy finds the disk behind it by its full name.
  cp --sparse=always "$snapshot" "$work/disk.qcow2"
  qemu-img rebase -u -b "$guest/root.img" -F raw "$work/disk.qcow2"
  start_machine "$guest" "$guest/initrd" "$work/disk.qcow2" -loadvm booted
}
