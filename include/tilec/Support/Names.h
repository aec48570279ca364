//===- Names.h - Naming names in messages -----------------------*- C++ -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TILEC_SUPPORT_NAMES_H
#define TILEC_SUPPORT_NAMES_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include <string>

namespace tilec {

/// "; did you mean `x`?" with the candidate that is written most like `name`.
/// Empty where none is similar.
std::string suggestSimilarName(llvm::StringRef name,
                               llvm::ArrayRef<std::string> candidates);

/// The same, or, where none is similar, what there is: "; there are `a`, `b`".
/// Empty without candidates.
std::string suggestName(llvm::StringRef name,
                        llvm::ArrayRef<std::string> candidates);

} // namespace tilec

#endif // TILEC_SUPPORT_NAMES_H
