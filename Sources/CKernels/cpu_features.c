// SPDX-License-Identifier: Apache-2.0
#include "kernel_support.h"

#if defined(__x86_64__)

int swiftlet_isa_is_supported(swiftlet_isa isa) {
  __builtin_cpu_init();
  switch (isa) {
    case SWIFTLET_ISA_SCALAR:
      return 1;
    case SWIFTLET_ISA_AVX2:
      return __builtin_cpu_supports("avx2") != 0;
    case SWIFTLET_ISA_AVX512VNNI:
      return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
             __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512vnni");
    default:
      return 0;
  }
}

#elif defined(__linux__) && defined(__aarch64__)
#include <sys/auxv.h>

// Bits of AT_HWCAP and AT_HWCAP2 (linux/arch/arm64/include/uapi/asm/hwcap.h).
#define HWCAP_BIT_ASIMD (1ul << 1)
#define HWCAP_BIT_DOTPROD (1ul << 20)
#define HWCAP2_BIT_I8MM (1ul << 13)

int swiftlet_isa_is_supported(swiftlet_isa isa) {
  const unsigned long bits = getauxval(AT_HWCAP);
  const int has_neon = (bits & HWCAP_BIT_ASIMD) != 0;
  const int has_dotprod = has_neon && (bits & HWCAP_BIT_DOTPROD) != 0;
  switch (isa) {
    case SWIFTLET_ISA_SCALAR:
      return 1;
    case SWIFTLET_ISA_NEON:
      return has_neon;
    case SWIFTLET_ISA_DOTPROD:
      return has_dotprod;
    case SWIFTLET_ISA_I8MM:
      // Whoever runs i8mm kernels also runs those of dotprod.
      return has_dotprod && (getauxval(AT_HWCAP2) & HWCAP2_BIT_I8MM) != 0;
    default:
      return 0;
  }
}

#elif defined(__linux__) && defined(__arm__)
#include <sys/auxv.h>

// A bit of AT_HWCAP (linux/arch/arm/include/uapi/asm/hwcap.h).
#define HWCAP_BIT_NEON (1ul << 12)

int swiftlet_isa_is_supported(swiftlet_isa isa) {
  if (isa == SWIFTLET_ISA_NEON) return (getauxval(AT_HWCAP) & HWCAP_BIT_NEON) != 0;
  return isa == SWIFTLET_ISA_SCALAR;
}

#else

int swiftlet_isa_is_supported(swiftlet_isa isa) { return isa == SWIFTLET_ISA_SCALAR; }

#endif
