//===- RuntimeError.h - A located failure of a call -------------*- C++ -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TILEC_SUPPORT_RUNTIMEERROR_H
#define TILEC_SUPPORT_RUNTIMEERROR_H

#include "llvm/Support/Error.h"
#include "llvm/Support/raw_ostream.h"
#include <cstdint>
#include <string>
#include <utility>

namespace tilec {

/// A place in a source file; line 0 where none is known.
struct SourcePlace {
  std::string file;
  int64_t line = 0;
  int64_t column = 0;
};

/// What stopped a call: a failed check or assertion, interpreted or compiled.
class RuntimeError : public llvm::ErrorInfo<RuntimeError> {
public:
  inline static char ID = 0;

  RuntimeError(SourcePlace place, std::string message)
      : place(std::move(place)), message(std::move(message)) {}

  const SourcePlace &getPlace() const { return place; }
  const std::string &getMessage() const { return message; }

  /// `FILE:LINE:COLUMN: error: MESSAGE`, without what is not known.
  void log(llvm::raw_ostream &os) const override {
    if (place.line > 0)
      os << place.file << ':' << place.line << ':' << place.column << ": ";
    os << "error: " << message;
  }
  std::error_code convertToErrorCode() const override {
    return llvm::inconvertibleErrorCode();
  }

private:
  SourcePlace place;
  std::string message;
};

} // namespace tilec

#endif // TILEC_SUPPORT_RUNTIMEERROR_H
