# SPDX-License-Identifier: Apache-2.0
# Builds Examples/CortexM for a Cortex-M7 with its model and pictures in flash. For scripts to source
# at the repository's root, behind Examples/Embedded/build.bash.

cortex_cpu=(-mcpu=cortex-m7 -mfloat-abi=hard -mfpu=fpv5-sp-d16)
cortex_clang=(--target=armv7em-none-none-eabi "${cortex_cpu[@]}" -isystem /usr/include/newlib)
# The last one: see embedded_target.
cortex_swift=(-target armv7em-none-none-eabi -Xcc -isystem -Xcc /usr/include/newlib
  -Xcc -fmodule-map-file=Examples/Embedded/CKernels.modulemap
  -Xcc -fmodule-map-file=Examples/CortexM/CPlatform.modulemap
  -Xllvm -arm-load-store-opt=false)
for flag in "${cortex_cpu[@]}"; do cortex_swift+=(-Xcc "$flag"); done

# link_files FILE...: assembly with the bytes of the files and the table of cplatform.h.
link_files() {
  local file index=0
  echo '.section .files,"a",%progbits'
  for file in "$@"; do
    printf '.balign 64\nbegin_%d: .incbin "%s"\nend_%d:\nname_%d: .asciz "%s"\n' \
      "$index" "$file" "$index" "$index" "$(basename "$file")"
    index=$((index + 1))
  done
  printf '.balign 4\n.globl swiftlet_files\nswiftlet_files:\n'
  for ((file = 0; file < index; file++)); do
    printf '.word name_%d, begin_%d, end_%d\n' "$file" "$file" "$file"
  done
  echo '.word 0, 0, 0'
}

# build_cortex_m7 OUT FILE...: the program OUT of the FILES, a model called model.swiftlet among them.
build_cortex_m7() {
  local program=$1 file objects=() libraries
  shift
  "$toolchain/swiftc" "${embedded_swift[@]}" -module-name embedded "${cortex_swift[@]}" \
    "${sources[@]}" Tests/Kernels/PictureReport.swift Examples/CortexM/CortexM.swift \
    -c -o "$program.swift.o"
  link_files "$@" >"$program.files.S"
  for file in Sources/CKernels/*.c Examples/CortexM/startup.c "$program.files.S"; do
    "$toolchain/clang" "${cortex_clang[@]}" "${embedded_c[@]}" -ISources/CKernels/include \
      -IExamples/CortexM/platform -Wall -Wextra -Werror -c "$file" -o "$program.$(basename "$file").o"
    objects+=("$program.$(basename "$file").o")
  done
  # newlib and libgcc for this processor and its way to pass floats.
  mapfile -t libraries < <(for file in libm.a libc_nano.a libgcc.a; do
    arm-none-eabi-gcc -mthumb "${cortex_cpu[@]}" -print-file-name="$file"
  done)
  "$toolchain/clang" "${cortex_clang[@]}" -fuse-ld=lld -nostdlib -Wl,--gc-sections -Wl,--icf=all \
    -Wl,-T,Examples/CortexM/memory.ld -Wl,-Map="$program.map" "$program.swift.o" "${objects[@]}" \
    -Wl,--start-group "${libraries[@]}" -Wl,--end-group -o "$program"
}
