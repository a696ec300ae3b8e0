// SPDX-License-Identifier: Apache-2.0

/// A point in time as people write it, UTC.
struct CivilTime: Equatable {
  var year: Int
  var month: Int
  var day: Int
  var hour: Int
  var minute: Int
  var second: Int
  var millisecond: Int

  /// - Parameter nanoseconds: since 1970, leap seconds left out (POSIX).
  init(nanosecondsSince1970 nanoseconds: Int64) {
    let milliseconds = nanoseconds.flooredQuotient(1_000_000)
    let seconds = milliseconds.flooredQuotient(1000)
    let days = seconds.flooredQuotient(86_400)
    millisecond = Int(milliseconds - seconds * 1000)
    let secondOfDay = Int(seconds - days * 86_400)
    hour = secondOfDay / 3600
    minute = secondOfDay / 60 % 60
    second = secondOfDay % 60

    // Years begin in March here, so that the leap day is the last one; an era has 400 of them.
    let shifted = days + 719_468
    let era = shifted.flooredQuotient(146_097)
    let dayOfEra = Int(shifted - era * 146_097)
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
    month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    year = yearOfEra + Int(era) * 400 + (month <= 2 ? 1 : 0)
  }
}

extension Int64 {
  fileprivate func flooredQuotient(_ divisor: Int64) -> Int64 {
    let quotient = self / divisor
    return self % divisor < 0 ? quotient - 1 : quotient
  }
}
