//===- Compiler.cpp - From tile IR to machine code ----------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilec/ExecutionEngine/Compiler.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Target/LLVMIR/Export.h"
#include "mlir/Target/LLVMIR/ModuleTranslation.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/IR/Module.h"
#include "llvm/Passes/OptimizationLevel.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Target/TargetMachine.h"

using namespace mlir;

namespace tilec {

static llvm::Error runPasses(PassManager &pm, ModuleOp module,
                             const CompileOptions &options) {
  if (options.configure)
    options.configure(pm);
  if (failed(pm.run(module)))
    return llvm::createStringError("the program could not be compiled");
  return llvm::Error::success();
}

llvm::Error lowerModule(ModuleOp module, const CPUTarget &target,
                        const CompileOptions &options) {
  PassManager pm(module->getName(), PassManager::Nesting::Explicit);
  buildTilePipeline(pm, options.pipeline);
  buildLoweringPipeline(pm, target, options.pipeline);
  return runPasses(pm, module, options);
}

static llvm::CodeGenOptLevel getCodeGenLevel(unsigned level) {
  return static_cast<llvm::CodeGenOptLevel>(std::min(level, 3u));
}

/// LLVM's own pipeline without what would undo ours: the loops are vector
/// loops already, and unrolling them again only grows the code.
static void optimize(llvm::Module &module, llvm::TargetMachine &machine,
                     unsigned level) {
  llvm::PipelineTuningOptions tuning;
  tuning.LoopUnrolling = false;
  tuning.LoopVectorization = false;
  tuning.SLPVectorization = false;
  tuning.LoopInterleaving = false;
  llvm::PassBuilder builder(&machine, tuning);
  llvm::LoopAnalysisManager loops;
  llvm::FunctionAnalysisManager functions;
  llvm::CGSCCAnalysisManager graph;
  llvm::ModuleAnalysisManager modules;
  builder.registerModuleAnalyses(modules);
  builder.registerCGSCCAnalyses(graph);
  builder.registerFunctionAnalyses(functions);
  builder.registerLoopAnalyses(loops);
  builder.crossRegisterProxies(loops, functions, graph, modules);
  static constexpr const llvm::OptimizationLevel *levels[] = {
      &llvm::OptimizationLevel::O0, &llvm::OptimizationLevel::O1,
      &llvm::OptimizationLevel::O2, &llvm::OptimizationLevel::O3};
  const llvm::OptimizationLevel &chosen = *levels[std::min(level, 3u)];
  llvm::ModulePassManager passes =
      level == 0 ? builder.buildO0DefaultPipeline(chosen)
                 : builder.buildPerModuleDefaultPipeline(chosen);
  passes.run(module, modules);
}

llvm::Expected<std::unique_ptr<llvm::Module>>
translateModule(ModuleOp module, llvm::LLVMContext &context,
                const CPUTarget &target, const CompileOptions &options) {
  auto machine = target.createTargetMachine(getCodeGenLevel(options.optLevel));
  if (!machine)
    return machine.takeError();
  std::unique_ptr<llvm::Module> result =
      translateModuleToLLVMIR(module, context, "tilec");
  if (!result)
    return llvm::createStringError("translation to LLVM IR failed");
  result->setDataLayout((*machine)->createDataLayout());
  result->setTargetTriple(target.triple().str());
  for (llvm::Function &function : *result) {
    if (function.isDeclaration())
      continue;
    function.addFnAttr("target-cpu", target.cpu());
    function.addFnAttr("target-features", target.featureString());
    // Vectors are 512 bits wide where registers are.
    if (target.features().avx512)
      function.addFnAttr("prefer-vector-width", "512");
  }
  optimize(*result, **machine, options.optLevel);
  return result;
}

llvm::Error emitMachineCode(llvm::Module &module, const CPUTarget &target,
                            const CompileOptions &options, OutputKind kind,
                            llvm::raw_pwrite_stream &out) {
  auto machine = target.createTargetMachine(getCodeGenLevel(options.optLevel));
  if (!machine)
    return machine.takeError();
  llvm::legacy::PassManager passes;
  auto type = kind == OutputKind::Object ? llvm::CodeGenFileType::ObjectFile
                                         : llvm::CodeGenFileType::AssemblyFile;
  if ((*machine)->addPassesToEmitFile(passes, out, nullptr, type))
    return llvm::createStringError("the target cannot emit this kind of file");
  passes.run(module);
  return llvm::Error::success();
}

} // namespace tilec
