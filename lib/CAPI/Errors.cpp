//===- Errors.cpp - Errors that cross the border --------------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Errors.h"
#include "llvm/Support/ErrorHandling.h"
#include <utility>

using namespace tilec::capi;

namespace {
/// An error that owns what it points to.
struct OwningError : tilec_error {
  OwningError(tilec_status status, std::string text, DiagnosticList list)
      : text(std::move(text)), list(std::move(list)) {
    this->status = status;
    message = this->text.c_str();
    diagnostics = this->list.get().data();
    diagnosticCount = this->list.get().size();
    destroy = [](tilec_error *error) {
      delete static_cast<OwningError *>(error);
    };
  }

  std::string text;
  DiagnosticList list;
};
} // namespace

tilec_status tilec::capi::fail(tilec_error **error, tilec_status status,
                               std::string message,
                               DiagnosticList diagnostics) {
  if (error)
    *error =
        new OwningError(status, std::move(message), std::move(diagnostics));
  return status;
}

tilec_status tilec::capi::reject(tilec_error **error, std::string message) {
  return fail(error, TILEC_INVALID_ARGUMENT, std::move(message));
}

tilec_status tilec::capi::reject(tilec_error **error, llvm::Error reason) {
  return reject(error, llvm::toString(std::move(reason)));
}

tilec_status tilec::capi::failOutOfMemory(tilec_error **error) {
  static tilec_error outOfMemory = {TILEC_OUT_OF_MEMORY, "out of memory",
                                    nullptr, 0, [](tilec_error *) {}};
  if (error)
    *error = &outOfMemory;
  return TILEC_OUT_OF_MEMORY;
}

//===----------------------------------------------------------------------===//
// What LLVM ends a process for
//===----------------------------------------------------------------------===//

static thread_local unsigned guards = 0;

GuardScope::GuardScope() { ++guards; }
GuardScope::~GuardScope() { --guards; }

/// Unwinding takes no destructor of LLVM's along: what it held leaks.
static void handleFatalError(void *, const char *reason, bool) {
  if (guards != 0)
    throw FatalError(reason);
}

static void handleBadAlloc(void *, const char *, bool) {
  if (guards != 0)
    throw std::bad_alloc();
}

void tilec::capi::installErrorHandlers() {
  llvm::install_fatal_error_handler(handleFatalError);
  llvm::install_bad_alloc_error_handler(handleBadAlloc);
}
