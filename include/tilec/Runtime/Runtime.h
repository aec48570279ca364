/*===- Runtime.h - What compiled code needs at run time -----------*- C -*-===//
 *
 * Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 *===----------------------------------------------------------------------===//
 *
 * The run-time library: a thread pool, scratch memory, located failures and
 * measurements. A C11 interface that depends on libc and pthreads only. It has
 * two sides: compiled code calls the functions that take a `tilec_rt_worker`;
 * whoever runs compiled code makes a pool and calls `tilec_rt_call`.
 *
 *===----------------------------------------------------------------------===*/

#ifndef TILEC_RUNTIME_RUNTIME_H
#define TILEC_RUNTIME_RUNTIME_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/*===----------------------------------------------------------------------===*
 * The side of compiled code
 *===----------------------------------------------------------------------===*/

/* The core that runs a piece of compiled code. Only these fields are part of
 * the binary interface; more follow that belong to the run-time library. */
typedef struct tilec_rt_worker {
  /* Offset 0. The worker's arena, 64-byte aligned, at least the entry's
   * declared scratch size, of unspecified contents. No other worker uses it.
   * A loop body shares it with the code around the loop when both run on the
   * same worker, so storage that lives across a loop keeps its own offset. */
  char *scratch;
  /* Offset 8. Not 0 once the worker shall stop: something failed, or the call
   * was cancelled. Only the run-time library writes it, with atomic operations
   * and perhaps from another thread: whoever reads it does so with a relaxed
   * atomic load (LLVM's `monotonic`). Compiled code polls it after every scope
   * and every tilec_rt_parallel_for, and returns early. */
  int32_t failed;
} tilec_rt_worker;

/* A compiled entry. `tensors` holds the data pointers of the tensor parameters
 * in their order; `scalars` the scalar parameters in their order (bit
 * patterns; an FP32 in the low 32 bits), then the dynamic names. */
typedef void (*tilec_rt_entry)(tilec_rt_worker *worker, void *const *tensors,
                               const int64_t *scalars);

/* One iteration of a parallel loop. */
typedef void (*tilec_rt_body)(tilec_rt_worker *worker, void *env,
                              int64_t iteration);

/* A place in a source file at which a check may fail. In the message `{0}` to
 * `{7}` stand for the values given to tilec_rt_fail. Static storage. */
typedef struct tilec_rt_site {
  const char *file;
  int32_t line;
  int32_t column;
  const char *message;
} tilec_rt_site;

/* Runs `body` once for each iteration 0 .. count-1, on all workers of the pool
 * that are free, and returns when all are done. Workers take iterations in
 * ascending order, a part of those left over at a time (1 in 4 times the number
 * of workers), single ones at the end. Everything written before the
 * call is visible to the bodies, everything the bodies wrote is visible after
 * it. A loop inside a body runs on the body's worker, in order. When
 * iterations fail, those below the lowest failing one have all run, later ones
 * may not have, and the failure that is kept is that of the lowest. The first
 * iteration that a cancelled call does not finish counts as one that failed.
 * Does nothing on a worker that has failed, and for a count below 1. */
void tilec_rt_parallel_for(tilec_rt_worker *worker, tilec_rt_body body,
                           void *env, int64_t count);

/* Records a failure and sets `worker->failed`. Only the first of a worker's
 * iteration counts, and none does on a worker that was cancelled before.
 * `count` is at most 8; the values are copied. */
void tilec_rt_fail(tilec_rt_worker *worker, const tilec_rt_site *site,
                   int64_t count, const int64_t *values);

/* 64-byte aligned storage of unspecified contents, from a stack of the worker.
 * A negative number of bytes, or one that memory cannot hold, is a failure.
 * It lives until the end of the iteration of tilec_rt_parallel_for, or of the
 * call, in which it was allocated, unless it is released before. The pool keeps
 * the memory: a later call that needs no more of it allocates nothing. Null
 * only after a failure has been recorded. */
void *tilec_rt_alloc(tilec_rt_worker *worker, int64_t bytes);

/* Ends the life of all storage that tilec_rt_alloc has given to this worker
 * since tilec_rt_mark returned `mark`. */
int64_t tilec_rt_mark(tilec_rt_worker *worker);
void tilec_rt_release(tilec_rt_worker *worker, int64_t mark);

/* Bracket a scope; `scope` numbers it from 0. They cost a load and a branch
 * when the call is not profiled. Scopes may nest; an outer one includes its
 * inner ones. */
void tilec_rt_scope_enter(tilec_rt_worker *worker, int32_t scope);
void tilec_rt_scope_leave(tilec_rt_worker *worker, int32_t scope);

/* Counts bytes read from tensors and floating-point operations: for the call,
 * and for the innermost scope that the worker is in. Only code compiled to be
 * measured calls it. */
void tilec_rt_count(tilec_rt_worker *worker, int64_t bytes_read, int64_t flop);

/*===----------------------------------------------------------------------===*
 * The side of whoever runs compiled code
 *===----------------------------------------------------------------------===*/

/* The threads and the scratch memory that calls share. */
typedef struct tilec_rt_pool tilec_rt_pool;

/* How a call ended. */
enum { TILEC_RT_DONE = 0, TILEC_RT_FAILED = 1, TILEC_RT_CANCELLED = 2 };

/* What stopped a call. The file name is static storage of the compiled code:
 * copy it before unloading that. It is "" and the line 0 where the failure has
 * no place in a source file (out of memory, a cancelled call). */
typedef struct tilec_rt_error {
  const char *file;
  int32_t line;
  int32_t column;
  char message[496];
} tilec_rt_error;

/* What a call counts. The caller sets the last five fields,
 * the call sets the others. */
typedef struct tilec_rt_measurements {
  int64_t parallel_regions; /* outermost loops entered that had iterations */
  int64_t chunks;           /* pieces in which workers took their iterations */
  int64_t alloc_bytes;      /* peaks of tilec_rt_alloc, of all workers */
  int64_t scratch_bytes;    /* scratch of all workers that could take part */
  int64_t bytes_read;       /* sums of tilec_rt_count */
  int64_t flop;
  /* Added to: seconds of scope s on worker w (0 is the calling thread, or who
   * runs task 0 of a host's executor) at [w * scope_count + s]. Null: no
   * profile. `worker_count` is at least tilec_rt_pool_threads(). */
  double *scope_seconds;
  /* Added to, laid out alike: what tilec_rt_count was told. May be null. */
  int64_t *scope_bytes;
  int64_t *scope_flop;
  int32_t scope_count;
  int32_t worker_count;
} tilec_rt_measurements;

/* The processors that the calling thread may use, by the numbers that Linux
 * gives them: first one of each physical core, then the second ones of cores
 * that have two, and so on, each time in ascending order. Writes at most
 * `capacity` of them into `processors` and the number of cores into `cores`,
 * which may be null. Returns how many there are; 0 if that is not to be read.
 */
int32_t tilec_rt_processors(int32_t *processors, int32_t capacity,
                            int32_t *cores);

/* The number of threads that the calling thread can keep busy: its affinity
 * mask's physical cores (processors, where the system does not tell of cores),
 * cut to its control group's processor quota; at least 1. */
int32_t tilec_rt_default_threads(void);

/* How a pool is made. All zero but the size: as tilec_rt_pool_create(0). */
typedef struct tilec_rt_pool_options {
  size_t size;     /* sizeof(tilec_rt_pool_options) */
  int32_t threads; /* as for tilec_rt_pool_create */
  /* The processors that the workers run on: the pool's thread w (1 ..
   * threads-1) is pinned to processors[w]. processors[0] stands for the calling
   * threads, which are the host's and left alone. They should be different
   * ones. A thread that cannot be pinned keeps the affinity of the thread that
   * starts it, as all do if the list is null or shorter than the number of
   * threads. Copied. */
  int32_t processor_count;
  const int32_t *processors;
} tilec_rt_pool_options;

/* A pool for calls of `threads` threads, the calling one included; 0 or less
 * asks for tilec_rt_default_threads(). Threads start with the first loop that
 * wants them; a child process after fork() starts its own. No affinity is set.
 * Null: out of memory. The caller owns the pool. */
tilec_rt_pool *tilec_rt_pool_create(int32_t threads);

/* The same with options (may be null). */
tilec_rt_pool *tilec_rt_pool_create_with(const tilec_rt_pool_options *options);

/* One share of a loop; see tilec_rt_executor. */
typedef void (*tilec_rt_task)(void *data, int32_t index);

/* Threads of the host. `run` calls `task(data, index)` once for each index
 * 0 .. count-1, on whichever threads it likes, and returns when all have
 * returned: what was written before `run` is visible to the tasks, and what
 * they wrote is visible after it. Tasks do not wait for each other, so that one
 * thread may run them all, one after another; the calling thread may take part.
 * A task runs with its own floating-point control state and restores the
 * thread's. `count` is 2 or more and at most `threads`. A host that leaves
 * tasks out fails the call; one that returns while tasks run, or runs them
 * later, has undefined behavior. */
typedef struct tilec_rt_executor {
  size_t size;     /* sizeof(tilec_rt_executor) */
  int32_t threads; /* how many tasks can run at once, 1 or more */
  void *context;   /* handed to `run` */
  void (*run)(void *context, tilec_rt_task task, void *data, int32_t count);
} tilec_rt_executor;

/* A pool whose loops run on a host's threads; it starts none of its own. Each
 * task has a worker with scratch memory of its own, whichever thread runs it,
 * and all that this file says of loops holds. `run` is called by the threads
 * that call tilec_rt_call, for one loop of the pool at a time: a loop that
 * finds another one under way runs on its calling thread alone. `executor` is
 * copied, its context must outlive the pool. After fork() a child process may
 * use the pool as far as the host's threads survive. Null: out of memory, or
 * `executor` has fewer than 1 thread, no `run` or a size that does not hold it.
 */
tilec_rt_pool *tilec_rt_pool_create_external(const tilec_rt_executor *executor);

/* Ends the pool's own threads and frees everything. No call may be under way.
 * Null is allowed. */
void tilec_rt_pool_destroy(tilec_rt_pool *pool);

/* The number of threads that the pool was made for: the most workers that take
 * part in a call. At least 1. */
int32_t tilec_rt_pool_threads(const tilec_rt_pool *pool);

/* Cancels the calls that are given it. */
typedef struct tilec_rt_cancel_token tilec_rt_cancel_token;

/* A token that is not cancelled; null: out of memory. The caller owns it. It
 * may be given to several calls, at once and one after another. */
tilec_rt_cancel_token *tilec_rt_cancel_token_create(void);

/* No call that was given the token may be under way. Null is allowed. */
void tilec_rt_cancel_token_destroy(tilec_rt_cancel_token *token);

/* Stops all calls that were given the token, now and later: each ends once its
 * workers have finished the scopes that they are in. Returns at once. Any
 * thread may call it, at any time and any number of times, but no signal
 * handler. A call that ends meanwhile may still end as if it was not cancelled.
 * In a child process after fork(), tokens of calls that were under way may be
 * destroyed only. */
void tilec_rt_cancel(tilec_rt_cancel_token *token);

/* What a call may be given. All zero but the size: nothing. */
typedef struct tilec_rt_call_options {
  size_t size; /* sizeof(tilec_rt_call_options) */
  tilec_rt_measurements *measurements;
  tilec_rt_cancel_token *cancel;
} tilec_rt_call_options;

/* Runs an entry in the calling thread and the pool's. Returns TILEC_RT_DONE,
 * or after a failure TILEC_RT_FAILED, which `error` (may be null) then
 * describes. Several threads may call at once: each call has its own state, and
 * a loop that finds the pool's threads busy with another call's loop runs on
 * the calling thread alone. While it runs, rounding is to nearest, subnormals
 * are kept and floating-point exceptions are masked, in every thread; the
 * caller's settings are restored. `scratch_bytes` is what the entry declares;
 * what memory cannot hold is a failure. */
int32_t tilec_rt_call(tilec_rt_pool *pool, tilec_rt_entry entry,
                      int64_t scratch_bytes, void *const *tensors,
                      const int64_t *scalars, tilec_rt_error *error);

/* The same with options (may be null). A call whose token is cancelled ends
 * with TILEC_RT_CANCELLED and "the call was cancelled" in `error`, at once if
 * that was before it began; what the entry writes has unspecified contents
 * then. A failure that comes earlier in the program is reported instead. The
 * pool is fine for the next call. */
int32_t tilec_rt_call_with(tilec_rt_pool *pool, tilec_rt_entry entry,
                           int64_t scratch_bytes, void *const *tensors,
                           const int64_t *scalars,
                           const tilec_rt_call_options *options,
                           tilec_rt_error *error);

/* Writes "file:line:column: error: message" (without the place where there is
 * none) into `buffer`, cut to its size and always terminated. Returns the
 * length that the whole text has. */
size_t tilec_rt_error_format(const tilec_rt_error *error, char *buffer,
                             size_t size);

/*===----------------------------------------------------------------------===*
 * Packed weights
 *===----------------------------------------------------------------------===*
 *
 * A signature names the layout of each weight that compiled code takes packed,
 * such as "bf16.n64.k2.v1.kn". Packed storage is one piece of memory, aligned
 * to 64 bytes, that begins with a header which says what it holds; every call
 * of compiled code checks it. Packing goes by strips of rows, so that a caller
 * needs no more memory than the packed weights and a strip. `shape` has two
 * extents.
 *
 * The storage is the caller's: fresh pages of an anonymous mapping, aligned to
 * and advised to use huge pages, are best. Nothing but the header is touched
 * before rows are packed. Then the threads of the pool touch the pages, each of
 * them neighbouring columns, handed out in the order and by the rule by which
 * loops over columns read them later: on a machine of several memory nodes the
 * weights are spread over the nodes whose processors the pool runs on. Since
 * iterations go to whichever worker is free, it is not promised that a page is
 * on the node of the worker that reads it. */

/* The bytes of the packed storage; -1 for an unknown layout, a negative extent
 * or more than 2^63 bytes. */
int64_t tilec_rt_packed_bytes(const char *layout, const int64_t *shape);

/* Every strip but the last must have a multiple of so many rows. */
int64_t tilec_rt_pack_step(void);

/* Writes the header. Returns 0, or 1 where tilec_rt_packed_bytes gives -1 or
 * `packed` is not aligned. */
int32_t tilec_rt_pack_begin(void *packed, const char *layout,
                            const int64_t *shape);

/* Packs `count` contiguous rows (of dimension 0) of the row-major matrix into
 * storage that has been begun, from row `first` on, on all threads of the pool.
 * Returns 0, or 1 if the rows are not the matrix's, `first` is no multiple of
 * tilec_rt_pack_step(), or memory is out. */
int32_t tilec_rt_pack_rows(tilec_rt_pool *pool, void *packed, const void *rows,
                           int64_t first, int64_t count);

/* The opposite: writes rows of the matrix into `rows`. */
int32_t tilec_rt_unpack_rows(tilec_rt_pool *pool, const void *packed,
                             void *rows, int64_t first, int64_t count);

/* Why memory of `bytes` bytes is not a matrix of this layout and shape; null if
 * it is. The text is cut to the size of `buffer`, which is returned. */
const char *tilec_rt_packed_problem(const void *packed, int64_t bytes,
                                    const char *layout, const int64_t *shape,
                                    char *buffer, size_t size);

#ifdef __cplusplus
}
#endif

#endif /* TILEC_RUNTIME_RUNTIME_H */
