# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# What scripts/test-camera and scripts/bench-camera share: the kernel, the rig, the frames, and the
# machine that runs jobs. Sourced; sets `rig`, `root`, `work` and `kernel`.

rig=$(CDPATH='' cd -- "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(CDPATH='' cd -- "$rig/../.." && pwd)
photographs=(cat coffee rocket)
frame_sizes=(640x480 320x240 1280x720)

say() { echo "${0##*/}: $*" >&2; }
fail() { say "$*"; exit 1; }

# find_kernel: sets `kernel` to a folder with `linux` and vivid's modules; unpacks or builds it.
find_kernel() {
  local cache=${XDG_CACHE_HOME:+$XDG_CACHE_HOME/swiftlet} recipe given
  cache=${cache:-$root/.cache}
  recipe=$(cat "$rig"/kernel/* | sha256sum | cut -c1-12)
  kernel="$cache/uml-$recipe"
  for given in "${SWIFTLET_UML:-}" "$kernel" "$root/../shared/lab/camera/uml"; do
    if [[ -x "$given/linux" ]]; then
      kernel=$given
    elif [[ -n "$given" && -e "$given/linux.xz" ]]; then
      unpack_kernel "$given" "$cache/uml-given"
    else
      [[ -z "$given" || "$given" != "${SWIFTLET_UML:-}" ]] \
        || fail "SWIFTLET_UML: $given has neither linux nor linux.xz; name another folder"
      continue
    fi
    say "kernel: $kernel"
    return
  done
  "$rig/kernel/build" "$kernel"
}

# unpack_kernel FROM TO: once, from linux.xz and modules.tar.xz.
unpack_kernel() {
  kernel=$2
  [[ ! -e "$kernel/linux" || "$1/linux.xz" -nt "$kernel/linux" ]] || return 0
  mkdir -p "$kernel"
  [[ ! -e "$1/modules.tar.xz" ]] || tar -xJf "$1/modules.tar.xz" -C "$kernel"
  xz -dc "$1/linux.xz" >"$kernel/linux.new"
  chmod +x "$kernel/linux.new"
  mv "$kernel/linux.new" "$kernel/linux"
}

# compile_rig: the webcam and the machine's helper, into `work`.
compile_rig() {
  local flags=(-std=gnu11 -O2 -Wall -Wextra -Werror)
  "${CC:-cc}" "${flags[@]}" "$rig"/webcam/*.c -o "$work/webcam"
  "${CC:-cc}" "${flags[@]}" "$rig"/guest/machine.c -o "$work/machine"
}

# make_frames: every photograph in every mode of the webcam, as a webcam sends it: BT.601, limited
# range; Motion-JPEG in 4:2:2.
make_frames() {
  local photograph size convert frame
  mkdir -p "$work/frames"
  for photograph in "${photographs[@]}"; do
    for size in "${frame_sizes[@]}"; do
      frame="$work/frames/$photograph-$size"
      convert="scale=${size/x/:}:force_original_aspect_ratio=increase:flags=bicubic+accurate_rnd"
      convert+=":in_range=full:out_range=tv:in_color_matrix=bt601:out_color_matrix=bt601"
      convert+=",crop=${size/x/:}"
      timeout 60 ffmpeg -nostdin -loglevel error -y -i "$root/models/pictures/$photograph.jpg" \
        -filter_complex "[0:v]$convert,format=yuv422p,split=3[a][b][c];[a]format=yuyv422[y]
          ;[b]format=nv12[n];[c]scale=in_range=tv:out_range=pc,format=yuvj422p[j]" \
        -map '[y]' -f rawvideo "$frame.yuyv" -map '[n]' -f rawvideo "$frame.nv12" \
        -map '[j]' -frames:v 1 -q:v 3 -f mjpeg "$frame.jpg"
    done
  done
}

# run_machine SECONDS FOLDER: boots, runs FOLDER/command in bash and powers off. The exit code is
# the command's; 124 when it took longer than that.
run_machine() {
  local seconds=$1 folder=$2 memory=/tmp
  [[ ! -w /dev/shm ]] || memory=/dev/shm
  rm -f "$folder/exit-code"
  TMPDIR=$memory timeout --kill-after 5 "$seconds" nice "$kernel/linux" mem=384M \
    root=/dev/root rootfstype=hostfs rootflags=/ rw "init=$rig/guest/init" \
    "CAMERA_JOB=$folder" "CAMERA_MACHINE=$work/machine" \
    con=none ssl=none con0=null,fd:1 quiet loglevel=3 </dev/null 2>"$folder/kernel.log" \
    | sed -u -e 's/\r$//' -e '/^reboot: /d' || true
  [[ -s "$folder/exit-code" ]] || { say "the machine did not finish within $seconds s"; return 124; }
  return "$(<"$folder/exit-code")"
}

# find_python: sets `python` to the interpreter itself, which the machine can run.
find_python() {
  python=$(python3 -c 'import sys; print(sys.executable)') \
    || fail "python3 is missing; run: scripts/setup --camera"
  export PYTHONPATH="$rig" PYTHONDONTWRITEBYTECODE=1
}

list_jobs() { find_python && "$python" -m rig --list; }

# prepare_work KEEP: everything that jobs need, in a new folder `work`.
prepare_work() {
  find_python
  "$root/scripts/setup" --quiet --camera
  work=$(mktemp -d "${TMPDIR:-/tmp}/swiftlet-camera.XXXXXX")
  if $1; then say "work folder: $work"; else trap 'rm -rf "$work"' EXIT; fi
  find_kernel
  compile_rig
  make_frames
  binary=${SWIFTLET_BINARY:+$(realpath "$SWIFTLET_BINARY")}
  if [[ -z $binary ]]; then
    say "building (the first time takes some minutes)"
    (cd "$root" && swift build -c release --product swiftlet >&2 \
      && swift build -c release --product CameraExample >&2)
    binary="$(cd "$root" && swift build -c release --show-bin-path)/swiftlet"
  fi
  model="$root/models/efficientnet-lite0.swiftlet"
  write_settings
}

# write_settings: the labels that may be given to a photograph are the likeliest one of its frame,
# and those within ten per cent points of it.
write_settings() {
  local photograph predictions=()
  for photograph in "${photographs[@]}"; do
    predictions+=("$(timeout 60 "$binary" classify --model "$model" --json \
      "$work/frames/$photograph-640x480.jpg")") \
      || fail "$binary cannot classify $work/frames/$photograph-640x480.jpg"
  done
  "$python" - "$work/settings.json" "${photographs[*]}" "${predictions[@]}" <<PYTHON
import json, sys
path, names, *predictions = sys.argv[1:]
labels = {}
for name, line in zip(names.split(), predictions):
    ranked = json.loads(line)["predictions"]
    best = ranked[0]["probability"]
    labels[name] = [each["label"] for each in ranked if best - each["probability"] < 0.1]
json.dump({"swiftlet": "$binary", "model": "$model", "webcam": "$work/webcam",
           "machine": "$work/machine", "frames": "$work/frames", "kernel": "$kernel",
           "photographs": names.split(), "labels": labels}, open(path, "w"), indent=2)
PYTHON
}

# make_job NAME ARGUMENTS: a folder of `work` whose command runs Python with the rig in its path.
make_job() {
  local folder="$work/$1"
  mkdir -p "$folder"
  cp "$work/settings.json" "$folder/"
  printf 'export PYTHONPATH=%q PYTHONDONTWRITEBYTECODE=1\nexec %q %s\n' "$rig" "$python" "$2" \
    >"$folder/command"
}
