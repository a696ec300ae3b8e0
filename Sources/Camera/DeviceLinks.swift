// SPDX-License-Identifier: Apache-2.0

/// The links that udev makes to video nodes.
enum DeviceLinks {
  enum Folder: CaseIterable {
    case byID
    case byPath

    var path: String { self == .byID ? "/dev/v4l/by-id" : "/dev/v4l/by-path" }
  }

  struct Link {
    var folder: Folder
    var path: String
    var node: String
  }

  static func all() -> [Link] {
    var links: [Link] = []
    for folder in Folder.allCases {
      for name in CText.names(in: folder.path).sorted(by: { $0.precedes($1) }) {
        let path = folder.path + "/" + name
        if let node = CText.resolve(path) {
          links.append(Link(folder: folder, path: path, node: node))
        }
      }
    }
    return links
  }

  /// The first link in a folder to a node; empty if there is none.
  static func first(_ links: [Link], to node: String, in folder: Folder) -> String {
    links.first { $0.folder == folder && $0.node.isSame(as: node) }?.path ?? ""
  }
}
