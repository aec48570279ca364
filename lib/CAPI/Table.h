//===- Table.h - Between the library and the compiler -----------*- C++ -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// libtilec, which a host links, knows nothing of LLVM. It loads the compiler,
// a library of its own, into a scope that the host's symbols do not reach, and
// calls it through one table of functions. Both are of the same version, so
// what lies between them is not for others. Memory is freed by the side that
// allocated it: they may have different allocators.
//
//===----------------------------------------------------------------------===//

#ifndef TILEC_LIB_CAPI_TABLE_H
#define TILEC_LIB_CAPI_TABLE_H

#include "tilec-c/tilec.h"

/// Either side makes errors; `destroy` is that side's.
struct tilec_error {
  tilec_status status;
  const char *message;
  const tilec_diagnostic *diagnostics;
  size_t diagnosticCount;
  void (*destroy)(tilec_error *error);
};

namespace tilec::capi {

/// The functions of the compiler, each under its name in tilec-c/tilec.h.
struct FunctionTable {
  /// Of the compiler: TILEC_VERSION.
  const char *version;
#define TILEC_CHECKED(name, parameters, arguments) decltype(&::name) name;
#define TILEC_PLAIN(result, name, parameters, arguments) decltype(&::name) name;
#include "Functions.def"
};

/// The one symbol of the compiler's library. `ownsLLVM`: nobody else in the
/// process uses that libLLVM, so how it fails may be changed.
using GetFunctionTable = const FunctionTable *(bool ownsLLVM);
inline constexpr char getFunctionTableName[] = "tilec_compiler_functions";

} // namespace tilec::capi

#endif // TILEC_LIB_CAPI_TABLE_H
