// SPDX-License-Identifier: Apache-2.0
import COpenBLAS
import CTraining
import Glibc

/// Which of OpenBLAS's kernels multiply matrices.
public enum MatrixKernels {
  /// The processor that OpenBLAS takes this one for.
  public static var name: String {
    guard let name = openblas_get_corename() else { return "unknown" }
    return String(cString: name)
  }

  /// Starts the program again, once, with OpenBLAS's AVX-512 kernels, where the processor has
  /// AVX-512 and OpenBLAS does not know it: it then takes newer processors for a Haswell.
  ///
  /// OpenBLAS chooses when it is loaded, and only its environment can tell it. A choice of the
  /// user's, in OPENBLAS_CORETYPE, stands. To be called before anything else is done. Where it
  /// fails, the program goes on as it is.
  public static func chooseWidest() {
    guard getenv("OPENBLAS_CORETYPE") == nil, ["Haswell", "Zen"].contains(name),
      swiftlet_has_avx512()
    else { return }
    setenv("OPENBLAS_CORETYPE", "SKYLAKEX", 1)
    let pointers = CommandLine.arguments.map { strdup($0) } + [nil]
    execv("/proc/self/exe", pointers)
    unsetenv("OPENBLAS_CORETYPE")
    for pointer in pointers { free(pointer) }
  }
}
