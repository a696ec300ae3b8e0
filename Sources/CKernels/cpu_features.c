// SPDX-License-Identifier: Apache-2.0
//
// Which instruction sets this machine runs. What the processor or the system advertises is not
// believed blindly: a list of chips that are known to fault is consulted, and one instruction of
// the set is tried where a fault does no harm.
#include "kernel_support.h"

#if defined(__x86_64__)
#include <cpuid.h>

static void probe_avx2(void) {
  __asm__ volatile("vpaddb %%ymm0, %%ymm0, %%ymm0\n\tvzeroupper" ::: "xmm0");
}
static void probe_avxvnni(void) {
  __asm__ volatile("%{vex%} vpdpbusd %%ymm0, %%ymm0, %%ymm0\n\tvzeroupper" ::: "xmm0");
}
static void probe_avx512vnni(void) {
  __asm__ volatile("vpdpbusd %%zmm0, %%zmm0, %%zmm0\n\tvzeroupper" ::: "xmm0");
}

// CPUID.(EAX=7, ECX=1):EAX bit 4, which not every compiler's runtime library knows by name.
#define CPUID_BIT_AVXVNNI (1u << 4)

static int has_avxvnni(void) {
  unsigned a = 0, b, c, d;
  if (!__get_cpuid_count(7, 0, &a, &b, &c, &d) || a < 1) return 0;
  __cpuid_count(7, 1, a, b, c, d);
  return (a & CPUID_BIT_AVXVNNI) != 0;
}

static int is_advertised(swiftlet_isa isa) {
  __builtin_cpu_init();
  switch (isa) {
    case SWIFTLET_ISA_AVX2:
      return __builtin_cpu_supports("avx2") != 0;
    case SWIFTLET_ISA_AVXVNNI:
      // AVX2 says that the operating system saves the registers.
      return __builtin_cpu_supports("avx2") && has_avxvnni();
    case SWIFTLET_ISA_AVX512VNNI:
      return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
             __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512vnni");
    default:
      return 0;
  }
}

static int is_denied(swiftlet_isa isa) {
  (void)isa;
  return 0;
}

static swiftlet_probe probe_of(swiftlet_isa isa) {
  if (isa == SWIFTLET_ISA_AVX512VNNI) return probe_avx512vnni;
  return isa == SWIFTLET_ISA_AVXVNNI ? probe_avxvnni : probe_avx2;
}

#elif defined(__linux__) && defined(__aarch64__)
#include <sys/auxv.h>

// Bits of AT_HWCAP and AT_HWCAP2 (linux/arch/arm64/include/uapi/asm/hwcap.h).
#define HWCAP_BIT_ASIMD (1ul << 1)
#define HWCAP_BIT_DOTPROD (1ul << 20)
#define HWCAP2_BIT_I8MM (1ul << 13)

// As words, because a compiler for ARMv8.0 does not know the names: add v0.16b, v0.16b, v0.16b;
// sdot v0.4s, v0.16b, v0.16b; usmmla v0.4s, v0.16b, v0.16b.
static void probe_neon(void) { __asm__ volatile(".inst 0x4e208400" ::: "v0"); }
static void probe_dotprod(void) { __asm__ volatile(".inst 0x4e809400" ::: "v0"); }
static void probe_i8mm(void) { __asm__ volatile(".inst 0x4e80ac00" ::: "v0"); }

static int is_advertised(swiftlet_isa isa) {
  const unsigned long bits = getauxval(AT_HWCAP);
  const int has_neon = (bits & HWCAP_BIT_ASIMD) != 0;
  const int has_dotprod = has_neon && (bits & HWCAP_BIT_DOTPROD) != 0;
  switch (isa) {
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

// Chips that advertise dot products and fault on some, at times or on some of their cores: Spreadtrum
// SC9863A, Unisoc T310 alias UMS312, Samsung Exynos 9810.
static int is_denied(swiftlet_isa isa) {
  static const char *const chips[] = {"sc9863", "ums312", "t310", "exynos9810"};
  if (isa != SWIFTLET_ISA_DOTPROD && isa != SWIFTLET_ISA_I8MM) return 0;
  return swiftlet_chip_is_among(
      "/proc/device-tree/compatible", chips, sizeof chips / sizeof *chips);
}

static swiftlet_probe probe_of(swiftlet_isa isa) {
  if (isa == SWIFTLET_ISA_I8MM) return probe_i8mm;
  return isa == SWIFTLET_ISA_DOTPROD ? probe_dotprod : probe_neon;
}

#elif defined(__linux__) && defined(__arm__)
#include <sys/auxv.h>

// A bit of AT_HWCAP (linux/arch/arm/include/uapi/asm/hwcap.h).
#define HWCAP_BIT_NEON (1ul << 12)

// vadd.i8 q0, q0, q0 in ARM and in Thumb.
#if defined(__thumb__)
static void probe_neon(void) { __asm__ volatile(".inst.w 0xef000840" ::: "memory"); }
#else
static void probe_neon(void) { __asm__ volatile(".inst 0xf2000840" ::: "memory"); }
#endif

static int is_advertised(swiftlet_isa isa) {
  return isa == SWIFTLET_ISA_NEON && (getauxval(AT_HWCAP) & HWCAP_BIT_NEON) != 0;
}

static int is_denied(swiftlet_isa isa) {
  (void)isa;
  return 0;
}

static swiftlet_probe probe_of(swiftlet_isa isa) {
  (void)isa;
  return probe_neon;
}

#else

static int is_advertised(swiftlet_isa isa) {
  (void)isa;
  return 0;
}

static int is_denied(swiftlet_isa isa) { return is_advertised(isa); }

static swiftlet_probe probe_of(swiftlet_isa isa) {
  (void)isa;
  return 0;
}

#endif

int swiftlet_isa_is_supported(swiftlet_isa isa) {
  if (isa == SWIFTLET_ISA_SCALAR) return 1;
  return is_advertised(isa) && !is_denied(isa) && swiftlet_probe_runs(probe_of(isa));
}
