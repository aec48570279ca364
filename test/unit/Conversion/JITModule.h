//===- JITModule.h - Runs what a test emitted -------------------*- C++ -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A module of upstream dialects under construction, its LLVM IR, its assembly
// for any target, and its functions as pointers on this machine. Failures of
// the tools are fatal: they are errors of the test.
//
//===----------------------------------------------------------------------===//

#ifndef TILEC_TEST_UNIT_CONVERSION_JITMODULE_H
#define TILEC_TEST_UNIT_CONVERSION_JITMODULE_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include "tilec/Target/CPUTarget.h"
#include "llvm/ExecutionEngine/Orc/LLJIT.h"

namespace tilec::test {

class JITModule {
public:
  explicit JITModule(const CPUTarget &target);

  const CPUTarget &target() const { return cpu; }
  mlir::ModuleOp module() { return *op; }

  /// A public function; \p body emits into its entry block, without a return.
  void addFunction(llvm::StringRef name, mlir::TypeRange arguments,
                   llvm::function_ref<void(mlir::OpBuilder &, mlir::Location,
                                           mlir::ValueRange)>
                       body);
  mlir::Type pointerType();

  /// Lowers the module, once, and compiles it for this machine.
  void compile();
  /// The address of a function, after `compile`.
  template <typename Function> Function *lookup(llvm::StringRef name) {
    return llvm::cantFail(jit->lookup(name)).toPtr<Function *>();
  }

  /// Lowers the module, once, and prints its code for the target.
  std::string assembly();

private:
  std::unique_ptr<llvm::Module> lower(llvm::LLVMContext &llvmContext);

  mlir::MLIRContext context;
  CPUTarget cpu;
  mlir::OwningOpRef<mlir::ModuleOp> op;
  std::unique_ptr<llvm::orc::LLJIT> jit;
};

} // namespace tilec::test

#endif // TILEC_TEST_UNIT_CONVERSION_JITMODULE_H
