//===- CompileTest.cpp - Text to tile IR through the public interface -----===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilec/Frontend/Frontend.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/IR/Verifier.h"
#include "gtest/gtest.h"

using namespace tilec;

namespace {
class CompileTest : public testing::Test {
protected:
  FrontendResult compile(llvm::StringRef text) {
    return compileTextToTileIR(context, text, "t.tile", options, diags);
  }

  std::string printed() {
    diags.flush();
    return output;
  }

  mlir::MLIRContext context;
  llvm::SourceMgr sources;
  std::string output;
  llvm::raw_string_ostream stream{output};
  Diagnostics diags{sources, stream};
  FrontendOptions options;
};
} // namespace

TEST_F(CompileTest, MakesAFunctionForEachEntry) {
  FrontendResult result = compile("@jit\ndef first():\n    pass\n"
                                  "@jit.inline\ndef helper():\n    pass\n"
                                  "@jit\ndef second():\n    helper()\n");
  ASSERT_TRUE(result);
  std::vector<std::string> names;
  for (auto function : result.module->getOps<mlir::func::FuncOp>())
    names.push_back(function.getName().str());
  EXPECT_EQ(names, (std::vector<std::string>{"first", "second"}));
  EXPECT_TRUE(succeeded(mlir::verify(*result.module)));
  EXPECT_EQ(printed(), "");
}

TEST_F(CompileTest, IsNullAfterErrors) {
  FrontendResult result = compile("@jit\ndef f(n: Scalar[INDEX]):\n    m\n");
  EXPECT_FALSE(result);
  EXPECT_FALSE(result.internalError);
  EXPECT_EQ(diags.errorCount(), 1u);
  EXPECT_NE(printed().find("t.tile:3:5: error: unknown name 'm'"),
            std::string::npos);
}

TEST_F(CompileTest, WarningsComeWithAModule) {
  EXPECT_TRUE(compile("@jit\ndef f(x: Out[Tensor[[4], FP32]]):\n    pass\n"));
  EXPECT_EQ(diags.warningCount(), 1u);
}

TEST_F(CompileTest, DefinesReplaceConstants) {
  options.defines = {{"SIZE", "7"}};
  FrontendResult result =
      compile("SIZE = 4\n@jit\ndef f(x: Tensor[[SIZE], FP32]):\n    pass\n");
  ASSERT_TRUE(result);
  auto function = *result.module->getOps<mlir::func::FuncOp>().begin();
  std::string type;
  llvm::raw_string_ostream(type) << function.getArgumentTypes()[0];
  EXPECT_EQ(type, "!tile.tensor<7xf32>");
}

TEST_F(CompileTest, ReportsAnErrorInACalledFunctionOnce) {
  FrontendResult result = compile("@jit.inline\ndef g(n):\n    return n + m\n"
                                  "@jit\ndef f(n: Scalar[INDEX]):\n"
                                  "    a = g(n)\n    b = g(a)\n");
  EXPECT_FALSE(result);
  EXPECT_EQ(diags.errorCount(), 1u);
}

TEST_F(CompileTest, AFileThatDoesNotExistIsAnError) {
  EXPECT_FALSE(compileToTileIR(context, "no/such.tile", options, diags));
  EXPECT_EQ(diags.errorCount(), 1u);
}

TEST_F(CompileTest, AnEmptyFileIsAnEmptyModule) {
  FrontendResult result = compile("");
  ASSERT_TRUE(result);
  EXPECT_TRUE(result.module->getBody()->empty());
}
