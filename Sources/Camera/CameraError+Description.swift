// SPDX-License-Identifier: Apache-2.0
import CPlatform

extension CameraError {
  /// The error of a system call on a device that was there when the call was made.
  init(device: String, operation: String, errno: Int32) {
    let reason: Reason =
      switch errno {
      case EACCES, EPERM: .denied
      case EBUSY: .busy
      case ENODEV, ENXIO: .gone
      case ENOENT: .absent
      default: .failed
      }
    self.init(reason, device: device, operation: operation, errno: errno)
  }

  /// What the system calls the error number.
  private var systemText: String {
    guard errno != 0, let text = strerror(errno) else { return "" }
    return String(cString: text)
  }

  /// `operation: what the system says`, as far as there is any of it.
  private var cause: String {
    let text = systemText
    if operation.isEmpty { return text }
    return text.isEmpty ? operation : operation + ": " + text
  }

  private var why: String {
    let parts = detail.isEmpty ? cause : detail
    return parts.isEmpty ? "" : " (" + parts + ")"
  }
}

extension CameraError: CustomStringConvertible {
  public var description: String {
    switch reason {
    case .absent: absentText
    case .gone:
      device + ": the camera was unplugged or its driver stopped" + why
        + "; plug it in again, and look at the end of `dmesg`"
    case .busy:
      device + ": another program uses the camera" + why + "; `fuser -v " + device
        + "` says which one"
    case .denied:
      device + ": no permission to use the camera" + why
        + "; join the group video with `sudo usermod -aG video $USER` and log in again"
    case .notACamera:
      device + ": this is no camera that sends pictures" + why
        + "; `swiftlet cameras` lists those that are"
    case .rawBayer:
      device + ": this node sends raw Bayer data" + why
        + ", as the Raspberry Pi's camera modules do; run the same command under `libcamerify`, "
        + "from the package libcamera-tools, or libcamera-v4l2"
    case .unsupported, .control, .frozen, .failed: otherText
    }
  }

  private var absentText: String {
    let check =
      "; is it plugged in? `ls /dev/video*` shows the nodes; a Raspberry Pi's camera module needs "
      + "`libcamerify`"
    return device.isEmpty
      ? "there is no camera" + check : "there is no camera " + device + why + check
  }

  private var otherText: String {
    switch reason {
    case .unsupported:
      return device + ": " + (detail.isEmpty ? "no usable format" : detail)
        + "; `swiftlet cameras --formats` lists all"
    case .control:
      return device + ": control " + operation + ": " + (detail.isEmpty ? systemText : detail)
        + "; `swiftlet cameras --controls` lists all"
    case .frozen:
      return device + ": no frame came in time" + why
        + "; check the cable and the power supply, or plug the camera in again"
    default:
      return device + ": " + (cause.isEmpty ? "failed" : cause)
        + (detail.isEmpty ? "" : ", " + detail)
        + "; " + advice
    }
  }

  private var advice: String {
    switch errno {
    case ENOSPC:
      "the USB bus has no bandwidth left: use another port, a smaller size, or MJPG"
    case ENOMEM: "there is no memory for the frame buffers: use a smaller size"
    case EMFILE, ENFILE: "too many files are open: see `ulimit -n`"
    default: "the end of `dmesg` may say more; plug the camera in again"
    }
  }
}
