#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Counts the instructions of the inner loops of compiled kernels.

An inner loop is a backward branch with no other one inside. Of each that multiplies bytes: its
instructions, multiply-accumulates, and accesses to the stack (spilled registers).

usage: count_instructions.py OBJDUMP OBJECT [SYMBOL_SUBSTRING]
example: count_instructions.py llvm-objdump convolution_quad_neon.o
"""
import re
import subprocess
import sys

# Multiply-accumulates of one instruction; of words instead of bytes half as many.
PRODUCTS = {
    "smull": 8, "smull2": 8, "smlal": 8, "smlal2": 8, "umull": 8, "umlal": 8,
    "sdot": 16, "udot": 16, "usdot": 16, "sudot": 16, "smmla": 32, "ummla": 32, "usmmla": 32,
    "smlsl": 8, "smlsl2": 8, "vmull.s8": 8, "vmlal.s8": 8, "vmlsl.s8": 8,
    "vmull.s16": 4, "vmlal.s16": 4,
}


def functions(objdump, path):
    """Yields (name, [(address, mnemonic, operands)])."""
    text = subprocess.run([objdump, "-d", "--no-show-raw-insn", path], check=True,
                          capture_output=True, text=True).stdout
    name, body = None, []
    for line in text.splitlines():
        if match := re.match(r"[0-9a-f]+ <(.+)>:$", line):
            if name:
                yield name, body
            name, body = match[1], []
        elif match := re.match(r"\s*([0-9a-f]+):\s+(\S+)\s*(.*)$", line):
            body.append((int(match[1], 16), match[2], match[3]))
    if name:
        yield name, body


def inner_loops(body):
    """Yields the instructions of each innermost loop."""
    index = {address: i for i, (address, _, _) in enumerate(body)}
    loops = []
    for i, (address, mnemonic, operands) in enumerate(body):
        is_branch = re.match(r"(b|b\.\w+|b(eq|ne|lo|hi|ls|hs|lt|gt|le|ge|cc|cs)|cbn?z|tbn?z)$",
                             mnemonic)
        target = re.search(r"0x([0-9a-f]+)", operands) if is_branch else None
        target = index.get(int(target[1], 16)) if target else None
        if target is not None and target <= i:
            loops.append((target, i))
    for begin, end in loops:
        if not any((a, b) != (begin, end) and begin <= a and b <= end for a, b in loops):
            yield body[begin:end + 1]


def products(mnemonic, operands):
    base = mnemonic.split(".")[0] if not mnemonic.startswith("v") else mnemonic
    if base.startswith(("smull", "smlal", "umull", "umlal")) and "b" not in operands:
        return 4 if "." in operands or "." in mnemonic else 0  # else of general registers
    return PRODUCTS.get(base, 0)


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    wanted = sys.argv[3] if len(sys.argv) > 3 else ""
    print("instructions       MACs    per MAC  stack  function")
    for name, body in functions(sys.argv[1], sys.argv[2]):
        if wanted not in name:
            continue
        seen = set()
        for loop in inner_loops(body):
            macs = sum(products(mnemonic, operands) for _, mnemonic, operands in loop)
            stack = sum("[sp" in operands or "[r7" in operands for _, _, operands in loop)
            row = (len(loop), macs, stack)
            if macs and row not in seen:
                seen.add(row)
                print(f"{row[0]:12} {macs:10} {row[0] / macs:10.4f} {stack:6}  {name}")


if __name__ == "__main__":
    main()
