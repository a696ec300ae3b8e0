// SPDX-License-Identifier: Apache-2.0
import CPlatform

/// What the system says about this process and this board.
enum SystemReadings {
  /// Resident memory in bytes; 0 when /proc does not say.
  static func residentByteCount() -> Int {
    // size resident shared text lib data dt, in pages
    let fields = numbers(in: "/proc/self/statm", limit: 2)
    return fields.count == 2 ? fields[1] * Int(getpagesize()) : 0
  }

  /// The hottest thermal zone in degrees Celsius; nil where there is none.
  static func temperatureCelsius() -> Double? {
    var hottest: Double?
    for zone in 0..<32 {
      let path = "/sys/class/thermal/thermal_zone\(zone)/temp"
      guard let value = numbers(in: path, limit: 1).first else { break }
      // Millidegrees; what no processor survives is a sensor's way to say that it has no value.
      let celsius = Double(value) / 1000
      if celsius > -50, celsius < 200 { hottest = max(hottest ?? celsius, celsius) }
    }
    return hottest
  }

  /// The first numbers in a small text file.
  private static func numbers(in path: String, limit: Int) -> [Int] {
    var numbers: [Int] = []
    withUnsafeTemporaryAllocation(byteCount: 256, alignment: 1) { buffer in
      guard let base = buffer.baseAddress else { return }
      let count = Int(swiftlet_read_beginning(path, base, buffer.count))
      var value: Int?
      var isNegative = false
      for index in 0..<max(count, 0) where numbers.count < limit {
        let byte = buffer[index]
        if (48...57).contains(byte) {
          value = min((value ?? 0) * 10 + Int(byte - 48), Int.max / 16)
        } else {
          if let found = value { numbers.append(isNegative ? -found : found) }
          value = nil
          isNegative = byte == 45
        }
      }
      if let found = value, numbers.count < limit { numbers.append(isNegative ? -found : found) }
    }
    return numbers
  }
}
