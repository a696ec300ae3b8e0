// SPDX-License-Identifier: Apache-2.0

/// The files beside runner and model that make a service of them on a board with systemd.
struct ServiceFiles {
  static let name = "swiftlet"
  static let boardFolder = "/var/lib/swiftlet"
  static let optionsPath = "/etc/default/swiftlet"

  /// `/usr` for a package, `/usr/local` for `install.sh`.
  let prefix: String
  /// Whether the runner is to refuse bundles that the key beside them did not sign.
  let isSigned: Bool

  var runnerPath: String { prefix + "/bin/swiftlet-run" }
  var bundleFolder: String { prefix + "/share/swiftlet/bundle" }
  var keyPath: String { prefix + "/share/swiftlet/signer.pub" }

  private var command: String {
    var words = [runnerPath, "--board", Self.boardFolder, "--shipped", bundleFolder]
    if isSigned { words += ["--require-signature", keyPath] }
    return words.joined(separator: " ") + " $SWIFTLET_OPTIONS"
  }

  /// Whoever may write the board's folder decides what runs, so nothing but the service may.
  var unit: String {
    """
    [Unit]
    Description=Swiftlet, vision on this board
    Documentation=file:\(prefix)/share/doc/swiftlet-board/README
    # A camera may come and go as often as it likes.
    StartLimitIntervalSec=0

    [Service]
    Type=notify
    NotifyAccess=main
    EnvironmentFile=-\(Self.optionsPath)
    ExecStart=\(command)
    Restart=always
    RestartSec=2
    WatchdogSec=30
    TimeoutStartSec=120
    # A frame that is being classified is finished first.
    TimeoutStopSec=30

    DynamicUser=yes
    SupplementaryGroups=video
    StateDirectory=\(Self.name)
    DevicePolicy=closed
    # By number as well: the name is known only once a driver is loaded, which is after this service
    # where no camera was plugged in.
    DeviceAllow=char-video4linux rw
    DeviceAllow=char-81 rw
    CapabilityBoundingSet=
    AmbientCapabilities=
    NoNewPrivileges=yes
    ProtectSystem=strict
    ProtectHome=yes
    ProtectProc=invisible
    ProtectClock=yes
    ProtectHostname=yes
    ProtectControlGroups=yes
    ProtectKernelLogs=yes
    ProtectKernelModules=yes
    ProtectKernelTunables=yes
    PrivateNetwork=yes
    PrivateTmp=yes
    RestrictAddressFamilies=AF_UNIX
    RestrictNamespaces=yes
    RestrictRealtime=yes
    RestrictSUIDSGID=yes
    LockPersonality=yes
    MemoryDenyWriteExecute=yes
    SystemCallArchitectures=native
    SystemCallFilter=@system-service
    SystemCallFilter=~@privileged @resources
    SystemCallErrorNumber=EPERM
    UMask=0022
    # The runner needs some 10 MB and the camera's buffers; a fault must not take the board with it.
    MemoryMax=128M
    MemorySwapMax=0
    TasksMax=72

    [Install]
    WantedBy=multi-user.target

    """
  }

  /// A camera that appears starts the service where it is not running; a running one sees by itself.
  static let rules = """
    # Cameras belong to the group video, and wake the service.
    SUBSYSTEM=="video4linux", KERNEL=="video[0-9]*", GROUP="video", MODE="0660"
    SUBSYSTEM=="video4linux", KERNEL=="video[0-9]*", ACTION!="remove", ATTR{index}=="0", \
    TAG+="systemd", ENV{SYSTEMD_WANTS}+="\(name).service"

    """

  static let options = """
    # Options of the service swiftlet; 'swiftlet-run --help' lists them. After a change:
    #   systemctl restart swiftlet
    # Which camera: --camera /dev/video0, or a part of its name without spaces.
    # What is said: --on-change, --threshold 0.6, --every 1, --top 3.
    SWIFTLET_OPTIONS="--on-change"

    """

  static let readme = """
    Swiftlet on a board: the runner swiftlet-run, a model, and the service swiftlet.

    What it sees:        journalctl -u swiftlet -o cat -f      (one JSON object a line)
    How it is:           systemctl status swiftlet
    Options:             \(optionsPath), then: systemctl restart swiftlet
    Never start it:      systemctl mask swiftlet               (a camera would start it else)
    Another model:       swiftlet deploy MODEL --to USER@BOARD, on the workstation
    The models it has:   \(boardFolder)/state: current, trusted (to return to), starts on trial

    """
}
