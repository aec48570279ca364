//===- Table.cpp - What the compiler hands out ----------------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Objects.h"

using namespace tilec::capi;

static constexpr FunctionTable table = {
    TILEC_VERSION,
#define TILEC_CHECKED(name, parameters, arguments) &tilec::capi::name,
#define TILEC_PLAIN(result, name, parameters, arguments) &tilec::capi::name,
#include "Functions.def"
};

extern "C" __attribute__((visibility("default"))) const FunctionTable *
tilec_compiler_functions(bool ownsLLVM) {
  if (ownsLLVM)
    installErrorHandlers();
  return &table;
}
