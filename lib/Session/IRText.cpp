//===- IRText.cpp - Programs that are given as IR -------------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "IRText.h"
#include "mlir/Parser/Parser.h"
#include "llvm/Support/MemoryBuffer.h"

using namespace tilec;
using llvm::StringRef;

bool tilec::nestsTooDeep(StringRef text) {
  constexpr int maxNesting = 1000;
  int depth = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '"') {
      // A backslash keeps a quotation mark from ending the string.
      for (++i; i < text.size() && text[i] != '"' && text[i] != '\n'; ++i)
        i += text[i] == '\\';
    } else if (text.substr(i, 2) == "//") {
      i = std::min(text.find('\n', i), text.size());
    } else if (text.substr(i, 2) == "->" || text.substr(i + 1, 1) == "=") {
      ++i; // an arrow or a comparison, no bracket
    } else if (StringRef("([{<").contains(text[i])) {
      if (++depth > maxNesting)
        return true;
    } else if (depth > 0 && StringRef(")]}>").contains(text[i])) {
      --depth;
    }
  }
  return false;
}

mlir::OwningOpRef<mlir::ModuleOp> tilec::parseIR(StringRef text, StringRef name,
                                                 mlir::MLIRContext &context) {
  auto sources = std::make_shared<llvm::SourceMgr>();
  sources->AddNewSourceBuffer(llvm::MemoryBuffer::getMemBufferCopy(text, name),
                              llvm::SMLoc());
  return mlir::parseSourceFile<mlir::ModuleOp>(sources, &context);
}
