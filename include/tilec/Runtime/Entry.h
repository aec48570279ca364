/*===- Entry.h - What objects say of their entries ----------------*- C -*-===//
 *
 * Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 *===----------------------------------------------------------------------===//
 *
 * An object that `tilec --emit=obj` or `--emit=shared` made holds, for each
 * entry NAME, a function NAME of type tilec_rt_entry and a constant NAME_info
 * of type tilec_rt_entry_info. The functions here check and run calls by that
 * constant; the header of `--emit=header` wraps them in typed functions. C11.
 *
 * "dims" are the values of an entry's dynamic names, in the order of
 * `symbols`. A function that returns an int32_t gives 0, or 1 after it has
 * described what is wrong in `error`, which may be null.
 *
 *===----------------------------------------------------------------------===*/

#ifndef TILEC_RUNTIME_ENTRY_H
#define TILEC_RUNTIME_ENTRY_H

#include "tilec/Runtime/Runtime.h"
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Changes with the layout of the structures below and with what compiled code
 * expects of this library. */
#define TILEC_RT_ENTRY_VERSION 1

/* The largest dynamic name, and extent, that a call may have. */
#define TILEC_RT_MAX_EXTENT ((int64_t)1 << 47)

enum { TILEC_RT_TENSOR = 0, TILEC_RT_SCALAR = 1 };
enum { TILEC_RT_IN = 0, TILEC_RT_OUT = 1, TILEC_RT_INOUT = 2 };

/* An extent: a sum of products of dynamic names. `terms` holds, for each term,
 * its coefficient, how many factors it has and the numbers of these names in
 * `symbols`. `text` is for people: "LAYERS*2048". */
typedef struct tilec_rt_dim {
  const char *text;
  const int64_t *terms;
  int64_t term_count;
} tilec_rt_dim;

typedef struct tilec_rt_parameter {
  const char *name;
  /* "BF16": the language's names. */
  const char *dtype;
  /* "row-major", or the name of a packed layout. */
  const char *layout;
  /* `rank` extents; those of the matrix where it is packed. */
  const tilec_rt_dim *shape;
  int32_t rank;
  int32_t kind;
  int32_t direction;
  int32_t element_bytes;
} tilec_rt_parameter;

/* The entry compiled for one processor. */
typedef struct tilec_rt_level {
  /* As `--cpu` names it. */
  const char *cpu;
  /* What tilec_rt_supports is asked. */
  const char *features;
  tilec_rt_entry function;
} tilec_rt_level;

typedef struct tilec_rt_entry_info {
  int32_t version; /* TILEC_RT_ENTRY_VERSION */
  int32_t parameter_count;
  int32_t symbol_count;
  int32_t level_count;
  const char *name;
  /* The documentation string of the entry, or "". */
  const char *doc;
  /* In the order of the source. */
  const tilec_rt_parameter *parameters;
  const char *const *symbols;
  /* Best first. */
  const tilec_rt_level *levels;
  /* What tilec_rt_entry_select has found; null until then. */
  tilec_rt_entry *selected;
  /* Scratch memory of each worker, for every level. */
  int64_t scratch_bytes;
} tilec_rt_entry_info;

/* An FP32 scalar as a tilec_rt_entry takes it. */
static inline int64_t tilec_rt_fp32_bits(float value) {
  uint32_t bits;
  memcpy(&bits, &value, sizeof(bits));
  return (int64_t)bits;
}

/* Whether this processor has all of these instruction sets: LLVM's names,
 * joined by commas. 0 for a name that this library does not know. */
int32_t tilec_rt_supports(const char *features);

/* The entry for the best level that this processor supports; null if there is
 * none. The environment variable TILEC_CPU names the level to take instead, as
 * for a measurement: null if the entry does not have it, or this processor does
 * not support it. The answer is kept: later calls cost a load. */
tilec_rt_entry tilec_rt_entry_select(const tilec_rt_entry_info *info);

/* Solves the dynamic names. `shapes` has an element for each parameter: its
 * extents, or null for scalars and for tensors that are yet to be made. `dims`
 * holds what is known before, and -1 elsewhere; all of it after success. An
 * error is a name that is negative, too large or determined by nothing, or a
 * shape that contradicts. */
int32_t tilec_rt_entry_solve(const tilec_rt_entry_info *info,
                             const int64_t *const *shapes, int64_t *dims,
                             tilec_rt_error *error);

/* Writes the extents of a tensor parameter (numbered as in `parameters`) into
 * `shape`. An error is one that is negative or too large, or a tensor of more
 * than 2^63 bytes. */
int32_t tilec_rt_entry_shape(const tilec_rt_entry_info *info, int32_t parameter,
                             const int64_t *dims, int64_t *shape,
                             tilec_rt_error *error);

/* The bytes of a tensor parameter, packed where it is; -1 after an error. */
int64_t tilec_rt_entry_bytes(const tilec_rt_entry_info *info, int32_t parameter,
                             const int64_t *dims, tilec_rt_error *error);

/* Packs a whole row-major matrix for a parameter that is packed, on the pool's
 * threads, into 64-byte aligned memory of tilec_rt_entry_bytes(). */
int32_t tilec_rt_entry_pack(const tilec_rt_entry_info *info, int32_t parameter,
                            const int64_t *dims, tilec_rt_pool *pool,
                            void *packed, const void *matrix,
                            tilec_rt_error *error);

/* Whether memory of `bytes` bytes, a file's contents perhaps, is what the
 * parameter wants. */
int32_t tilec_rt_entry_check_packed(const tilec_rt_entry_info *info,
                                    int32_t parameter, const int64_t *dims,
                                    const void *packed, int64_t bytes,
                                    tilec_rt_error *error);

/* Checks what tilec_rt_entry_call is given: no null pointer to a tensor that
 * has cells, each aligned to its element's size (to 64 bytes where it is
 * packed), extents that exist, no written tensor that overlaps another. Cells
 * are taken to be there: the memory's size cannot be seen from here. */
int32_t tilec_rt_entry_check(const tilec_rt_entry_info *info,
                             void *const *tensors, const int64_t *scalars,
                             tilec_rt_error *error);

/* Checks, selects and calls; `tensors` and `scalars` as a tilec_rt_entry takes
 * them. */
int32_t tilec_rt_entry_call(const tilec_rt_entry_info *info,
                            tilec_rt_pool *pool, void *const *tensors,
                            const int64_t *scalars, tilec_rt_error *error);

#ifdef __cplusplus
}
#endif

#endif /* TILEC_RUNTIME_ENTRY_H */
