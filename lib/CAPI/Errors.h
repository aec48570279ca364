//===- Errors.h - Errors that cross the border ------------------*- C++ -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TILEC_LIB_CAPI_ERRORS_H
#define TILEC_LIB_CAPI_ERRORS_H

#include "Table.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <exception>
#include <memory>
#include <new>
#include <string>
#include <vector>

namespace tilec::capi {

/// Diagnostics in the form of tilec-c/tilec.h, with the texts they point to.
/// May be moved, not copied.
class DiagnosticList {
public:
  /// Takes apart what a ProgramDiagnostics has printed.
  static DiagnosticList parse(llvm::StringRef printed);

  /// Without a place `file` is "", and `line` and `column` are 0.
  void add(tilec_severity severity, llvm::StringRef file, int32_t line,
           int32_t column, llvm::StringRef message, llvm::StringRef rendered);

  llvm::ArrayRef<tilec_diagnostic> get() const { return diagnostics; }

private:
  const char *keep(llvm::StringRef text);

  std::vector<std::unique_ptr<std::string>> texts;
  std::vector<tilec_diagnostic> diagnostics;
};

/// Hands out an error unless `error` is null, and returns `status`.
tilec_status fail(tilec_error **error, tilec_status status, std::string message,
                  DiagnosticList diagnostics = {});

/// TILEC_INVALID_ARGUMENT.
tilec_status reject(tilec_error **error, std::string message);
tilec_status reject(tilec_error **error, llvm::Error reason);

/// Allocates nothing.
tilec_status failOutOfMemory(tilec_error **error);

/// Makes an error of LLVM, which ends the process by default, an exception
/// where the thread is inside of guard().
void installErrorHandlers();

/// What LLVM, in a thread that guard() runs in, cannot go on after.
class FatalError : public std::exception {
public:
  explicit FatalError(std::string reason) : reason(std::move(reason)) {}
  const char *what() const noexcept override { return reason.c_str(); }

private:
  std::string reason;
};

/// Counts the guards of a thread.
class GuardScope {
public:
  GuardScope();
  ~GuardScope();
};

/// Runs the body of a function of the border: nothing is thrown across.
template <typename Body>
tilec_status guard(tilec_error **error, Body body) noexcept {
  GuardScope scope;
  try {
    return body();
  } catch (const std::bad_alloc &) {
    return failOutOfMemory(error);
  } catch (const std::exception &defect) {
    try {
      return fail(error, TILEC_INTERNAL_ERROR, defect.what());
    } catch (const std::bad_alloc &) {
      return failOutOfMemory(error);
    }
  }
}

/// The same for what hands out an object, or null if there is no memory.
template <typename Body> auto makeOrNull(Body body) noexcept {
  try {
    return body();
  } catch (const std::bad_alloc &) {
    return decltype(body())(nullptr);
  }
}

} // namespace tilec::capi

#endif // TILEC_LIB_CAPI_ERRORS_H
