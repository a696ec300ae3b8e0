// SPDX-License-Identifier: Apache-2.0
import Crypto

/// A `.deb`, written without dpkg so that any workstation can: deb(5).
///
/// Its members are not compressed: weights hardly shrink, and dpkg has read such archives since
/// 2014.
enum DebianPackage {
  /// - Parameter time: seconds since 1970 of all files.
  static func make(
    _ files: [ArchiveEntry], configuration: [String], version: String, target: DeployTarget,
    time: Int
  ) -> [UInt8] {
    var control = TarArchive(time: time)
    let byteCount = files.reduce(0) { $0 + $1.content.count }
    control.append(
      ArchiveEntry(
        "control",
        DebianScripts.control(version: version, target: target, installedByteCount: byteCount)))
    control.append(
      ArchiveEntry("conffiles", configuration.map { "/" + $0 + "\n" }.joined()))
    control.append(ArchiveEntry("md5sums", sums(files, except: configuration)))
    for (name, text) in [
      ("postinst", DebianScripts.postinst), ("prerm", DebianScripts.prerm),
      ("postrm", DebianScripts.postrm),
    ] {
      control.append(ArchiveEntry(name, text, isExecutable: true))
    }
    var data = TarArchive(time: time)
    for file in files { data.append(file) }
    return archive(
      [
        ("debian-binary", Array("2.0\n".utf8)), ("control.tar", control.finished()),
        ("data.tar", data.finished()),
      ], time: time)
  }

  private static func sums(_ files: [ArchiveEntry], except configuration: [String]) -> String {
    files.filter { !configuration.contains($0.path) }.map { file in
      let digest = Insecure.MD5.hash(data: file.content)
      return digest.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
        + "  " + file.path + "\n"
    }.joined()
  }

  /// The `ar` format: ar(5).
  private static func archive(_ members: [(name: String, bytes: [UInt8])], time: Int) -> [UInt8] {
    var archive = Array("!<arch>\n".utf8)
    for (name, bytes) in members {
      var header = ""
      for (text, width) in [
        (name, 16), (String(time), 12), ("0", 6), ("0", 6), ("100644", 8),
        (String(bytes.count), 10),
      ] {
        header += text + String(repeating: " ", count: width - text.count)
      }
      archive += Array((header + "`\n").utf8) + bytes
      if bytes.count % 2 == 1 { archive.append(UInt8(ascii: "\n")) }
    }
    return archive
  }
}
