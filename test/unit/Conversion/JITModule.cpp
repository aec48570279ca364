//===- JITModule.cpp - Runs what a test emitted ---------------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "JITModule.h"
#include "mlir/Conversion/ArithToLLVM/ArithToLLVM.h"
#include "mlir/Conversion/ControlFlowToLLVM/ControlFlowToLLVM.h"
#include "mlir/Conversion/FuncToLLVM/ConvertFuncToLLVMPass.h"
#include "mlir/Conversion/ReconcileUnrealizedCasts/ReconcileUnrealizedCasts.h"
#include "mlir/Conversion/SCFToControlFlow/SCFToControlFlow.h"
#include "mlir/Conversion/VectorToLLVM/ConvertVectorToLLVMPass.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Target/LLVMIR/Dialect/Builtin/BuiltinToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/LLVMIR/LLVMToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Export.h"
#include "llvm/ExecutionEngine/Orc/CompileUtils.h"
#include "llvm/ExecutionEngine/Orc/ThreadSafeModule.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/IR/Module.h"
#include "llvm/Target/TargetMachine.h"

using namespace tilec;
using namespace tilec::test;
using namespace mlir;

JITModule::JITModule(const CPUTarget &target) : cpu(target) {
  context.disableMultithreading();
  context.loadDialect<arith::ArithDialect, func::FuncDialect, LLVM::LLVMDialect,
                      scf::SCFDialect, vector::VectorDialect>();
  registerBuiltinDialectTranslation(context);
  registerLLVMDialectTranslation(context);
  op = ModuleOp::create(UnknownLoc::get(&context));
}

Type JITModule::pointerType() { return LLVM::LLVMPointerType::get(&context); }

void JITModule::addFunction(
    StringRef name, TypeRange arguments,
    llvm::function_ref<void(OpBuilder &, Location, ValueRange)> body) {
  OpBuilder b = OpBuilder::atBlockEnd(op->getBody());
  Location loc = b.getUnknownLoc();
  auto func =
      b.create<func::FuncOp>(loc, name, b.getFunctionType(arguments, {}));
  b.setInsertionPointToStart(func.addEntryBlock());
  body(b, loc, func.getArguments());
  b.create<func::ReturnOp>(loc);
}

std::unique_ptr<llvm::Module> JITModule::lower(llvm::LLVMContext &llvmContext) {
  PassManager passes(&context);
  passes.addPass(createConvertSCFToCFPass());
  passes.addPass(createConvertVectorToLLVMPass());
  passes.addPass(createArithToLLVMConversionPass());
  passes.addPass(createConvertFuncToLLVMPass());
  passes.addPass(createConvertControlFlowToLLVMPass());
  passes.addPass(createReconcileUnrealizedCastsPass());
  if (failed(passes.run(*op)))
    llvm::report_fatal_error("cannot lower the test's module");
  auto module = translateModuleToLLVMIR(*op, llvmContext);
  if (!module)
    llvm::report_fatal_error("cannot translate the test's module");
  return module;
}

void JITModule::compile() {
  auto llvmContext = std::make_unique<llvm::LLVMContext>();
  auto llvmModule = lower(*llvmContext);
  auto compiler = [this](llvm::orc::JITTargetMachineBuilder)
      -> llvm::Expected<
          std::unique_ptr<llvm::orc::IRCompileLayer::IRCompiler>> {
    auto machine = cpu.createTargetMachine();
    if (!machine)
      return machine.takeError();
    return std::make_unique<llvm::orc::TMOwningSimpleCompiler>(
        std::move(*machine));
  };
  jit = llvm::cantFail(
      llvm::orc::LLJITBuilder().setCompileFunctionCreator(compiler).create());
  llvmModule->setDataLayout(jit->getDataLayout());
  llvmModule->setTargetTriple(cpu.triple().str());
  llvm::cantFail(jit->addIRModule(llvm::orc::ThreadSafeModule(
      std::move(llvmModule), std::move(llvmContext))));
}

std::string JITModule::assembly() {
  llvm::LLVMContext llvmContext;
  auto llvmModule = lower(llvmContext);
  auto machine = llvm::cantFail(cpu.createTargetMachine());
  llvmModule->setDataLayout(machine->createDataLayout());
  llvmModule->setTargetTriple(cpu.triple().str());
  llvm::SmallString<0> text;
  llvm::raw_svector_ostream stream(text);
  llvm::legacy::PassManager passes;
  machine->addPassesToEmitFile(passes, stream, nullptr,
                               llvm::CodeGenFileType::AssemblyFile);
  passes.run(*llvmModule);
  return text.str().str();
}
