//===- CompiledModule.cpp - Kernels compiled in memory ------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilec/ExecutionEngine/CompiledModule.h"
#include "llvm/ExecutionEngine/Orc/DebugObjectManagerPlugin.h"
#include "llvm/ExecutionEngine/Orc/EPCDebugObjectRegistrar.h"
#include "llvm/ExecutionEngine/Orc/LLJIT.h"
#include "llvm/ExecutionEngine/Orc/ObjectLinkingLayer.h"
#include "llvm/ExecutionEngine/Orc/TargetProcess/JITLoaderGDB.h"
#include "llvm/Support/DynamicLibrary.h"
#include "llvm/Support/SmallVectorMemoryBuffer.h"
#include <dlfcn.h>

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
  // What this library is linked with comes before what a host program has.
  jit.getMainJITDylib().addGenerator(
      std::make_unique<llvm::orc::DynamicLibrarySearchGenerator>(
          llvm::sys::DynamicLibrary(RTLD_DEFAULT),
          jit.getDataLayout().getGlobalPrefix()));
  return llvm::Error::success();
}

/// What LLVM's enableDebuggerSupport does, but for the search for the function
/// that registers code: the program may not see it.
static void tellDebuggers(llvm::orc::LLJIT &jit) {
  llvm::orc::ExecutionSession &session = jit.getExecutionSession();
  auto *layer =
      llvm::dyn_cast<llvm::orc::ObjectLinkingLayer>(&jit.getObjLinkingLayer());
  if (!layer)
    return;
  auto registrar = std::make_unique<llvm::orc::EPCDebugObjectRegistrar>(
      session,
      llvm::orc::ExecutorAddr::fromPtr(&llvm_orc_registerJITLoaderGDBWrapper));
  layer->addPlugin(std::make_unique<llvm::orc::DebugObjectManagerPlugin>(
      session, std::move(registrar), /*RequireDebugSections=*/false,
      /*AutoRegisterCode=*/true));
}

llvm::Expected<std::unique_ptr<CompiledModule>>
CompiledModule::compile(ModuleOp module, const CompileOptions &options) {
  llvm::Expected<CompiledObject> object = compileToObject(module, options);
  if (!object)
    return object.takeError();
  return load(std::move(*object), options.pipeline.debugInfo);
}

llvm::Expected<std::unique_ptr<CompiledModule>>
CompiledModule::load(CompiledObject object, bool debugInfo) {
  std::unique_ptr<CompiledModule> result(new CompiledModule());
  result->scopeNames = std::move(object.scopeNames);
  auto jit = llvm::orc::LLJITBuilder().create();
  if (!jit)
    return jit.takeError();
  result->jit = std::move(*jit);
  // Nothing is printed: lookups return errors, too.
  result->jit->getExecutionSession().setErrorReporter(
      [](llvm::Error error) { llvm::consumeError(std::move(error)); });
  if (llvm::Error error = defineRuntime(*result->jit))
    return error;
  // So that gdb finds the line tables of code that is in no file.
  if (debugInfo)
    tellDebuggers(*result->jit);
  if (llvm::Error error = result->jit->addObjectFile(
          std::make_unique<llvm::SmallVectorMemoryBuffer>(
              std::move(object.code), "tilec",
              /*RequiresNullTerminator=*/false)))
    return error;
  for (EntryInfo &entry : object.entries) {
    auto address = result->jit->lookup(entry.signature.name);
    if (!address)
      return address.takeError();
    result->entries.push_back(
        {std::move(entry), address->toPtr<tilec_rt_entry>()});
  }
  return result;
}

} // namespace tilec
