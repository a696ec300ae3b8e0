// swift-tools-version: 6.2
// SPDX-License-Identifier: Apache-2.0
import PackageDescription

let runtimeSettings: [SwiftSetting] = [
  .enableExperimentalFeature("Lifetimes"),
  .strictMemorySafety(),
]

let package = Package(
  name: "Swiftlet",
  products: [
    .library(name: "Swiftlet", targets: ["Runtime"]),
    .library(name: "SwiftletCamera", targets: ["Camera", "Pipeline"]),
    .library(name: "SwiftletQuantize", targets: ["Quantize"]),
    .executable(name: "swiftlet", targets: ["swiftlet"]),
  ],
  traits: [
    .trait(name: "MQTT", description: "watch publishes to an MQTT broker; needs libmosquitto"),
    .trait(name: "MPI", description: "swiftlet-train shares batches by mpirun; needs Open MPI"),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0"),
    .package(url: "https://github.com/apple/swift-protobuf", from: "1.30.0"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.0.0"),
    .package(url: "https://github.com/swhitty/FlyingFox", from: "0.27.0"),
  ],
  targets: [
    // The innermost loops, and what Swift cannot import by itself.
    .target(name: "CKernels"),
    .target(name: "CPlatform", linkerSettings: [.linkedLibrary("m"), .linkedLibrary("pthread")]),
    .systemLibrary(
      name: "CTurboJPEG", pkgConfig: "libturbojpeg", providers: [.apt(["libturbojpeg0-dev"])]),
    .systemLibrary(name: "CPNG", pkgConfig: "libpng", providers: [.apt(["libpng-dev"])]),

    // On the board.
    .target(
      name: "Runtime", dependencies: ["CKernels", "CPlatform"], swiftSettings: runtimeSettings),
    .target(name: "Camera", dependencies: ["CPlatform"]),
    .target(
      name: "Pipeline", dependencies: ["Runtime", "Camera", "CPlatform", "CTurboJPEG"]),
    .target(name: "Bundle", dependencies: ["Runtime", "CPlatform"]),
    // fiat-crypto lies among swift-crypto's sources, so that nothing of it is copied here.
    .target(
      name: "CField25519",
      cSettings: [
        .headerSearchPath(
          "../../.build/checkouts/swift-crypto/Sources/CCryptoBoringSSL/third_party/fiat")
      ]),
    .target(name: "Ed25519", dependencies: ["Bundle", "CField25519"]),

    // The board runner; scripts/build-runner makes a static program of it.
    .executableTarget(
      name: "swiftlet-run",
      dependencies: ["Runtime", "Camera", "Pipeline", "Bundle", "Ed25519", "CPlatform"]),

    // On the workstation.
    .target(name: "Pictures", dependencies: ["Runtime", "CTurboJPEG", "CPNG"]),
    .target(
      name: "Quantize",
      dependencies: [
        "Runtime", "Pictures",
        .product(name: "SwiftProtobuf", package: "swift-protobuf"),
        .product(name: "Crypto", package: "swift-crypto"),
      ],
      exclude: ["Import/onnx.proto"]),
    .target(
      name: "Serve", dependencies: [.product(name: "FlyingSocks", package: "FlyingFox")]),
    .systemLibrary(
      name: "CMosquitto", pkgConfig: "libmosquitto", providers: [.apt(["libmosquitto-dev"])]),
    .target(
      name: "MQTT",
      dependencies: [.target(name: "CMosquitto", condition: .when(traits: ["MQTT"]))]),
    .executableTarget(
      name: "swiftlet",
      dependencies: [
        "Runtime", "Quantize", "Pictures", "Camera", "Pipeline", "Serve", "MQTT", "Bundle",
        "CPlatform",
        .product(name: "Crypto", package: "swift-crypto"),
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),

    // Training, which alone needs OpenBLAS.
    // Without pkgConfig, which would warn everybody who builds without it.
    .systemLibrary(name: "COpenBLAS", providers: [.apt(["libopenblas-dev"])]),
    .target(name: "CTraining"),
    .target(
      name: "Training",
      dependencies: [
        "Runtime", "Pictures", "Quantize", "COpenBLAS", "CTraining",
        .product(name: "Crypto", package: "swift-crypto"),
      ]),
    .systemLibrary(name: "CMPI", pkgConfig: "ompi-c", providers: [.apt(["libopenmpi-dev"])]),
    .target(
      name: "MPI",
      dependencies: ["Training", .target(name: "CMPI", condition: .when(traits: ["MPI"]))]),
    .executableTarget(
      name: "swiftlet-train",
      dependencies: [
        "Training", "MPI", "Quantize", "Pictures", "Runtime", "CPlatform",
        .product(name: "Crypto", package: "swift-crypto"),
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),

    .executableTarget(
      name: "CameraExample", dependencies: ["Pipeline", "Runtime"], path: "Examples/Camera"),

    .target(name: "CAllocationCounter", path: "Tests/CAllocationCounter"),
    .testTarget(
      name: "RuntimeTests", dependencies: ["Runtime", "CKernels", "CAllocationCounter"]),
    .testTarget(name: "QuantizeTests", dependencies: ["Quantize", "Runtime", "Pictures"]),
    .testTarget(name: "PicturesTests", dependencies: ["Pictures", "Runtime"]),
    .testTarget(
      name: "BundleTests",
      dependencies: [
        "Bundle", "Ed25519", "Runtime", .product(name: "Crypto", package: "swift-crypto"),
      ]),
    .testTarget(name: "CameraTests", dependencies: ["Camera", "CPlatform"]),
    .testTarget(
      name: "PipelineTests",
      dependencies: [
        "Pipeline", "Camera", "Runtime", "Pictures", "Quantize", "CAllocationCounter",
      ]),
    .testTarget(
      name: "RunnerTests",
      dependencies: ["swiftlet-run", "Pipeline", "Bundle", "Runtime", "CPlatform"]),
    .target(
      name: "TinyData",
      dependencies: [
        "Training", "Quantize", "CPNG", .product(name: "Crypto", package: "swift-crypto"),
      ], path: "Tests/TinyData"),
    .testTarget(
      name: "TrainingTests",
      dependencies: ["Training", "Quantize", "Pictures", "Runtime", "TinyData"]),
    .testTarget(name: "ServeTests", dependencies: ["Serve"]),
    .testTarget(name: "MQTTTests", dependencies: ["MQTT"]),
    .testTarget(name: "MPITests", dependencies: ["MPI", "Training"]),
    .testTarget(
      name: "CommandLineTests",
      dependencies: ["swiftlet", "swiftlet-train", "Runtime", "Pictures", "TinyData"]),
  ],
  swiftLanguageModes: [.v6],
  cLanguageStandard: .gnu11
)

// The fuzzers link libFuzzer, which brings a main of its own: scripts/fuzz builds them. All code is
// built with sanitizers then, so nothing is left in that they do not need.
if Context.environment["SWIFTLET_FUZZ"] != nil {
  let protobuf: Target.Dependency = .product(name: "SwiftProtobuf", package: "swift-protobuf")
  let settings: [SwiftSetting] = [
    .enableExperimentalFeature("Lifetimes"), .unsafeFlags(["-parse-as-library"]),
  ]
  package.products = []
  package.targets.removeAll { !["CKernels", "CPlatform", "Runtime"].contains($0.name) }
  package.targets += [
    .target(
      name: "Quantize", dependencies: ["Runtime", protobuf], exclude: ["Import/onnx.proto"],
      sources: [
        "Import", "Safetensors", "Graph", "Optimize", "Execute", "Calibrate/SeededGenerator.swift",
      ]),
    .systemLibrary(name: "CLibFuzzer", path: "Fuzz/CLibFuzzer"),
    .executableTarget(
      name: "VerifierFuzzer", dependencies: ["Runtime", "CLibFuzzer"],
      path: "Fuzz/VerifierFuzzer", swiftSettings: settings),
    .executableTarget(
      name: "ImporterFuzzer", dependencies: ["Quantize", "CLibFuzzer", protobuf],
      path: "Fuzz/ImporterFuzzer", swiftSettings: settings),
  ]
}

// Continuous integration builds with warnings as errors; a user's newer compiler may warn more.
if Context.environment["SWIFTLET_STRICT"] != nil {
  for target in package.targets where target.type != .system {
    target.swiftSettings = (target.swiftSettings ?? []) + [.treatAllWarnings(as: .error)]
    target.cSettings = (target.cSettings ?? []) + [.treatAllWarnings(as: .error)]
  }
}
