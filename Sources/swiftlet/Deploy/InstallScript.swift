// SPDX-License-Identifier: Apache-2.0

/// `install.sh`, for boards without dpkg.
enum InstallScript {
  static func text(_ files: ServiceFiles) -> String {
    """
    #!/bin/sh
    # Installs Swiftlet from this folder, or removes it. Run it as often as you like.
    set -eu
    usage() {
      cat <<'TEXT'
    usage: install.sh [--uninstall | --purge] [--root FOLDER]
      (nothing)      installs runner, model and service, and starts the service
      --uninstall    removes them; options and the models on the board stay
      --purge        removes those, too
      --root FOLDER  works below FOLDER and starts nothing (to build images)
    Exit code: 0 done, 1 something failed, 64 wrong usage.
    example: sudo sh install.sh
    TEXT
    }
    action=install
    root=
    while [ $# -gt 0 ]; do
      case "$1" in
        -h|--help) usage; exit 0 ;;
        --uninstall) action=uninstall ;;
        --purge) action=purge ;;
        --root) [ $# -gt 1 ] || { usage >&2; exit 64; }; root=$2; shift ;;
        *) usage >&2; exit 64 ;;
      esac
      shift
    done
    if [ -z "$root" ] && [ "$(id -u)" != 0 ]; then
      echo "install.sh: root is needed; run: sudo sh $0" >&2
      exit 1
    fi
    here=$(cd "$(dirname "$0")" && pwd)
    unit=$root/etc/systemd/system/\(ServiceFiles.name).service
    rules=$root/etc/udev/rules.d/70-\(ServiceFiles.name).rules
    options=$root\(ServiceFiles.optionsPath)
    running() { [ -z "$root" ] && [ -d /run/systemd/system ]; }

    # put MODE SOURCE TARGET: replaces a file as a whole.
    put() {
      mkdir -p "$(dirname "$3")"
      cp "$2" "$3.part"
      chmod "$1" "$3.part"
      mv -f "$3.part" "$3"
    }

    install_all() {
      put 755 "$here/swiftlet-run" "$root\(files.runnerPath)"
      shipped=$root\(files.bundleFolder)
      # Beside the old bundle first, so that the service never sees half of each.
      rm -rf "$shipped.part"
      mkdir -p "$shipped.part"
      cp "$here"/bundle/* "$shipped.part/"
      chmod 644 "$shipped.part"/*
      rm -rf "$shipped"
      mv "$shipped.part" "$shipped"
      if [ -e "$here/signer.pub" ]; then put 644 "$here/signer.pub" "$root\(files.keyPath)"; fi
      put 644 "$here/README" "$root\(files.prefix)/share/doc/swiftlet-board/README"
      put 644 "$here/swiftlet.service" "$unit"
      put 644 "$here/70-swiftlet.rules" "$rules"
      # Options that somebody has changed stay.
      if [ ! -e "$options" ]; then put 644 "$here/swiftlet.default" "$options"; fi
      sync
      if running; then
        systemctl daemon-reload
        if command -v udevadm >/dev/null 2>&1; then udevadm control --reload || true; fi
        systemctl enable \(ServiceFiles.name).service
        systemctl restart \(ServiceFiles.name).service
      elif [ -n "$root" ]; then
        mkdir -p "$root/etc/systemd/system/multi-user.target.wants"
        ln -sf ../\(ServiceFiles.name).service \\
          "$root/etc/systemd/system/multi-user.target.wants/\(ServiceFiles.name).service"
      else
        echo "install.sh: systemd does not run here; start it by your own means:"
        echo "  \(files.runnerPath) --board \(ServiceFiles.boardFolder) --shipped \(files.bundleFolder)"
      fi
    }

    remove_all() {
      if running; then systemctl disable --now \(ServiceFiles.name).service 2>/dev/null || true; fi
      rm -f "$unit" "$rules" "$root\(files.runnerPath)" \\
        "$root/etc/systemd/system/multi-user.target.wants/\(ServiceFiles.name).service"
      rm -rf "$root\(files.prefix)/share/swiftlet" "$root\(files.prefix)/share/doc/swiftlet-board"
      if running; then systemctl daemon-reload; fi
    }

    case $action in
      install) install_all ;;
      uninstall) remove_all ;;
      purge)
        remove_all
        rm -f "$options"
        rm -rf "$root\(ServiceFiles.boardFolder)" "$root/var/lib/private/\(ServiceFiles.name)"
        ;;
    esac
    echo "install.sh: $action done"

    """
  }
}
