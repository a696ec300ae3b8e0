// SPDX-License-Identifier: Apache-2.0

/// What a board says about itself.
struct BoardReport {
  /// Prints `key=value` lines; needs no more than a POSIX shell and /proc.
  static let script = """
    say() { printf '%s=%s\\n' "$1" "$2"; }
    first() { [ -r "$1" ] && head -c 200 "$1" | tr -d '\\000' | head -n 1; }
    say machine "$(uname -m)"
    say kernel "$(uname -r)"
    say board "$(first /proc/device-tree/model || first /sys/class/dmi/id/product_name)"
    say cores "$(grep -c '^processor' /proc/cpuinfo)"
    say features "$(sed -n 's/^\\(Features\\|flags\\)[[:space:]]*: //p' /proc/cpuinfo | head -n 1)"
    say part "$(sed -n 's/^CPU part[[:space:]]*: //p' /proc/cpuinfo | head -n 1)"
    say kilohertz "$(first /sys/devices/system/cpu/cpu0/cpufreq/cpuinfo_max_freq)"
    say megahertz "$(sed -n 's/^cpu MHz[[:space:]]*: \\([0-9]*\\).*/\\1/p' /proc/cpuinfo | head -n 1)"
    say memory "$(sed -n 's/^MemTotal:[[:space:]]*\\([0-9]*\\).*/\\1/p' /proc/meminfo)"
    say available "$(sed -n 's/^MemAvailable:[[:space:]]*\\([0-9]*\\).*/\\1/p' /proc/meminfo)"
    say temperature "$(first /sys/class/thermal/thermal_zone0/temp)"
    say disk "$(df -Pk /var/lib 2>/dev/null | awk 'NR == 2 { print $4 }')"
    say architecture "$(dpkg --print-architecture 2>/dev/null)"
    if [ -d /run/systemd/system ]; then say systemd yes; else say systemd no; fi
    for node in /sys/class/video4linux/video*; do
      if [ -r "$node/name" ] && [ "$(cat "$node/index")" = 0 ]; then
        say camera "/dev/${node##*/} $(cat "$node/name")"
      fi
    done
    """

  let machine: String
  let kernel: String
  let board: String?
  let cores: Int
  let features: [String]
  /// ARM's number of the core, such as 0xd03.
  let part: String?
  let megahertz: Int?
  let memoryKilobytes: Int?
  let availableKilobytes: Int?
  let celsius: Double?
  let freeDiskKilobytes: Int?
  /// What dpkg calls it; nil without dpkg.
  let architecture: String?
  let hasSystemd: Bool
  /// Device and name.
  let cameras: [String]

  /// Reads what the script printed; nil where that is not all there.
  init?(_ text: String) {
    var values: [String: [String]] = [:]
    for line in text.split(separator: "\n") {
      guard let equals = line.firstIndex(of: "=") else { continue }
      let value = String(line[line.index(after: equals)...])
      if !value.isEmpty { values[String(line[..<equals]), default: []].append(value) }
    }
    func number(_ key: String) -> Int? { values[key]?.first.flatMap { Int($0) } }
    guard let machine = values["machine"]?.first, let kernel = values["kernel"]?.first,
      let systemd = values["systemd"]?.first
    else { return nil }
    self.machine = machine
    self.kernel = kernel
    board = values["board"]?.first
    cores = max(number("cores") ?? 1, 1)
    features = (values["features"]?.first ?? "").split(separator: " ").map(String.init)
    part = values["part"]?.first
    megahertz = number("kilohertz").map { $0 / 1000 } ?? number("megahertz")
    memoryKilobytes = number("memory")
    availableKilobytes = number("available")
    celsius = number("temperature").map { Double($0) / 1000 }
    freeDiskKilobytes = number("disk")
    architecture = values["architecture"]?.first
    hasSystemd = systemd == "yes"
    cameras = values["camera"] ?? []
  }

  var target: DeployTarget? {
    DeployTarget(machine: machine, debianArchitecture: architecture)
  }
}
