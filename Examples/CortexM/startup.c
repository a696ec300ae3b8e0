// SPDX-License-Identifier: Apache-2.0
//
// What the chip does before and under the program: reset, faults, memory, a clock, and a way out for
// text and for the exit code: semihosting (Arm's "Semihosting for AArch32 and AArch64").
#include <errno.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include "cplatform.h"

// memory.ld
extern uint32_t stack_bottom[], stack_top[], bss_begin[], bss_end[], data_begin[], data_end[];
extern const uint32_t data_source[];
extern char heap_begin[], heap_end[];

int main(int count, char **arguments);

// MARK: semihosting

enum { SYS_OPEN = 0x01, SYS_WRITE = 0x05, SYS_EXIT_EXTENDED = 0x20 };

static int semihost(int operation, const void *argument) {
  register int r0 __asm__("r0") = operation;
  register const void *r1 __asm__("r1") = argument;
  __asm__ volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
  return r0;
}

int64_t swiftlet_write(int descriptor, const void *bytes, size_t byte_count) {
  static int terminal = -1;
  (void)descriptor;
  if (terminal < 0) {
    const uintptr_t opening[3] = {(uintptr_t)":tt", 4 /* "w" */, 3};
    terminal = semihost(SYS_OPEN, opening);
  }
  const uintptr_t writing[3] = {(uintptr_t)terminal, (uintptr_t)bytes, byte_count};
  return (int64_t)byte_count - semihost(SYS_WRITE, writing);
}

__attribute__((noreturn)) void _exit(int code) {
  const uintptr_t stop[2] = {0x20026 /* ADP_Stopped_ApplicationExit */, (uintptr_t)code};
  for (;;) semihost(SYS_EXIT_EXTENDED, stop);
}

__attribute__((noreturn)) static void stop(const char *text, int code) {
  swiftlet_write(1, text, strlen(text));
  _exit(code);
}

__attribute__((noreturn)) void abort(void) { stop("aborted\n", 4); }

// Swift's functions with buffers on the stack check it. A constant finds mistakes, not attacks.
uintptr_t __stack_chk_guard = 0x00ff0a0d;
__attribute__((noreturn)) void __stack_chk_fail(void);
void __stack_chk_fail(void) { stop("the stack was overwritten\n", 5); }

// MARK: stack and heap

enum { UNTOUCHED = 0x5aa5c33c };

size_t swiftlet_stack_byte_count(void) { return (size_t)((char *)stack_top - (char *)stack_bottom); }

size_t swiftlet_stack_peak(void) {
  const uint32_t *word = stack_bottom;
  while (word < stack_top && *word == UNTOUCHED) word++;
  return (size_t)((char *)stack_top - (const char *)word);
}

static char *heap_next = heap_begin;

size_t swiftlet_heap_byte_count(void) { return (size_t)(heap_end - heap_begin); }

// newlib's malloc takes more only where nothing free fits, and gives nothing back by itself.
size_t swiftlet_heap_peak(void) { return (size_t)(heap_next - heap_begin); }

void *_sbrk(ptrdiff_t byte_count) {
  if (byte_count > heap_end - heap_next) {
    errno = ENOMEM;
    return (void *)-1;
  }
  heap_next += byte_count;
  return heap_next - byte_count;
}

// Swift's allocations.
int posix_memalign(void **memory, size_t alignment, size_t byte_count) {
  *memory = memalign(alignment, byte_count);
  return *memory ? 0 : ENOMEM;
}

// MARK: the clock: SysTick counts down at 25 MHz and interrupts when it wraps.

#define SYST_CSR (*(volatile uint32_t *)0xe000e010)
#define SYST_RVR (*(volatile uint32_t *)0xe000e014)
#define SYST_CVR (*(volatile uint32_t *)0xe000e018)
enum { TICKS = 1 << 24, NANOSECONDS_OF_TICK = 40 };

static volatile uint32_t wraps;

static void tick(void) { wraps++; }

uint64_t swiftlet_nanoseconds(void) {
  uint32_t before, left;
  do {
    before = wraps;
    left = SYST_CVR;
  } while (before != wraps);
  return ((uint64_t)before * TICKS + (TICKS - 1 - left)) * NANOSECONDS_OF_TICK;
}

// MARK: reset and faults

#define CFSR (*(volatile uint32_t *)0xe000ed28)
#define BFAR (*(volatile uint32_t *)0xe000ed38)

__attribute__((noreturn)) static void start(void) {
  memcpy(data_begin, data_source, (size_t)((char *)data_end - (char *)data_begin));
  memset(bss_begin, 0, (size_t)((char *)bss_end - (char *)bss_begin));
  SYST_RVR = TICKS - 1;
  SYST_CVR = 0;
  SYST_CSR = 7;  // the processor's clock, the interrupt, on
  exit(main(0, NULL));
}

// Paints the stack before there is anything on it, and lets the floating-point unit be used (CPACR).
__attribute__((naked, noreturn)) void reset(void) {
  __asm__ volatile(
      "ldr r0, =stack_bottom\n\tldr r1, =stack_top\n\tldr r2, =%c0\n"
      "1:\tcmp r0, r1\n\tit lo\n\tstrlo r2, [r0], #4\n\tblo 1b\n\t"
      "ldr r0, =0xe000ed88\n\tldr r1, [r0]\n\torr r1, r1, #0xf00000\n\tstr r1, [r0]\n\tdsb\n\tisb\n\t"
      "b %c1"
      :
      : "i"(UNTOUCHED), "i"(start));
}

static char *hexadecimal(char *to, uint32_t value) {
  for (int shift = 28; shift >= 0; shift -= 4) *to++ = "0123456789abcdef"[value >> shift & 15];
  return to;
}

__attribute__((noreturn, used)) static void report_fault(void) {
  char text[] = "fault: CFSR 00000000, BFAR 00000000, stack peak 00000000 (see README.md)\n";
  hexadecimal(text + 12, CFSR);
  hexadecimal(text + 27, BFAR);
  hexadecimal(text + 48, swiftlet_stack_peak());
  stop(text, 3);
}

// The stack may be what has overflowed.
__attribute__((naked, noreturn)) static void fault(void) {
  __asm__ volatile("ldr r0, =stack_top\n\tmov sp, r0\n\tb %c0" : : "i"(report_fault));
}

__attribute__((section(".vectors"), used)) static void *const vectors[16] = {
    stack_top, reset, fault, fault, fault, fault, fault, NULL,
    NULL,      NULL,  NULL,  fault, fault, NULL,  fault, tick,
};
