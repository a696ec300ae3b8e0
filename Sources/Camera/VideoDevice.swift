// SPDX-License-Identifier: Apache-2.0
import CPlatform

/// An open V4L2 node; it is closed at the end.
struct VideoDevice: ~Copyable {
  let descriptor: Int32
  let path: String
  let driver: String
  let name: String
  let bus: String
  /// V4L2_CAP_... of this node, not of the whole device.
  let capabilities: UInt32

  private init(descriptor: Int32, path: String, capability: v4l2_capability) {
    self.descriptor = descriptor
    self.path = path
    driver = CText.string(capability.driver)
    name = CText.string(capability.card)
    bus = CText.string(capability.bus_info)
    capabilities =
      capability.capabilities & UInt32(V4L2_CAP_DEVICE_CAPS) != 0
      ? capability.device_caps : capability.capabilities
  }

  deinit { _ = close(descriptor) }

  /// - Throws: `absent`, `denied`, `busy`, `notACamera` or `failed`.
  static func open(_ path: String) throws(CameraError) -> VideoDevice {
    let status = swiftlet_is_character_device(path)
    guard status == 0 else {
      let reason: CameraError.Reason =
        switch status {
        case ENOENT, ENOTDIR: .absent
        case EACCES: .denied
        default: .notACamera
        }
      throw CameraError(reason, device: path)
    }
    let descriptor = swiftlet_open_device(path)
    guard descriptor >= 0 else {
      let code = swiftlet_errno()
      let isAbsent = code == ENODEV || code == ENXIO
      throw isAbsent
        ? CameraError(.absent, device: path, operation: "open", errno: code)
        : CameraError(device: path, operation: "open", errno: code)
    }
    var capability = v4l2_capability()
    let code = swiftlet_video_capability(descriptor, &capability)
    guard code == 0 else {
      _ = close(descriptor)
      let reason: CameraError.Reason = code == ENODEV ? .gone : .notACamera
      throw CameraError(reason, device: path, operation: "VIDIOC_QUERYCAP", errno: code)
    }
    return VideoDevice(descriptor: descriptor, path: path, capability: capability)
  }

  func has(_ capability: Int32) -> Bool { capabilities & UInt32(bitPattern: capability) != 0 }

  /// Whether pictures come by the multi-planar interface; a node with both uses the simple one.
  var isMultiplanar: Bool { !has(V4L2_CAP_VIDEO_CAPTURE) && has(V4L2_CAP_VIDEO_CAPTURE_MPLANE) }

  /// Whether the device is still there: an unplugged one answers every call with ENODEV.
  var isPresent: Bool {
    var capability = v4l2_capability()
    return swiftlet_video_capability(descriptor, &capability) != ENODEV
  }

  /// Whether another program has reserved the buffers. Asking for no buffers changes nothing for
  /// the program that has them, and is refused then.
  var isBusy: Bool {
    var count: UInt32 = 0
    return swiftlet_video_request_buffers(descriptor, isMultiplanar, &count) == EBUSY
  }

  func error(_ operation: String, _ code: Int32) -> CameraError {
    CameraError(device: path, operation: operation, errno: code)
  }
}
