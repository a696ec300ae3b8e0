// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <mpi.h>

// The constants of mpi.h are addresses behind macros, which Swift does not import. Each function
// gives 0 or MPI's error code; one thread alone may call them.

// Begins. From then on errors are returned, where MPI would end the program.
static inline int swiftlet_mpi_start(int *_Nonnull rank, int *_Nonnull size) {
  int provided = 0;
  int code = MPI_Init_thread(NULL, NULL, MPI_THREAD_FUNNELED, &provided);
  if (code == MPI_SUCCESS) code = MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
  if (code == MPI_SUCCESS) code = MPI_Comm_rank(MPI_COMM_WORLD, rank);
  if (code == MPI_SUCCESS) code = MPI_Comm_size(MPI_COMM_WORLD, size);
  return code;
}

// Whether it has begun and not ended.
static inline int swiftlet_mpi_is_active(void) {
  int started = 0, ended = 0;
  MPI_Initialized(&started);
  MPI_Finalized(&ended);
  return started && !ended;
}

static inline int swiftlet_mpi_finish(void) { return MPI_Finalize(); }

static inline void swiftlet_mpi_abort(int code) { MPI_Abort(MPI_COMM_WORLD, code); }

// Adds up in process 0, then copies its sums: MPI_Allreduce may round differently in each process.
static inline int swiftlet_mpi_sum(
    void *_Nonnull values, int count, MPI_Datatype _Nonnull type, int rank) {
  int code = rank == 0
                 ? MPI_Reduce(MPI_IN_PLACE, values, count, type, MPI_SUM, 0, MPI_COMM_WORLD)
                 : MPI_Reduce(values, NULL, count, type, MPI_SUM, 0, MPI_COMM_WORLD);
  if (code == MPI_SUCCESS) code = MPI_Bcast(values, count, type, 0, MPI_COMM_WORLD);
  return code;
}

static inline int swiftlet_mpi_sum_floats(float *_Nonnull values, int count, int rank) {
  return swiftlet_mpi_sum(values, count, MPI_FLOAT, rank);
}

static inline int swiftlet_mpi_sum_doubles(double *_Nonnull values, int count, int rank) {
  return swiftlet_mpi_sum(values, count, MPI_DOUBLE, rank);
}

// What a code means. `text` has room for MPI_MAX_ERROR_STRING, at most 512 bytes.
static inline void swiftlet_mpi_message(int code, char *_Nonnull text) {
  int length = 0;
  if (MPI_Error_string(code, text, &length) != MPI_SUCCESS) text[0] = 0;
}
_Static_assert(MPI_MAX_ERROR_STRING <= 512, "swiftlet_mpi_message's text is too short");
