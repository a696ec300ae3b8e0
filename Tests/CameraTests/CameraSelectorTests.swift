// SPDX-License-Identifier: Apache-2.0
import CPlatform
import Testing

@testable import Camera

@Suite("Finding a camera")
struct CameraSelectorTests {
  private static let byID = "/dev/v4l/by-id/"
  private static let byPath = "/dev/v4l/by-path/"

  /// A Raspberry Pi with two equal webcams without serial numbers, and one with.
  private static let nodes = [
    CameraInfo(
      path: "/dev/video0", name: "unicam", driver: "unicam", bus: "platform:fe801000.csi",
      kind: .rawBayer),
    camera(2, "UVC Camera (046d:0825)", port: "1.1", id: "usb-046d_0825-video-index0"),
    CameraInfo(
      path: "/dev/video3", name: "UVC Camera (046d:0825)", driver: "uvcvideo", bus: "usb-1.1",
      kind: .metadata),
    camera(4, "UVC Camera (046d:0825)", port: "1.2", id: "usb-046d_0825-video-index0"),
    camera(6, "HD Pro Webcam C920", port: "1.3", id: "usb-046d_C920_5B1A2C3D-video-index0"),
    CameraInfo(path: "/dev/video10", name: "bcm2835-codec-decode", kind: .other),
    CameraInfo(path: "/dev/video14", name: "bcm2835-isp-output0", kind: .output),
  ]

  private static func camera(_ number: Int, _ name: String, port: String, id: String) -> CameraInfo
  {
    CameraInfo(
      path: "/dev/video\(number)", name: name, driver: "uvcvideo", bus: "usb-\(port)",
      idLink: byID + id, pathLink: byPath + "platform-usb-0:\(port):1.0-video-index0")
  }

  private func find(
    _ selector: String?, resolved: String? = nil, in nodes: [CameraInfo] = Self.nodes
  ) throws(CameraError) -> String {
    try CameraSelector.find(selector, resolved: resolved, in: nodes).path
  }

  @Test(
    "a node, its number, a link and a part of a name are understood",
    arguments: [
      (nil, nil, "/dev/video2"), ("", nil, "/dev/video2"), ("/dev/video4", nil, "/dev/video4"),
      ("4", nil, "/dev/video4"), ("/my/link", "/dev/video6", "/dev/video6"),
      ("c920", nil, "/dev/video6"), ("WEBCAM", nil, "/dev/video6"), ("5b1a", nil, "/dev/video6"),
      ("0:1.2:1.0", nil, "/dev/video4"), ("046D", nil, "/dev/video2"),
      ("uvc camera", nil, "/dev/video2"),
    ])
  func selectors(_ selector: String?, _ resolved: String?, _ expected: String) throws {
    #expect(try find(selector, resolved: resolved) == expected)
  }

  @Test(
    "what is no camera is refused with its reason",
    arguments: [
      ("0", CameraError.Reason.rawBayer), ("unicam", .rawBayer), ("/dev/video3", .notACamera),
      ("10", .notACamera), ("isp", .notACamera), ("1", .absent), ("/dev/video1", .absent),
      ("kinect", .absent),
    ])
  func refusals(_ selector: String, _ reason: CameraError.Reason) {
    #expect(throws: CameraError.self) { try find(selector) }
    do throws(CameraError) { _ = try find(selector) } catch { #expect(error.reason == reason) }
  }

  @Test("without a selector a usable camera comes before a busy one, and that before none")
  func preference() throws {
    var nodes = Self.nodes
    nodes[1].state = .busy
    #expect(try find(nil, in: nodes) == "/dev/video4")
    #expect(try find("046d", in: nodes) == "/dev/video4")
    #expect(try find("2", in: nodes) == "/dev/video2")
    nodes = [nodes[0], nodes[1]]
    #expect(try find(nil, in: nodes) == "/dev/video2")
    #expect(throws: CameraError(.rawBayer, device: "/dev/video0", detail: "unicam")) {
      try find(nil, in: [nodes[0]])
    }
    #expect(throws: CameraError(.absent, device: "")) { try find(nil, in: []) }
  }

  @Test("a camera that comes back under another node is the same one")
  func identity() {
    var nodes = Self.nodes
    let second = nodes[3].identity
    nodes[3].path = "/dev/video7"
    #expect(second.find(in: nodes)?.path == "/dev/video7")
    // udev has not made the link yet.
    nodes[3].pathLink = ""
    #expect(second.find(in: nodes)?.path == "/dev/video7")
    // An equal camera at another port is another camera: their by-id links are the same.
    nodes.remove(at: 3)
    let first = nodes[1]
    nodes.append(first)
    #expect(second.find(in: nodes) == nil)
  }

  @Test("a camera with a serial number is found at another port")
  func moved() {
    var nodes = Self.nodes
    let camera = nodes[4].identity
    (nodes[4].bus, nodes[4].pathLink) = ("usb-1.4", Self.byPath + "elsewhere")
    #expect(camera.find(in: nodes)?.path == "/dev/video6")
    nodes[4].idLink = ""
    #expect(camera.find(in: nodes) == nil)
  }
}

@Suite("Kinds of nodes")
struct NodeKindTests {
  private func kind(
    _ driver: String, _ capabilities: Int32..., formats: [String] = ["YUYV"], bus: String = ""
  ) -> CameraInfo.Kind {
    NodeKind.of(
      driver: driver, bus: bus,
      capabilities: capabilities.reduce(UInt32(V4L2_CAP_STREAMING)) { $0 | UInt32($1) },
      formats: formats.compactMap { FourCC($0) })
  }

  @Test("nodes are told apart by their capabilities, formats and drivers")
  func kinds() {
    #expect(kind("uvcvideo", V4L2_CAP_VIDEO_CAPTURE) == .camera)
    #expect(kind("sun6i-csi", V4L2_CAP_VIDEO_CAPTURE_MPLANE) == .camera)
    #expect(kind("uvcvideo", V4L2_CAP_META_CAPTURE) == .metadata)
    #expect(kind("vivid", V4L2_CAP_VIDEO_OUTPUT) == .output)
    #expect(kind("bcm2835-codec", V4L2_CAP_VIDEO_M2M_MPLANE) == .other)
    #expect(kind("bcm2835-isp", V4L2_CAP_VIDEO_CAPTURE) == .other)
    #expect(kind("pispbe", V4L2_CAP_VIDEO_CAPTURE_MPLANE) == .other)
    #expect(kind("radio", V4L2_CAP_TUNER) == .other)
  }

  @Test("raw-Bayer nodes are recognized by driver or formats, but not USB cameras of old")
  func rawBayer() {
    let raw = ["pBAA", "BG10"]
    #expect(kind("unicam", V4L2_CAP_VIDEO_CAPTURE, formats: raw + ["YUYV"]) == .rawBayer)
    #expect(kind("rp1-cfe", V4L2_CAP_VIDEO_CAPTURE, formats: []) == .rawBayer)
    #expect(kind("imx-csi", V4L2_CAP_VIDEO_CAPTURE, formats: raw) == .rawBayer)
    #expect(kind("imx-csi", V4L2_CAP_VIDEO_CAPTURE, formats: raw + ["UYVY"]) == .camera)
    #expect(kind("imx-csi", V4L2_CAP_VIDEO_CAPTURE, formats: []) == .camera)
    #expect(kind("gspca", V4L2_CAP_VIDEO_CAPTURE, formats: ["BA81"], bus: "usb-1.2") == .camera)
  }
}
