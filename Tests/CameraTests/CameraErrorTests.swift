// SPDX-License-Identifier: Apache-2.0
import CPlatform
import Testing

@testable import Camera

@Suite("Camera errors")
struct CameraErrorTests {
  @Test(
    "system errors have their reason, and say what to do",
    arguments: [
      (EACCES, CameraError.Reason.denied, "sudo usermod -aG video $USER"),
      (EPERM, .denied, "group video"), (EBUSY, .busy, "`fuser -v /dev/video3`"),
      (ENODEV, .gone, "unplugged"), (ENOENT, .absent, "is it plugged in?"),
      (EIO, .failed, "dmesg"), (ENOSPC, .failed, "USB bus has no bandwidth"),
      (ENOMEM, .failed, "smaller size"), (EMFILE, .failed, "ulimit -n"),
    ])
  func systemErrors(_ code: Int32, _ reason: CameraError.Reason, _ advice: String) {
    let error = CameraError(device: "/dev/video3", operation: "VIDIOC_S_FMT", errno: code)
    let text = error.description
    #expect(error.reason == reason && text.contains(advice), "\(text)")
    #expect(text.contains("/dev/video3") && text.contains("VIDIOC_S_FMT: "), "\(text)")
    #expect(text.contains(String(cString: strerror(code))))
  }

  @Test("other errors say what to do too")
  func others() {
    func text(_ reason: CameraError.Reason, _ detail: String = "") -> String {
      CameraError(reason, device: "/dev/video0", operation: "gain", detail: detail).description
    }
    #expect(text(.rawBayer, "unicam").contains("(unicam), as the Raspberry Pi's camera modules"))
    #expect(text(.rawBayer).contains("libcamerify"))
    #expect(text(.notACamera).contains("`swiftlet cameras`"))
    #expect(
      text(.unsupported, "no NV12").contains("/dev/video0: no NV12; `swiftlet cameras --form"))
    #expect(text(.control, "no").contains("control gain: no; `swiftlet cameras --controls`"))
    #expect(text(.frozen).contains("cable"))
    #expect(CameraError(.absent, device: "").description.hasPrefix("there is no camera; is it"))
    #expect(CameraError(.absent, device: "c270").description.contains("no camera c270"))
  }
}

@Suite("Devices of this machine")
struct DeviceTests {
  @Test(
    "a node that is none is refused",
    arguments: [
      ("/dev/null", CameraError.Reason.notACamera), ("/etc/hostname", .notACamera),
      ("/dev/video-none", .absent), ("/dev/null/video0", .absent),
    ])
  func noCamera(_ path: String, _ reason: CameraError.Reason) {
    do throws(CameraError) {
      _ = try CameraStream.open(path, request: CameraRequest())
      Issue.record("\(path) opened")
    } catch { #expect(error.reason == reason && error.device == path) }
    do throws(CameraError) { _ = try Cameras.find(path) } catch { #expect(error.reason == reason) }
  }

  @Test("waiting for hotplug ends when it is woken, and at its time")
  func hotplug() {
    let wake = swiftlet_wake_create()
    defer { _ = close(wake) }
    let hotplug = CameraHotplug()
    let descriptor = hotplug.descriptor
    #expect(descriptor >= 0)
    swiftlet_wake_signal(wake)
    let isWoken = !hotplug.wait(timeoutMilliseconds: -1, wakeDescriptor: wake)
    #expect(isWoken)
    swiftlet_wake_drain(wake)
    let start = swiftlet_nanoseconds()
    let isOver = !hotplug.wait(timeoutMilliseconds: 30, wakeDescriptor: wake)
    #expect(isOver && swiftlet_nanoseconds() - start >= 30_000_000)
  }

  @Test("a deadline rounds up and ends at 0")
  func deadline() {
    #expect(Deadline(-1).remaining == -1)
    #expect(Deadline(0).remaining == 0)
    #expect((1...1000).contains(Deadline(1000).remaining))
    #expect(Deadline(.max).remaining > 1_000_000)
  }
}

@Suite("Controls")
struct CameraControlTests {
  @Test(
    "names are those of v4l2-ctl",
    arguments: [
      ("Brightness", "brightness"), ("White Balance, Automatic", "white_balance_automatic"),
      ("Exposure Time, Absolute", "exposure_time_absolute"), ("  Odd--(Name) ", "odd_name"),
      ("Gain 2", "gain_2"), ("", ""),
    ])
  func names(_ title: String, _ name: String) { #expect(CameraControl.normalized(title) == name) }

  @Test("values are held to the range, the menu and the mask")
  func values() throws {
    func control(_ kind: CameraControl.Kind, _ range: ClosedRange<Int>) -> CameraControl {
      CameraControl(
        id: 1, title: "A", kind: kind, minimum: range.lowerBound, maximum: range.upperBound,
        items: [.init(value: 1, name: "Manual"), .init(value: 3, name: "Aperture")])
    }
    let integer = control(.integer, -5...5)
    #expect(integer.refusal(of: -5) == nil && integer.refusal(of: 5) == nil)
    #expect(integer.refusal(of: 6) == "6 is not within -5...5")
    let menu = control(.menu, 0...3)
    #expect(menu.refusal(of: 3) == nil)
    #expect(menu.refusal(of: 2) == "2 is none of 1 (Manual), 3 (Aperture)")
    #expect(control(.bitmask, 0...6).refusal(of: 4) == nil)
    #expect(control(.bitmask, 0...6).refusal(of: 1) != nil)
    var fixed = integer
    fixed.isReadOnly = true
    #expect(fixed.refusal(of: 0) == "it can only be read")
  }
}
