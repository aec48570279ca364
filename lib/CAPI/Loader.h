//===- Loader.h - Loading the compiler --------------------------*- C++ -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TILEC_LIB_CAPI_LOADER_H
#define TILEC_LIB_CAPI_LOADER_H

#include "Table.h"

namespace tilec::capi {

/// The compiler's functions; loads it the first time. Null if that failed.
const FunctionTable *getCompiler();

/// Says why getCompiler() gave null. Returns TILEC_UNAVAILABLE.
tilec_status failUnavailable(tilec_error **error);

} // namespace tilec::capi

#endif // TILEC_LIB_CAPI_LOADER_H
