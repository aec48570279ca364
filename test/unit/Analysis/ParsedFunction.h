//===- ParsedFunction.h - A function of tile IR for a test ------*- C++ -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TILEC_TEST_UNIT_ANALYSIS_PARSEDFUNCTION_H
#define TILEC_TEST_UNIT_ANALYSIS_PARSEDFUNCTION_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Parser/Parser.h"
#include "tilec/Dialect/Tile/Tile.h"
#include <gtest/gtest.h>
#include <string>

namespace tilec {

/// A function with the constants %c0 to %c16, %c64 and %c256, the dynamic names
/// %N and %M, and %s, of which nothing is known. Operations are found by the
/// attribute `test = "name"`.
class ParsedFunction {
public:
  /// `parameters` stand before the names, `body` before the return.
  ParsedFunction(const std::string &parameters, const std::string &body) {
    context.loadDialect<mlir::func::FuncDialect, mlir::scf::SCFDialect,
                        tile::TileDialect>();
    std::string text = "func.func @f(" + parameters +
                       (parameters.empty() ? "" : ", ") +
                       "%s: index, %N: index {tile.symbol = \"N\"}, "
                       "%M: index {tile.symbol = \"M\"}) {\n";
    for (int i :
         {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 64, 256})
      text += "%c" + std::to_string(i) + " = arith.constant " +
              std::to_string(i) + " : index\n";
    module = mlir::parseSourceString<mlir::ModuleOp>(
        text + body + "\nreturn\n}", &context);
    EXPECT_TRUE(module) << text << body;
  }

  mlir::Operation *find(llvm::StringRef name) {
    mlir::Operation *found = nullptr;
    module->walk([&](mlir::Operation *op) {
      auto attribute = op->getAttrOfType<mlir::StringAttr>("test");
      if (attribute && attribute.getValue() == name)
        found = op;
    });
    EXPECT_TRUE(found) << name.str();
    return found;
  }

  mlir::Value value(llvm::StringRef name) { return find(name)->getResult(0); }

private:
  mlir::MLIRContext context{mlir::MLIRContext::Threading::DISABLED};
  mlir::OwningOpRef<mlir::ModuleOp> module;
};

} // namespace tilec

#endif // TILEC_TEST_UNIT_ANALYSIS_PARSEDFUNCTION_H
