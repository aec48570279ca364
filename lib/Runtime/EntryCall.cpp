//===- EntryCall.cpp - Checked calls of entries ---------------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "EntryInfo.h"
#include "tilec/Support/PackedLayout.h"
#include <cinttypes>
#include <cstdlib>
#include <cstring>

using namespace tilec;
using namespace tilec::runtime;

using Info = tilec_rt_entry_info;

/// More dimensions than a tensor of the language has.
static constexpr int32_t maxRank = 8;

static bool isPacked(const tilec_rt_parameter &tensor) {
  return strcmp(tensor.layout, packed::getName(Layout::RowMajor)) != 0;
}

/// The shape of a tensor; 0 or 1.
static int32_t getShape(const Info &info, int32_t parameter,
                        const int64_t *dims, int64_t (&shape)[maxRank],
                        tilec_rt_error *error) {
  if (checkTensor(info, parameter, error))
    return 1;
  if (info.parameters[parameter].rank > maxRank)
    return setError(error, "`%s` has more than %d dimensions",
                    info.parameters[parameter].name, static_cast<int>(maxRank));
  return tilec_rt_entry_shape(&info, parameter, dims, shape, error);
}

extern "C" int64_t tilec_rt_entry_bytes(const Info *info, int32_t parameter,
                                        const int64_t *dims,
                                        tilec_rt_error *error) {
  int64_t shape[maxRank];
  if (getShape(*info, parameter, dims, shape, error))
    return -1;
  const tilec_rt_parameter &tensor = info->parameters[parameter];
  if (isPacked(tensor)) {
    int64_t bytes = tilec_rt_packed_bytes(tensor.layout, shape);
    if (bytes < 0)
      setError(error, "`%s` has no packed form: its layout is %s", tensor.name,
               tensor.layout);
    return bytes;
  }
  int64_t bytes = tensor.element_bytes;
  for (int32_t d = 0; d < tensor.rank; ++d) {
    // Whether the product fits has been checked, unless it is nothing.
    if (shape[d] == 0)
      return 0;
    bytes = static_cast<int64_t>(static_cast<uint64_t>(bytes) *
                                 static_cast<uint64_t>(shape[d]));
  }
  return bytes;
}

//===----------------------------------------------------------------------===//
// Packed weights
//===----------------------------------------------------------------------===//

static int32_t checkPacked(const Info &info, int32_t parameter,
                           tilec_rt_error *error) {
  if (checkTensor(info, parameter, error))
    return 1;
  const tilec_rt_parameter &tensor = info.parameters[parameter];
  return isPacked(tensor)
             ? 0
             : setError(error, "`%s` is row-major, not packed", tensor.name);
}

extern "C" int32_t tilec_rt_entry_pack(const Info *info, int32_t parameter,
                                       const int64_t *dims, tilec_rt_pool *pool,
                                       void *packed, const void *matrix,
                                       tilec_rt_error *error) {
  int64_t shape[maxRank];
  if (checkPacked(*info, parameter, error) ||
      getShape(*info, parameter, dims, shape, error))
    return 1;
  const tilec_rt_parameter &tensor = info->parameters[parameter];
  if (!pool || !packed || (!matrix && shape[0] > 0 && shape[1] > 0))
    return setError(error, "`%s` cannot be packed: a null pointer",
                    tensor.name);
  if (reinterpret_cast<uintptr_t>(packed) % packed::alignment)
    return setError(error, "the packed `%s` is not aligned to %d bytes",
                    tensor.name, static_cast<int>(packed::alignment));
  if (tilec_rt_pack_begin(packed, tensor.layout, shape) ||
      tilec_rt_pack_rows(pool, packed, matrix, 0, shape[0]))
    return setError(error, "`%s` cannot be packed as %s: out of memory",
                    tensor.name, tensor.layout);
  return 0;
}

extern "C" int32_t
tilec_rt_entry_check_packed(const Info *info, int32_t parameter,
                            const int64_t *dims, const void *packed,
                            int64_t bytes, tilec_rt_error *error) {
  int64_t shape[maxRank];
  if (checkPacked(*info, parameter, error) ||
      getShape(*info, parameter, dims, shape, error))
    return 1;
  const tilec_rt_parameter &tensor = info->parameters[parameter];
  if (!packed)
    return setError(error, "`%s` is a null pointer", tensor.name);
  char text[256];
  const char *problem = tilec_rt_packed_problem(packed, bytes, tensor.layout,
                                                shape, text, sizeof(text));
  return problem ? setError(error, "`%s`: %s", tensor.name, problem) : 0;
}

//===----------------------------------------------------------------------===//
// Checks of a call
//===----------------------------------------------------------------------===//

namespace {
/// The memory of a tensor of a call.
struct Range {
  const tilec_rt_parameter *tensor = nullptr;
  uintptr_t begin = 0, end = 0;

  bool isEmpty() const { return begin == end; }
};
} // namespace

static bool isWritten(const tilec_rt_parameter &tensor) {
  return tensor.direction != TILEC_RT_IN;
}

/// The memory of one parameter, if its pointer is one.
static int32_t getRange(const Info &info, int32_t parameter, void *pointer,
                        const int64_t *dims, Range &range,
                        tilec_rt_error *error) {
  const tilec_rt_parameter &tensor = info.parameters[parameter];
  int64_t bytes = tilec_rt_entry_bytes(&info, parameter, dims, error);
  if (bytes < 0)
    return 1;
  range.tensor = &tensor;
  range.begin = reinterpret_cast<uintptr_t>(pointer);
  if (!pointer && bytes > 0)
    return setError(error, "`%s` is a null pointer", tensor.name);
  int64_t alignment =
      isPacked(tensor) ? packed::alignment : int64_t(tensor.element_bytes);
  if (range.begin % static_cast<uintptr_t>(alignment))
    return setError(error, "`%s` is not aligned to %" PRId64 " bytes",
                    tensor.name, alignment);
  if (__builtin_add_overflow(range.begin, static_cast<uintptr_t>(bytes),
                             &range.end))
    return setError(error,
                    "`%s` of %" PRId64 " bytes ends beyond the memory that an "
                    "address reaches",
                    tensor.name, bytes);
  return 0;
}

/// Compares a range with those before it.
static int32_t checkOverlap(const Info &info, void *const *tensors,
                            const int64_t *dims, int32_t last,
                            const Range &range, tilec_rt_error *error) {
  for (int32_t p = 0, t = 0; p < last; ++p) {
    if (info.parameters[p].kind != TILEC_RT_TENSOR)
      continue;
    void *pointer = tensors[t++];
    Range other;
    if (!isWritten(*range.tensor) && !isWritten(info.parameters[p]))
      continue;
    if (getRange(info, p, pointer, dims, other, error))
      return 1;
    if (!range.isEmpty() && !other.isEmpty() && range.begin < other.end &&
        other.begin < range.end)
      return setError(error,
                      "`%s` and `%s` overlap; a written parameter has memory "
                      "of its own",
                      other.tensor->name, range.tensor->name);
  }
  return 0;
}

static int32_t countScalars(const Info &info) {
  int32_t count = 0;
  for (int32_t p = 0; p < info.parameter_count; ++p)
    count += info.parameters[p].kind == TILEC_RT_SCALAR;
  return count;
}

extern "C" int32_t tilec_rt_entry_check(const Info *info, void *const *tensors,
                                        const int64_t *scalars,
                                        tilec_rt_error *error) {
  if (checkVersion(*info, error))
    return 1;
  int32_t scalarCount = countScalars(*info);
  bool wantsScalars = scalarCount + info->symbol_count > 0;
  if ((wantsScalars && !scalars) ||
      (scalarCount < info->parameter_count && !tensors))
    return setError(error, "`%s` is called without arguments", info->name);
  const int64_t *dims = wantsScalars ? scalars + scalarCount : nullptr;
  if (checkDims(*info, dims, error))
    return 1;
  for (int32_t p = 0, t = 0; p < info->parameter_count; ++p) {
    if (info->parameters[p].kind != TILEC_RT_TENSOR)
      continue;
    Range range;
    if (getRange(*info, p, tensors[t++], dims, range, error) ||
        checkOverlap(*info, tensors, dims, p, range, error))
      return 1;
  }
  return 0;
}

//===----------------------------------------------------------------------===//
// Levels and calls
//===----------------------------------------------------------------------===//

/// The level that the environment asks for; null if it asks for none.
static const char *getWantedLevel() {
  const char *name = secure_getenv("TILEC_CPU");
  return name && *name ? name : nullptr;
}

extern "C" tilec_rt_entry tilec_rt_entry_select(const Info *info) {
  // Threads that come here at once all find the same.
  if (tilec_rt_entry entry = __atomic_load_n(info->selected, __ATOMIC_RELAXED))
    return entry;
  const char *wanted = getWantedLevel();
  for (int32_t i = 0; i < info->level_count; ++i) {
    const tilec_rt_level &level = info->levels[i];
    if ((wanted && strcmp(wanted, level.cpu) != 0) ||
        !tilec_rt_supports(level.features))
      continue;
    __atomic_store_n(info->selected, level.function, __ATOMIC_RELAXED);
    return level.function;
  }
  return nullptr;
}

/// Why there is no level to call: what the least one lacks.
static int32_t reportNoLevel(const Info &info, tilec_rt_error *error) {
  const char *wanted = getWantedLevel();
  for (int32_t i = info.level_count; i-- > 0;) {
    const tilec_rt_level &level = info.levels[i];
    if (wanted && strcmp(wanted, level.cpu) != 0)
      continue;
    size_t length;
    const char *missing = findMissingFeature(level.features, length);
    return setError(error,
                    "`%s` cannot run on this processor: its code for %s needs "
                    "%.*s",
                    info.name, level.cpu, static_cast<int>(length),
                    missing ? missing : "");
  }
  return setError(error, "`%s` has no code for TILEC_CPU=%s", info.name,
                  wanted ? wanted : "");
}

extern "C" int32_t tilec_rt_entry_call(const Info *info, tilec_rt_pool *pool,
                                       void *const *tensors,
                                       const int64_t *scalars,
                                       tilec_rt_error *error) {
  if (tilec_rt_entry_check(info, tensors, scalars, error))
    return 1;
  if (!pool)
    return setError(error, "`%s` is called without a pool", info->name);
  tilec_rt_entry entry = tilec_rt_entry_select(info);
  if (!entry)
    return reportNoLevel(*info, error);
  return tilec_rt_call(pool, entry, info->scratch_bytes, tensors, scalars,
                       error);
}
