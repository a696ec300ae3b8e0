# SPDX-License-Identifier: Apache-2.0
# Builds static programs as Embedded Swift. For scripts to source at the repository's root. `build`
# and its friends make a program of the runtime; they want `out`, the folder for the programs, and
# `program`, the Swift files beside the runtime.

toolchain=$(dirname "$(readlink -f "$(command -v swiftc)")")
modules=(-Xcc -fmodule-map-file=Examples/Embedded/CKernels.modulemap
  -Xcc -fmodule-map-file=Examples/Embedded/CPlatform.modulemap)
mapfile -t sources < <(find Sources/Runtime -name '*.swift' | sort)
embedded_swift=(-Osize -wmo -enable-experimental-feature Embedded
  -enable-experimental-feature Lifetimes -Xfrontend -function-sections -parse-as-library
  -swift-version 6 -package-name swiftlet)
embedded_c=(-O2 -std=gnu11 -ffunction-sections -fdata-sections -fno-asynchronous-unwind-tables)
embedded_link=(-fuse-ld=lld -static -Wl,--gc-sections -Wl,--icf=all -Wl,--no-eh-frame-hdr -Wl,-s)

# Folders of headers in the place of those of the target's C library.
embedded_headers=()

# embedded_target NAME: what compiles for a processor, into
#   embedded_triple             the Swift library's name for it
#   swift_target, clang_target  flags of the compilers
#   debian_triple, debian_name  Debian's names for it
embedded_target() {
  local cpu=() flag
  case "$1" in
    x86_64)
      embedded_triple=x86_64-unknown-linux-gnu debian_triple=x86_64-linux-gnu debian_name=amd64 ;;
    arm64)
      embedded_triple=aarch64-none-none-elf debian_triple=aarch64-linux-gnu debian_name=arm64 ;;
    armv7)
      embedded_triple=armv7-none-none-eabi debian_triple=arm-linux-gnueabihf debian_name=armhf
      cpu=(-march=armv7-a -mfloat-abi=hard) ;;
    armv6)
      # Debian's armhf is ARMv7 code. Its armel runs on every ARM; floats travel in integer registers
      # and are computed by the floating-point unit all the same.
      embedded_triple=armv6-none-none-eabi debian_triple=arm-linux-gnueabi debian_name=armel
      cpu=(-mcpu=arm1176jzf-s -mfpu=vfpv2 -mfloat-abi=softfp) ;;
    *) echo "build: there is no processor '$1'" >&2; return 64 ;;
  esac
  clang_target=("--target=$debian_triple" "${cpu[@]}")
  swift_target=(-target "$embedded_triple")
  if [[ $embedded_triple != *linux* ]]; then
    cpu+=(-D__linux__=1 -fPIC)
  fi
  for flag in "${cpu[@]}"; do swift_target+=(-Xcc "$flag"); done
  if [[ $1 == armv* ]]; then
    # This pass writes a store's address back to r10, in which Swift's methods find `self` after a call.
    swift_target+=(-Xllvm -arm-load-store-opt=false)
  fi
  if ((${#embedded_headers[@]})); then
    clang_target+=(-nostdlibinc)
    swift_target+=(-Xcc -nostdlibinc)
    for flag in "${embedded_headers[@]}"; do
      clang_target+=(-isystem "$flag")
      swift_target+=(-Xcc -isystem -Xcc "$flag")
    done
  elif [[ -d /usr/$debian_triple/include ]]; then
    swift_target+=(-Xcc -isystem -Xcc "/usr/$debian_triple/include")
  fi
}

# build NAME TARGET
build() {
  local name=$1 objects=() file
  embedded_target "$2"
  "$toolchain/swiftc" "${embedded_swift[@]}" -module-name embedded "${modules[@]}" \
    "${swift_target[@]}" "${sources[@]}" "${program[@]}" -c -o "$out/$name.o"
  for file in Sources/CKernels/*.c; do
    "$toolchain/clang" "${clang_target[@]}" "${embedded_c[@]}" -ISources/CKernels/include \
      -c "$file" -o "$out/$name-$(basename "$file").o"
    objects+=("$out/$name-$(basename "$file").o")
  done
  "$toolchain/clang" "${clang_target[@]}" "${embedded_link[@]}" "$out/$name.o" "${objects[@]}" \
    -lm -lpthread -o "$out/$name"
}

build_x86_64() { build x86_64 x86_64; }
build_arm64() { build arm64 arm64; }
build_armv7() { build armv7 armv7; }
