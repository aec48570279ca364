/*===- tilec.h - The C interface of the tilec library -------------*- C -*-===//
 *
 * Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 *===----------------------------------------------------------------------===//
 *
 * Compiles `.tile` programs inside a host program and calls their entries.
 * C11; every function may be called from any language with a C interface.
 *
 * Ownership. A function named `..._create` or `tilec_compile_...` hands out an
 * object that its caller destroys with the function named `..._destroy`;
 * destroying null does nothing. Every other pointer that is returned is
 * borrowed: it lives as long as the object it was asked of.
 *
 * Errors. What can fail returns a tilec_status, and on failure hands out a
 * tilec_error through its last parameter, which may be null. On failure all
 * other results are left as they were. Nothing prints, exits, or throws. The
 * compiler is loaded at the first use; without it, functions that return a
 * status give TILEC_UNAVAILABLE, and all others 0 or null.
 *
 * Threads. Different objects may be used from different threads at once. A
 * module, its entries, a pool, a weight that is complete, and a cancel token
 * may be shared by threads without a lock; options and a weight that is being
 * filled may not.
 *
 * Binary compatibility. Structures that the library hands out, and those that
 * begin with `struct_size`, may grow at their end; enumerators may be added;
 * nothing else changes as long as TILEC_ABI_VERSION stays the same. Set
 * `struct_size` to sizeof the structure: fields that it does not cover have
 * the value 0.
 *
 *===----------------------------------------------------------------------===*/

#ifndef TILEC_C_TILEC_H
#define TILEC_C_TILEC_H

#include <dlpack/dlpack.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define TILEC_API __attribute__((visibility("default")))
#else
#define TILEC_API
#endif

#define TILEC_ABI_VERSION 1

/* TILEC_ABI_VERSION as the loaded library has it. */
TILEC_API int32_t tilec_abi_version(void);

/* The version of the loaded library, such as "0.1.0". Static storage. */
TILEC_API const char *tilec_version(void);

/*===----------------------------------------------------------------------===*
 * Errors and diagnostics
 *===----------------------------------------------------------------------===*/

typedef enum tilec_status {
  TILEC_OK = 0,
  /* The arguments of the function do not fit: a null pointer, an unknown name,
   * a tensor of the wrong shape, ... */
  TILEC_INVALID_ARGUMENT = 1,
  /* The program is wrong; the diagnostics say where. */
  TILEC_PROGRAM_REJECTED = 2,
  /* A check of the program failed in a call: an assertion, a bound, memory for
   * its storage, ... */
  TILEC_CALL_FAILED = 3,
  TILEC_CANCELLED = 4,
  TILEC_OUT_OF_MEMORY = 5,
  /* The compiler is to blame. */
  TILEC_INTERNAL_ERROR = 6,
  /* The compiler could not be loaded: an incomplete installation. */
  TILEC_UNAVAILABLE = 7
} tilec_status;

typedef enum tilec_severity {
  TILEC_ERROR = 0,
  TILEC_WARNING = 1,
  TILEC_NOTE = 2
} tilec_severity;

typedef struct tilec_diagnostic {
  tilec_severity severity;
  /* 1-based. `file` is "" and both are 0 where there is no place. */
  int32_t line, column;
  const char *file;
  const char *message;
  /* As the command line prints it: place, severity and message, then the
   * source line with a caret under it. The last is missing for a call. */
  const char *rendered;
} tilec_diagnostic;

typedef struct tilec_error tilec_error;

TILEC_API tilec_status tilec_error_status(const tilec_error *error);
/* The whole text: of all diagnostics where there are some. */
TILEC_API const char *tilec_error_message(const tilec_error *error);
TILEC_API size_t tilec_error_diagnostic_count(const tilec_error *error);
/* Null where `index` is too large. */
TILEC_API const tilec_diagnostic *
tilec_error_diagnostic(const tilec_error *error, size_t index);
TILEC_API void tilec_error_destroy(tilec_error *error);

/*===----------------------------------------------------------------------===*
 * Compiling
 *===----------------------------------------------------------------------===*/

typedef struct tilec_options tilec_options;

/* The defaults: the host's processor, -O3, bounds checks, every entry, the
 * object cache as the environment says. Null: out of memory, or no compiler. */
TILEC_API tilec_options *tilec_options_create(void);
TILEC_API void tilec_options_destroy(tilec_options *options);

/* Sets an option by its name on the command line, without the dashes:
 *
 *   cpu            a processor, "native" by default
 *   features       "+avx2,-fma", added to the processor's
 *   opt-level      "0" to "3"
 *   entry          the only entry to compile; "": all
 *   bounds-checks  "on" or "off", at the author's risk
 *   check-races    "on" or "off": loops that are not proven independent test
 *                  themselves
 *   debug-info     "on" or "off": line tables for debuggers
 *   cache          "on" or "off"
 *   cache-dir      the folder of the object cache
 *   cache-size     its bound, such as "512M"
 *
 * An unknown name, or a value that is none, is TILEC_INVALID_ARGUMENT, and
 * leaves the options as they were. */
TILEC_API tilec_status tilec_options_set(tilec_options *options,
                                         const char *name, const char *value,
                                         tilec_error **error);

/* Sets the value of a constant of the main file, as `-D` does. Whether the
 * program has it shows when it is compiled. The last value counts. */
TILEC_API tilec_status tilec_options_define(tilec_options *options,
                                            const char *name, const char *value,
                                            tilec_error **error);

/* Adds a folder that imports are looked for in, after those added before. */
TILEC_API tilec_status tilec_options_add_import_dir(tilec_options *options,
                                                    const char *folder,
                                                    tilec_error **error);

typedef struct tilec_module tilec_module;

/* Compiles a file for the machine that runs this, or takes it from the object
 * cache. `options` may be null: the defaults. A file that cannot be read is
 * TILEC_PROGRAM_REJECTED; a processor that this machine is not, and an
 * environment variable of the cache that is not understood, are
 * TILEC_INVALID_ARGUMENT. */
TILEC_API tilec_status tilec_compile_file(const char *path,
                                          const tilec_options *options,
                                          tilec_module **module,
                                          tilec_error **error);

/* Compiles `length` bytes of UTF-8 text, which diagnostics call `name`;
 * imports are looked for in the folder of `name` and in the import folders. */
TILEC_API tilec_status tilec_compile_text(const char *text, size_t length,
                                          const char *name,
                                          const tilec_options *options,
                                          tilec_module **module,
                                          tilec_error **error);

/* No call of an entry may be under way. Weights made for it stay valid. */
TILEC_API void tilec_module_destroy(tilec_module *module);

/* What the compiler warned of. */
TILEC_API size_t tilec_module_diagnostic_count(const tilec_module *module);
TILEC_API const tilec_diagnostic *
tilec_module_diagnostic(const tilec_module *module, size_t index);

/*===----------------------------------------------------------------------===*
 * Signatures
 *===----------------------------------------------------------------------===*/

typedef struct tilec_entry tilec_entry;

typedef enum tilec_dtype {
  TILEC_FP32 = 0,
  TILEC_BF16 = 1,
  TILEC_FP16 = 2,
  TILEC_INT8 = 3,
  TILEC_UINT8 = 4,
  TILEC_INT16 = 5,
  TILEC_UINT16 = 6,
  TILEC_INT32 = 7,
  TILEC_UINT32 = 8,
  TILEC_INT64 = 9,
  TILEC_INDEX = 10, /* 64 bits, signed */
  TILEC_BOOL = 11   /* a byte, 0 or 1; others give unspecified results */
} tilec_dtype;

typedef enum tilec_direction {
  TILEC_IN = 0,
  TILEC_OUT = 1,
  TILEC_INOUT = 2
} tilec_direction;

typedef struct tilec_parameter {
  const char *name;
  tilec_dtype dtype;
  /* TILEC_IN for scalars. */
  tilec_direction direction;
  /* 1 for a scalar; the fields below are of tensors. */
  int32_t is_scalar;
  /* 1 for a weight: constant between calls. */
  int32_t is_weight;
  int32_t rank;
  /* `rank` texts, such as "16", "B" or "LAYERS * 5120". */
  const char *const *shape;
  /* `rank` extents; -1 where the extent is not the same for all calls. */
  const int64_t *extents;
  /* "row-major", or the layout in which compiled code takes a weight, and the
   * hash in the header of memory that has it. */
  const char *layout;
  uint64_t layout_hash;
} tilec_parameter;

TILEC_API size_t tilec_module_entry_count(const tilec_module *module);
/* Null where `index` is too large. */
TILEC_API const tilec_entry *tilec_module_entry(const tilec_module *module,
                                                size_t index);
/* Null where there is none of that name. */
TILEC_API const tilec_entry *tilec_module_find(const tilec_module *module,
                                               const char *name);

TILEC_API const char *tilec_entry_name(const tilec_entry *entry);
/* Scratch memory that each thread of a call takes, in bytes. */
TILEC_API int64_t tilec_entry_scratch_bytes(const tilec_entry *entry);
TILEC_API size_t tilec_entry_parameter_count(const tilec_entry *entry);
/* In the order of the source. Null where `index` is too large. */
TILEC_API const tilec_parameter *tilec_entry_parameter(const tilec_entry *entry,
                                                       size_t index);
/* The names that `dynamic` declares and the shapes use. */
TILEC_API size_t tilec_entry_symbol_count(const tilec_entry *entry);
TILEC_API const char *tilec_entry_symbol(const tilec_entry *entry,
                                         size_t index);

/* How DLPack writes a dtype. A BOOL is a UINT8, an INDEX an INT64. */
TILEC_API DLDataType tilec_dtype_to_dlpack(tilec_dtype dtype);

/*===----------------------------------------------------------------------===*
 * Threads
 *===----------------------------------------------------------------------===*/

typedef struct tilec_pool tilec_pool;

/* A pool for calls of `threads` threads, the calling one included; 0: as many
 * as the process can keep busy. Its threads start with the first call that
 * wants them, and are not bound to processors. */
TILEC_API tilec_status tilec_pool_create(int32_t threads, tilec_pool **pool,
                                         tilec_error **error);

/* Threads of the host. */
typedef struct tilec_executor {
  size_t struct_size;
  void *context;
  /* The most tasks that make progress at once; at least 1. */
  int32_t threads;
  /* Runs task(data, index) for each index 0 .. count-1, on any threads, in any
   * order, at once or one after another, and returns when all have returned.
   * `count` is at most `threads`. Must not throw. May be called from several
   * threads at once. */
  void (*run)(void *context, void (*task)(void *data, int32_t index),
              void *data, int32_t count);
} tilec_executor;

/* A pool that runs on the host's threads. `executor` is copied; what it points
 * to outlives the pool. */
TILEC_API tilec_status tilec_pool_create_external(
    const tilec_executor *executor, tilec_pool **pool, tilec_error **error);

TILEC_API int32_t tilec_pool_threads(const tilec_pool *pool);
/* No call may be under way. */
TILEC_API void tilec_pool_destroy(tilec_pool *pool);

typedef struct tilec_cancel_token tilec_cancel_token;

/* Null: out of memory. */
TILEC_API tilec_cancel_token *tilec_cancel_token_create(void);
/* No call that was given it may be under way. */
TILEC_API void tilec_cancel_token_destroy(tilec_cancel_token *token);
/* Stops the calls that were given the token, before their next scope, and all
 * that are given it later. From any thread, any number of times. */
TILEC_API void tilec_cancel(tilec_cancel_token *token);

/*===----------------------------------------------------------------------===*
 * Weights
 *===----------------------------------------------------------------------===*
 *
 * A weight is memory in the layout in which compiled code takes a parameter. It
 * works for each parameter of the same layout, whatever module that is of, and
 * for parameters that are not packed, too. */

typedef struct tilec_weight tilec_weight;

/* Told of the rows that are packed, of all; called in the calling thread. */
typedef void (*tilec_progress)(void *context, int64_t rows, int64_t all_rows);

/* A weight for the parameter of that name, which no call writes, filled from a
 * row-major tensor.
 * `pool` may be null: the library's own; so may `progress`. */
TILEC_API tilec_status tilec_weight_create(
    const tilec_entry *entry, const char *parameter, const DLTensor *tensor,
    tilec_pool *pool, tilec_progress progress, void *progress_context,
    tilec_weight **weight, tilec_error **error);

/* A weight of a shape of `rank` extents that is still to be filled with
 * tilec_weight_fill. */
TILEC_API tilec_status tilec_weight_create_empty(
    const tilec_entry *entry, const char *parameter, const int64_t *shape,
    size_t rank, tilec_weight **weight, tilec_error **error);

/* Takes the next rows (indices of dimension 0): `rows` has the parameter's
 * dtype and, but for the number of rows, the weight's shape. Every part but the
 * last has a multiple of tilec_weight_row_step() rows. */
TILEC_API tilec_status tilec_weight_fill(tilec_weight *weight,
                                         const DLTensor *rows, tilec_pool *pool,
                                         tilec_error **error);
TILEC_API int64_t tilec_weight_row_step(void);

/* What to pass in calls, and to keep in a file: the row-major tensor, or the
 * packed storage as bytes (UINT8, rank 1). Null as long as rows are missing. */
TILEC_API const DLTensor *tilec_weight_tensor(const tilec_weight *weight);
TILEC_API void tilec_weight_destroy(tilec_weight *weight);

/*===----------------------------------------------------------------------===*
 * Calls
 *===----------------------------------------------------------------------===*/

/* The argument for one parameter: a tensor, or a scalar's value. */
typedef struct tilec_argument {
  /* For a tensor parameter: on the CPU, of the parameter's dtype and shape,
   * contiguous in row-major order, aligned to its elements, not null unless
   * it is empty. `strides` may be null. For a packed parameter: the packed
   * storage as a contiguous tensor of rank 1, of UINT8 or INT64, aligned to
   * 64 bytes. A tensor that the entry writes overlaps no other. Null for a
   * scalar. */
  const DLTensor *tensor;
  /* For a scalar parameter of an integer dtype, or BOOL. It must fit. `number`
   * is 0 or the same value then. */
  int64_t integer;
  /* For a scalar parameter of FP32, BF16 or FP16; rounded to it. If it is 0,
   * so is `integer`. */
  double number;
} tilec_argument;

/* The value of a symbol that no argument's shape tells. */
typedef struct tilec_dim {
  const char *symbol;
  int64_t value;
} tilec_dim;

typedef struct tilec_call_options {
  size_t struct_size;
  /* Null: the library's own, of as many threads as the process can keep busy,
   * which all such calls share. */
  tilec_pool *pool;
  /* Null: the call cannot be cancelled. */
  const tilec_cancel_token *cancel;
  const tilec_dim *dims;
  size_t dim_count;
} tilec_call_options;

/* Calls an entry with an argument for each parameter, in their order. Checks
 * them all first: no memory but the tensors' is touched. After a failure the
 * contents of the tensors that the entry writes are unspecified. `options` may
 * be null. Several calls may run at once, of one entry too. */
TILEC_API tilec_status tilec_call(const tilec_entry *entry,
                                  const tilec_argument *arguments, size_t count,
                                  const tilec_call_options *options,
                                  tilec_error **error);

/* The shape that the tensor of a parameter must have (that of the matrix where
 * it is packed): to make one that the entry writes. `arguments` may lack
 * tensors (null) as long as the others and `options->dims` tell the symbols of
 * its shape. `shape` has room for as many extents as the parameter's rank. */
TILEC_API tilec_status tilec_entry_shape(const tilec_entry *entry,
                                         const char *parameter,
                                         const tilec_argument *arguments,
                                         size_t count,
                                         const tilec_call_options *options,
                                         int64_t *shape, tilec_error **error);

#ifdef __cplusplus
}
#endif

#endif /* TILEC_C_TILEC_H */
