//===- CompiledModule.cpp - Kernels compiled in memory ------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilec/ExecutionEngine/CompiledModule.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "tilec/Dialect/Tile/TileSignature.h"
#include "llvm/ExecutionEngine/ObjectCache.h"
#include "llvm/ExecutionEngine/Orc/Debugging/DebuggerSupport.h"
#include "llvm/ExecutionEngine/Orc/LLJIT.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/Module.h"
#include "llvm/Support/SmallVectorMemoryBuffer.h"
#include <cmath>

using namespace mlir;

namespace tilec {

CompiledModule::CompiledModule() = default;
CompiledModule::~CompiledModule() = default;

const CompiledEntry *CompiledModule::find(llvm::StringRef name) const {
  for (const CompiledEntry &entry : entries)
    if (entry.signature.name == name)
      return &entry;
  return nullptr;
}

/// The run-time library is part of this process; so is what compiled code
/// takes from the C library.
static llvm::Error defineRuntime(llvm::orc::LLJIT &jit) {
  using llvm::orc::ExecutorAddr;
  llvm::orc::SymbolMap symbols;
  auto define = [&](llvm::StringRef name, auto *function) {
    symbols[jit.mangleAndIntern(name)] = {ExecutorAddr::fromPtr(function),
                                          llvm::JITSymbolFlags::Exported};
  };
  define("tilec_rt_parallel_for", &tilec_rt_parallel_for);
  define("tilec_rt_fail", &tilec_rt_fail);
  define("tilec_rt_alloc", &tilec_rt_alloc);
  define("tilec_rt_mark", &tilec_rt_mark);
  define("tilec_rt_release", &tilec_rt_release);
  define("tilec_rt_scope_enter", &tilec_rt_scope_enter);
  define("tilec_rt_scope_leave", &tilec_rt_scope_leave);
  define("tilec_rt_count", &tilec_rt_count);
  if (llvm::Error error = jit.getMainJITDylib().define(
          llvm::orc::absoluteSymbols(std::move(symbols))))
    return error;
  auto process = llvm::orc::DynamicLibrarySearchGenerator::GetForCurrentProcess(
      jit.getDataLayout().getGlobalPrefix());
  if (!process)
    return process.takeError();
  jit.getMainJITDylib().addGenerator(std::move(*process));
  return llvm::Error::success();
}

/// What must be read off the entries before the lowering replaces them.
static llvm::Expected<std::vector<CompiledEntry>> takeEntries(ModuleOp module) {
  std::vector<CompiledEntry> entries;
  for (auto func : module.getOps<func::FuncOp>()) {
    if (!func->hasAttr("tile.entry"))
      continue;
    llvm::Expected<Signature> signature = tile::getSignature(func);
    if (!signature)
      return signature.takeError();
    entries.emplace_back();
    entries.back().signature = std::move(*signature);
  }
  return entries;
}

/// What the compiler chose for the weights.
static void setLayouts(Signature &signature, ArrayRef<int64_t> layouts) {
  for (Parameter &parameter : signature.parameters)
    if (parameter.isTensor()) {
      parameter.layout = static_cast<Layout>(layouts.front());
      layouts = layouts.drop_front();
    }
}

llvm::Expected<std::unique_ptr<CompiledModule>>
CompiledModule::compile(ModuleOp module, const CompileOptions &options) {
  auto target = CPUTarget::get(options.triple, options.cpu, options.features);
  if (!target)
    return target.takeError();
  std::unique_ptr<CompiledModule> result(new CompiledModule());
  auto entries = takeEntries(module);
  if (!entries)
    return entries.takeError();
  result->entries = std::move(*entries);
  if (llvm::Error error = lowerModule(module, *target, options))
    return error;
  for (CompiledEntry &entry : result->entries) {
    Operation *func = module.lookupSymbol(entry.signature.name);
    entry.scratchBytes =
        func->getAttrOfType<IntegerAttr>("tile.scratch_bytes").getInt();
    setLayouts(entry.signature,
               func->getAttrOfType<DenseI64ArrayAttr>("tile.layouts"));
    for (Attribute name : func->getAttrOfType<ArrayAttr>("tile.scopes"))
      result->scopeNames.push_back(cast<StringAttr>(name).str());
  }

  auto context = std::make_unique<llvm::LLVMContext>();
  auto llvmModule = translateModule(module, *context, *target, options);
  if (!llvmModule)
    return llvmModule.takeError();
  llvm::SmallVector<char, 0> object;
  llvm::raw_svector_ostream stream(object);
  if (llvm::Error error = emitMachineCode(**llvmModule, *target, options,
                                          OutputKind::Object, stream))
    return error;
  llvmModule->reset();

  auto jit = llvm::orc::LLJITBuilder().create();
  if (!jit)
    return jit.takeError();
  result->jit = std::move(*jit);
  if (llvm::Error error = defineRuntime(*result->jit))
    return error;
  // So that gdb finds the line tables of code that is in no file.
  if (options.pipeline.debugInfo)
    if (llvm::Error error = llvm::orc::enableDebuggerSupport(*result->jit))
      return error;
  if (llvm::Error error = result->jit->addObjectFile(
          std::make_unique<llvm::SmallVectorMemoryBuffer>(
              std::move(object), "tilec", /*RequiresNullTerminator=*/false)))
    return error;
  for (CompiledEntry &entry : result->entries) {
    auto address = result->jit->lookup(entry.signature.name);
    if (!address)
      return address.takeError();
    entry.function = address->toPtr<tilec_rt_entry>();
  }
  return result;
}

} // namespace tilec
