// SPDX-License-Identifier: Apache-2.0

/// What `--help` prints.
enum RunHelp {
  static let text = """
    usage: swiftlet-run MODEL [--camera NAME | --file FILE | -] [options]
           swiftlet-run --board FOLDER [--shipped BUNDLE] [options]
           swiftlet-run verify MODEL
           swiftlet-run update BUNDLE --board FOLDER

    Classifies what a camera sees, for as long as it takes, and writes JSON Lines. A camera that
    fails, freezes or is unplugged is reported, and watched again when it is back. SIGTERM and
    Ctrl-C end the watch, SIGUSR1 writes statistics, SIGHUP opens --log again. systemd hears READY,
    WATCHDOG and STOPPING. 'verify' checks a model file and runs its self-test on this machine.

    Model
      MODEL                 a model file, or the folder of a bundle, whose digests must hold
      --board FOLDER        the board's bundles: the newest one starts, and the one before it again
                            when it does not run for a minute; 'update' installs another one
      --shipped BUNDLE      the bundle of the package; a new one is taken at the start
      --require-signature KEY
                            refuse what the owner of this public key (a file) did not sign
    Source
      --camera NAME         /dev/video0, 0, a by-id link or a part of the name; default: the first
      --file FILE           JPEG pictures, YUV4MPEG2, or raw frames with --format and --size
      -                     the same on standard input
      --format FOURCC       YUYV, MJPG, NV12, ...; default: the cheapest one
      --size WxH            default: the smallest that keeps all detail
      --rate N              frames a second of the camera
      --control NAME=N      set a control of the camera; may be repeated
      --freeze-timeout S    so long without a frame, and the camera is opened again (3)
      --every-frame         every frame of standard input, not only the newest one
    Decision
      --top K               classes that a result lists, 1...64 (5)
      --threshold P         a label begins at this probability, 0...1 (0.3)
      --leave-threshold P   it ends below this one (two thirds of --threshold)
      --smooth S            time constant of the smoothing, seconds (0.3; 0 for JPEG files)
      --consecutive N       frames in a row that a new label needs (1)
      --allow, --deny LABEL decide only on it, or never; may be repeated
      --region X,Y,W,H      look only at this part, in pixels or percent
      --every S             seconds between two classified frames, at least (0)
    Output
      --on-change           results only when the label changes
      --digest              add the digest of the network's output, to compare machines
      --log FILE            append all events to this file too
      --stats S             seconds between statistics; 0: none (60)
      --metrics-file FILE   keep Prometheus metrics in this file
      --exit-on-error       end with exit code 1 at the first fault of the source
    Engine
      --threads N           threads that share one picture, 1...64 (1)
      --isa NAME            scalar, avx2, avxvnni, avx512vnni, neon, dotprod, i8mm; also SWIFTLET_ISA
      --version, --help

    Example: what a door camera sees, to an MQTT broker
      swiftlet-run birds.swiftlet --camera 0 --on-change | mosquitto_pub -h broker -t door -l
    Exit codes: 0 ended by a signal or the end of the input, 1 something failed, 2 bad input or model
    file, 64 wrong usage.

    """
}
