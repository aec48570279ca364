//===- EntryInfo.h - Shared by what reads the facts of entries --*- C++ -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TILEC_LIB_RUNTIME_ENTRYINFO_H
#define TILEC_LIB_RUNTIME_ENTRYINFO_H

#include "tilec/Runtime/Entry.h"
#include <cstddef>
#include <cstdint>

namespace tilec::runtime {

/// Writes an error without a place, cut to its size; `error` may be null.
/// Returns 1, for the caller to return.
[[gnu::format(printf, 2, 3)]] int32_t setError(tilec_rt_error *error,
                                               const char *format, ...);

/// Reports what is of another version than this library, or a parameter that
/// is no tensor of the entry; 0 or 1.
int32_t checkVersion(const tilec_rt_entry_info &info, tilec_rt_error *error);
int32_t checkTensor(const tilec_rt_entry_info &info, int32_t parameter,
                    tilec_rt_error *error);

/// Checks the values of the dynamic names; 0 or 1.
int32_t checkDims(const tilec_rt_entry_info &info, const int64_t *dims,
                  tilec_rt_error *error);

/// The first of the comma-separated names that this processor does not have,
/// with its length; null if it has all.
const char *findMissingFeature(const char *names, size_t &length);

} // namespace tilec::runtime

#endif // TILEC_LIB_RUNTIME_ENTRYINFO_H
