//===- EntryShapes.cpp - Extents of a call --------------------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What lib/Support/Signature.cpp does for the compiler's own calls, for
// programs that have no LLVM: one error instead of all.
//
//===----------------------------------------------------------------------===//

#include "EntryInfo.h"
#include <cinttypes>
#include <cstdarg>
#include <cstdio>
#include <cstring>

using namespace tilec::runtime;

using Info = tilec_rt_entry_info;
using Dim = tilec_rt_dim;

int32_t tilec::runtime::setError(tilec_rt_error *error, const char *format,
                                 ...) {
  if (!error)
    return 1;
  error->file = "";
  error->line = error->column = 0;
  va_list values;
  va_start(values, format);
  vsnprintf(error->message, sizeof(error->message), format, values);
  va_end(values);
  return 1;
}

int32_t tilec::runtime::checkVersion(const Info &info, tilec_rt_error *error) {
  if (info.version == TILEC_RT_ENTRY_VERSION)
    return 0;
  return setError(error,
                  "the entry was compiled for version %d of the run-time "
                  "library's interface, and this is version %d",
                  static_cast<int>(info.version), TILEC_RT_ENTRY_VERSION);
}

int32_t tilec::runtime::checkTensor(const Info &info, int32_t parameter,
                                    tilec_rt_error *error) {
  if (checkVersion(info, error))
    return 1;
  bool isTensor = parameter >= 0 && parameter < info.parameter_count &&
                  info.parameters[parameter].kind == TILEC_RT_TENSOR;
  return isTensor ? 0
                  : setError(error, "`%s` has no tensor with the number %d",
                             info.name, static_cast<int>(parameter));
}

int32_t tilec::runtime::checkDims(const Info &info, const int64_t *dims,
                                  tilec_rt_error *error) {
  for (int32_t i = 0; i < info.symbol_count; ++i) {
    if (dims[i] < 0)
      return setError(error, "`%s` is %" PRId64 ", which is negative",
                      info.symbols[i], dims[i]);
    if (dims[i] > TILEC_RT_MAX_EXTENT)
      return setError(error, "`%s` is %" PRId64 ", more than 2^47",
                      info.symbols[i], dims[i]);
  }
  return 0;
}

//===----------------------------------------------------------------------===//
// Values of extents
//===----------------------------------------------------------------------===//

namespace {
/// An extent as a multiple of its only unknown name plus a known number.
struct Linear {
  /// None: -1.
  int64_t unknown = -1;
  int64_t factor = 0, rest = 0;
};
} // namespace

static constexpr int64_t undetermined = -1;

/// False if the extent has another form or a step exceeds 64 bits.
static bool isolate(const Dim &dim, const int64_t *dims, Linear &result) {
  const int64_t *term = dim.terms;
  for (int64_t t = 0; t < dim.term_count; ++t) {
    int64_t product = *term++, unknown = -1;
    for (int64_t count = *term++; count > 0; --count) {
      int64_t symbol = *term++;
      if (dims[symbol] == undetermined) {
        if (unknown >= 0)
          return false;
        unknown = symbol;
      } else if (__builtin_mul_overflow(product, dims[symbol], &product)) {
        return false;
      }
    }
    if (unknown >= 0 && result.unknown >= 0 && unknown != result.unknown)
      return false;
    if (unknown >= 0)
      result.unknown = unknown;
    int64_t &sum = unknown >= 0 ? result.factor : result.rest;
    if (__builtin_add_overflow(sum, product, &sum))
      return false;
  }
  return true;
}

extern "C" int32_t tilec_rt_entry_shape(const Info *info, int32_t parameter,
                                        const int64_t *dims, int64_t *shape,
                                        tilec_rt_error *error) {
  if (checkTensor(*info, parameter, error) || checkDims(*info, dims, error))
    return 1;
  const tilec_rt_parameter &tensor = info->parameters[parameter];
  int64_t bytes = tensor.element_bytes;
  bool isEmpty = false, fits = true;
  for (int32_t d = 0; d < tensor.rank; ++d) {
    const Dim &dim = tensor.shape[d];
    Linear value;
    if (!isolate(dim, dims, value))
      return setError(error, "dimension %d of `%s`, %s, exceeds 64 bits",
                      static_cast<int>(d), tensor.name, dim.text);
    shape[d] = value.rest;
    if (shape[d] < 0)
      return setError(error, "dimension %d of `%s`, %s, is negative: %" PRId64,
                      static_cast<int>(d), tensor.name, dim.text, shape[d]);
    if (shape[d] > TILEC_RT_MAX_EXTENT)
      return setError(
          error, "dimension %d of `%s`, %s, is %" PRId64 ", more than 2^47",
          static_cast<int>(d), tensor.name, dim.text, shape[d]);
    isEmpty |= shape[d] == 0;
    fits = fits && !__builtin_mul_overflow(bytes, shape[d], &bytes);
  }
  if (!fits && !isEmpty)
    return setError(error, "`%s` exceeds 2^63 bytes", tensor.name);
  return 0;
}

//===----------------------------------------------------------------------===//
// Solving
//===----------------------------------------------------------------------===//

/// Learns a name from one extent, if that has a single unknown one, and
/// notes it in `learnt`; 0 or 1.
static int32_t learn(const Info &info, const tilec_rt_parameter &tensor,
                     int32_t d, int64_t actual, int64_t *dims, bool &learnt,
                     tilec_rt_error *error) {
  Linear value;
  if (!isolate(tensor.shape[d], dims, value) || value.unknown < 0 ||
      value.factor == 0)
    return 0;
  int64_t product;
  // A factor of -1 divides everything; INT64_MIN / -1 would trap.
  bool fits = !__builtin_sub_overflow(actual, value.rest, &product) &&
              product != INT64_MIN && product % value.factor == 0 &&
              product / value.factor >= 0;
  if (!fits)
    return setError(
        error, "dimension %d of `%s` is %" PRId64 ", which %s is for no `%s`",
        static_cast<int>(d), tensor.name, actual, tensor.shape[d].text,
        info.symbols[value.unknown]);
  dims[value.unknown] = product / value.factor;
  learnt = true;
  return 0;
}

/// Compares one extent whose names are known.
static int32_t compare(const tilec_rt_parameter &tensor, int32_t d,
                       int64_t actual, const int64_t *dims,
                       tilec_rt_error *error) {
  const char *text = tensor.shape[d].text;
  Linear value;
  if (!isolate(tensor.shape[d], dims, value))
    return setError(
        error, "dimension %d of `%s` is %" PRId64 ", but %s exceeds 64 bits",
        static_cast<int>(d), tensor.name, actual, text);
  if (value.rest == actual)
    return 0;
  return setError(error,
                  "dimension %d of `%s` is %" PRId64 ", expected %s = %" PRId64,
                  static_cast<int>(d), tensor.name, actual, text, value.rest);
}

/// Calls `visit(tensor, dimension, actual extent)` as long as it returns 0.
template <typename Visit>
static int32_t visitExtents(const Info &info, const int64_t *const *shapes,
                            Visit visit) {
  for (int32_t p = 0; p < info.parameter_count; ++p) {
    const tilec_rt_parameter &tensor = info.parameters[p];
    if (tensor.kind != TILEC_RT_TENSOR || !shapes[p])
      continue;
    for (int32_t d = 0; d < tensor.rank; ++d)
      if (int32_t status = visit(tensor, d, shapes[p][d]))
        return status;
  }
  return 0;
}

extern "C" int32_t tilec_rt_entry_solve(const Info *info,
                                        const int64_t *const *shapes,
                                        int64_t *dims, tilec_rt_error *error) {
  if (checkVersion(*info, error))
    return 1;
  for (int32_t i = 0; i < info->symbol_count; ++i)
    if (dims[i] < undetermined)
      return setError(error, "`%s` is given as %" PRId64 ", which is negative",
                      info->symbols[i], dims[i]);
  for (bool learnt = true; learnt;) {
    learnt = false;
    if (visitExtents(
            *info, shapes,
            [&](const tilec_rt_parameter &tensor, int32_t d, int64_t actual) {
              return learn(*info, tensor, d, actual, dims, learnt, error);
            }))
      return 1;
  }
  for (int32_t i = 0; i < info->symbol_count; ++i)
    if (dims[i] == undetermined)
      return setError(error,
                      "nothing determines `%s`: no tensor has a dimension with "
                      "that as its only unknown",
                      info->symbols[i]);
  if (visitExtents(
          *info, shapes,
          [&](const tilec_rt_parameter &tensor, int32_t d, int64_t actual) {
            return compare(tensor, d, actual, dims, error);
          }))
    return 1;
  return checkDims(*info, dims, error);
}
