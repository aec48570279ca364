//===- RuntimeInfo.h - A signature for the run-time library -----*- C++ -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TILEC_LIB_CAPI_RUNTIMEINFO_H
#define TILEC_LIB_CAPI_RUNTIMEINFO_H

#include "tilec/Runtime/Entry.h"
#include "tilec/Support/Signature.h"
#include <deque>
#include <string>
#include <vector>

namespace tilec::capi {

/// What the run-time library solves and checks calls by: numbers instead of
/// names, so that a call allocates nothing. Neither moved nor copied.
class RuntimeInfo {
public:
  /// The signature outlives it.
  explicit RuntimeInfo(const Signature &signature);
  RuntimeInfo(const RuntimeInfo &) = delete;
  RuntimeInfo &operator=(const RuntimeInfo &) = delete;

  const tilec_rt_entry_info &get() const { return info; }

private:
  tilec_rt_parameter describe(const Parameter &parameter);
  tilec_rt_dim describe(const DimExpr &dim);

  const Signature &signature;
  std::vector<const char *> symbols;
  std::vector<tilec_rt_parameter> parameters;
  std::deque<std::vector<tilec_rt_dim>> shapes;
  std::deque<std::vector<int64_t>> terms;
  std::deque<std::string> texts;
  tilec_rt_entry_info info = {};
};

} // namespace tilec::capi

#endif // TILEC_LIB_CAPI_RUNTIMEINFO_H
