//===- Library.cpp - What a host links ------------------------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The functions of tilec-c/tilec.h: those that need no compiler, and those that
// call it. Needs the C library only.
//
//===----------------------------------------------------------------------===//

#include "Loader.h"
#include "Table.h"

using namespace tilec::capi;

//===----------------------------------------------------------------------===//
// Without the compiler
//===----------------------------------------------------------------------===//

int32_t tilec_abi_version(void) { return TILEC_ABI_VERSION; }

const char *tilec_version(void) { return TILEC_VERSION; }

tilec_status tilec_error_status(const tilec_error *error) {
  return error ? error->status : TILEC_OK;
}

const char *tilec_error_message(const tilec_error *error) {
  return error ? error->message : "";
}

size_t tilec_error_diagnostic_count(const tilec_error *error) {
  return error ? error->diagnosticCount : 0;
}

const tilec_diagnostic *tilec_error_diagnostic(const tilec_error *error,
                                               size_t index) {
  return index < tilec_error_diagnostic_count(error)
             ? &error->diagnostics[index]
             : nullptr;
}

void tilec_error_destroy(tilec_error *error) {
  if (error)
    error->destroy(error);
}

//===----------------------------------------------------------------------===//
// With it
//===----------------------------------------------------------------------===//

/// 0, null or nothing.
template <typename T> static T makeNone() { return T(); }

#define TILEC_CHECKED(name, parameters, arguments)                             \
  tilec_status name parameters {                                               \
    const FunctionTable *functions = getCompiler();                            \
    return functions ? functions->name arguments : failUnavailable(error);     \
  }
#define TILEC_PLAIN(result, name, parameters, arguments)                       \
  result name parameters {                                                     \
    const FunctionTable *functions = getCompiler();                            \
    return functions ? functions->name arguments : makeNone<result>();         \
  }
#include "Functions.def"
