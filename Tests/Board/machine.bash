# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# The emulated board: starting it, its console, its snapshots, ssh to it. Sourced; wants `work`, a folder for
# its sockets and keys, from start_machine on.

machine=(qemu-system-aarch64 -M virt -cpu cortex-a72 -accel tcg,thread=multi -smp 2 -m 512 -nodefaults
  -display none -device virtio-rng-pci)
kernel_options="console=ttyAMA0 root=/dev/vda rw panic=-1 quiet loglevel=4 nokaslr mitigations=off"
machine_pid=
# An emulated processor on a busy machine: nothing here says how fast a board is.
patience=300

# start_machine GUEST INITRD DISK [OPTION...]: boots, or with -loadvm goes on. Its only network is the ssh
# port, on loopback.
start_machine() {
  local guest=$1 initrd=$2 disk=$3 name
  shift 3
  port=$((20000 + RANDOM % 20000))
  for name in console control; do mkfifo "$work/$name.in" "$work/$name.out"; done
  : >"$work/console.log"
  nice -n 2 "${machine[@]}" -kernel "$guest/vmlinuz" -initrd "$initrd" -append "$kernel_options" \
    -chardev "pipe,id=console,path=$work/console" -serial chardev:console \
    -chardev "pipe,id=control,path=$work/control" -mon chardev=control,mode=control \
    -drive "file=$disk,if=virtio,cache=unsafe" -device virtio-net-pci,netdev=net \
    -netdev "user,id=net,restrict=on,hostfwd=tcp:127.0.0.1:$port-:22" "$@" \
    </dev/null >"$work/machine.log" 2>&1 &
  machine_pid=$!
  cat "$work/console.out" >>"$work/console.log" &
  console_pid=$!
  exec {control_in}<>"$work/control.in" {control_out}<>"$work/control.out" {console_in}<>"$work/console.in"
  echo '{"execute":"qmp_capabilities"}' >&"$control_in"
  machine_answer >/dev/null
}

stop_machine() {
  [[ -n $machine_pid ]] || return 0
  kill "$machine_pid" "$console_pid" 2>/dev/null || true
  wait "$machine_pid" 2>/dev/null || true
  machine_pid=
}

# machine_answer: the next answer of the machine's control; events are passed over.
machine_answer() {
  local line
  while read -r -t 120 -u "$control_out" line; do
    case "$line" in
      *'"return"'*) echo "$line"; return ;;
      *'"error"'*) echo "$line" >&2; return 1 ;;
    esac
  done
  echo "the machine does not answer: $(tail -n 3 "$work/machine.log")" >&2
  return 1
}

# control COMMAND: one that answers nothing when it succeeds, such as savevm.
control() {
  local answer
  printf '{"execute":"human-monitor-command","arguments":{"command-line":"%s"}}\n' "$1" >&"$control_in"
  answer=$(machine_answer)
  [[ $answer == *'"return": ""'* ]] || { echo "$1: $answer" >&2; return 1; }
}

# let_in_after_boot COUNT: waits for the end of the boot behind so many earlier ones, and lets us in.
let_in_after_boot() {
  until_true "$patience" "the board's boot" has_booted "$1"
  let_in
}

# console_count STATE: how often the console has said 'ready', after a boot, or 'taken', of a key.
console_count() { grep -c "^board-key: $1" "$work/console.log" || true; }

has_booted() { (($(console_count ready) > $1)); }

# let_in: sets the board's clock, and puts our key on it, by the serial console.
let_in() {
  local before
  before=$(console_count taken)
  printf 'key %s %s\n' "$(date +%s)" "$(<"$work/key.pub")" >&"$console_in"
  until_true "$patience" "the board's answer on its console" is_let_in "$before"
  until_true "$patience" "the board's ssh" on_board true
}

is_let_in() { (($(console_count taken) > $1)); }

# ssh_options: prints ssh's options for the board, one a line, without -o.
ssh_options() {
  printf '%s\n' "IdentityFile=$work/key" IdentitiesOnly=yes StrictHostKeyChecking=no \
    "UserKnownHostsFile=$work/known" LogLevel=ERROR "ControlPath=$work/ssh-%p" ControlMaster=auto \
    ControlPersist=600 ConnectTimeout=60
}

# on_board COMMAND...: in the board's shell, as root.
on_board() {
  local options=()
  mapfile -t options < <(ssh_options)
  ssh -n "${options[@]/#/-o}" -p "$port" root@127.0.0.1 "$*"
}

forget_connection() {
  ssh -o "ControlPath=$work/ssh-%p" -p "$port" -O exit root@127.0.0.1 2>/dev/null || true
}

# until_true SECONDS WHAT COMMAND...: repeats the command until it succeeds.
until_true() {
  local deadline=$((SECONDS + $1)) what=$2 limit=$1
  shift 2
  until "$@" >/dev/null 2>&1; do
    ((SECONDS < deadline)) || { echo "$what: not within $limit s" >&2; return 1; }
    sleep 1
  done
}
