# SPDX-License-Identifier: Apache-2.0
# Builds static programs of the runtime as Embedded Swift. For scripts to source at the repository's
# root; they set `out`, the folder for the programs, and `program`, the Swift files beside the runtime.

toolchain=$(dirname "$(readlink -f "$(command -v swiftc)")")
modules=(-Xcc -fmodule-map-file=Examples/Embedded/CKernels.modulemap
  -Xcc -fmodule-map-file=Examples/Embedded/CPlatform.modulemap)
mapfile -t sources < <(find Sources/Runtime -name '*.swift' | sort)

# build NAME SWIFT_FLAGS -- CLANG_FLAGS
build() {
  local name=$1 swift_flags=() objects=() file
  shift
  while [[ $1 != "--" ]]; do swift_flags+=("$1"); shift; done
  shift
  "$toolchain/swiftc" -Osize -wmo -enable-experimental-feature Embedded \
    -enable-experimental-feature Lifetimes -Xfrontend -function-sections -parse-as-library \
    -swift-version 6 \
    -package-name swiftlet -module-name embedded "${modules[@]}" "${swift_flags[@]}" \
    "${sources[@]}" "${program[@]}" -c -o "$out/$name.o"
  for file in Sources/CKernels/*.c; do
    "$toolchain/clang" "$@" -O2 -std=gnu11 -ffunction-sections -fdata-sections \
      -ISources/CKernels/include -c "$file" -o "$out/$name-$(basename "$file").o"
    objects+=("$out/$name-$(basename "$file").o")
  done
  "$toolchain/clang" "$@" -fuse-ld=lld -static -Wl,--gc-sections -Wl,-s "$out/$name.o" \
    "${objects[@]}" -lm -lpthread -o "$out/$name"
}

build_x86_64() { build x86_64 --; }

build_arm64() {
  build arm64 -target aarch64-none-none-elf -Xcc -isystem -Xcc /usr/aarch64-linux-gnu/include \
    -Xcc -fPIC -Xcc -D__linux__=1 -- --target=aarch64-linux-gnu
}

build_armv7() {
  build armv7 -target armv7-none-none-eabi -Xcc -mfloat-abi=hard \
    -Xcc -isystem -Xcc /usr/arm-linux-gnueabihf/include -Xcc -fPIC -Xcc -D__linux__=1 -- \
    --target=armv7-linux-gnueabihf
}
