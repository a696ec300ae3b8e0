// SPDX-License-Identifier: Apache-2.0

/// What dpkg runs around an installation (Debian Policy, chapter 6). DPKG_ROOT is set where it
/// installs below a folder.
enum DebianScripts {
  private static let service = ServiceFiles.name + ".service"

  /// Enables at the first installation only: who has disabled the service wants it so.
  static let postinst = """
    #!/bin/sh
    set -e
    if [ "$1" = configure ]; then
      if [ -z "$2" ] && command -v systemctl >/dev/null 2>&1; then
        systemctl --root="${DPKG_ROOT:-/}" enable \(service) >/dev/null 2>&1 || true
      fi
      if [ -z "$DPKG_ROOT" ] && [ -d /run/systemd/system ]; then
        systemctl daemon-reload
        if command -v udevadm >/dev/null 2>&1; then udevadm control --reload || true; fi
        if [ -z "$2" ]; then
          systemctl start --no-block \(service) || true
        else
          systemctl try-restart \(service) || true
        fi
      fi
    fi

    """

  static let prerm = """
    #!/bin/sh
    set -e
    if [ "$1" = remove ] || [ "$1" = deconfigure ]; then
      if [ -z "$DPKG_ROOT" ] && [ -d /run/systemd/system ]; then
        systemctl stop \(service) || true
      fi
      if command -v systemctl >/dev/null 2>&1; then
        systemctl --root="${DPKG_ROOT:-/}" disable \(service) >/dev/null 2>&1 || true
      fi
    fi

    """

  static let postrm = """
    #!/bin/sh
    set -e
    if [ "$1" = purge ]; then
      rm -rf "$DPKG_ROOT\(ServiceFiles.boardFolder)" \\
        "$DPKG_ROOT/var/lib/private/\(ServiceFiles.name)"
      rm -f "$DPKG_ROOT/etc/systemd/system/multi-user.target.wants/\(service)"
    fi
    if [ -z "$DPKG_ROOT" ] && [ -d /run/systemd/system ]; then systemctl daemon-reload || true; fi

    """

  /// - Parameter installedByteCount: of all files together.
  static func control(version: String, target: DeployTarget, installedByteCount: Int) -> String {
    """
    Package: swiftlet-board
    Version: \(version)
    Architecture: \(target.debianArchitecture)
    Maintainer: Swiftlet <swiftlet@localhost>
    Installed-Size: \((installedByteCount + 1023) / 1024)
    Recommends: systemd, udev
    Section: video
    Priority: optional
    Description: names what a camera sees, with a model of its own
     A static program, a model and a service that classifies the pictures of a
     USB camera and writes what it sees to the journal, one JSON object a line.

    """
  }

  static let copyright = """
    Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
    Upstream-Name: Swiftlet

    Files: *
    Copyright: the Swiftlet authors
    License: Apache-2.0
     On Debian systems the full text is in /usr/share/common-licenses/Apache-2.0.
    Comment:
     The runner contains the GNU C library (LGPL-2.1-or-later) and the decoder of libjpeg-turbo
     (IJG, BSD-3-Clause). The model has an origin of its own: 'swiftlet inspect' prints it.

    """
}
