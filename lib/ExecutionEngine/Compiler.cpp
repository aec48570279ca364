//===- Compiler.cpp - From tile IR to machine code ----------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilec/ExecutionEngine/Compiler.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Target/LLVMIR/Export.h"
#include "mlir/Target/LLVMIR/ModuleTranslation.h"
#include "tilec/Dialect/Tile/TileSignature.h"
#include "llvm/IR/DiagnosticInfo.h"
#include "llvm/IR/DiagnosticPrinter.h"
#include "llvm/IR/LLVMContext.h"
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

/// What must be read off the entries before the lowering replaces them.
static llvm::Expected<ModuleInfo> takeEntries(ModuleOp module) {
  ModuleInfo result;
  for (auto func : module.getOps<func::FuncOp>()) {
    if (!func->hasAttr("tile.entry"))
      continue;
    llvm::Expected<Signature> signature = tile::getSignature(func);
    if (!signature)
      return signature.takeError();
    EntryInfo &entry = result.entries.emplace_back();
    entry.signature = std::move(*signature);
    if (auto doc = func->getAttrOfType<StringAttr>("tile.doc"))
      entry.doc = doc.str();
  }
  return result;
}

/// What the compiler chose for the weights.
static void setLayouts(Signature &signature, ArrayRef<int64_t> layouts) {
  for (Parameter &parameter : signature.parameters)
    if (parameter.isTensor()) {
      parameter.layout = static_cast<Layout>(layouts.front());
      layouts = layouts.drop_front();
    }
}

/// What the lowering has left on the functions of the entries.
static void takeResults(ModuleOp module, ModuleInfo &result) {
  for (EntryInfo &entry : result.entries) {
    Operation *func = module.lookupSymbol(entry.signature.name);
    entry.scratchBytes =
        func->getAttrOfType<IntegerAttr>("tile.scratch_bytes").getInt();
    setLayouts(entry.signature,
               func->getAttrOfType<DenseI64ArrayAttr>("tile.layouts"));
    for (Attribute name : func->getAttrOfType<ArrayAttr>("tile.scopes"))
      result.scopeNames.push_back(cast<StringAttr>(name).str());
  }
}

llvm::Expected<ModuleInfo> lowerEntries(ModuleOp module,
                                        const CPUTarget &target,
                                        const CompileOptions &options) {
  llvm::Expected<ModuleInfo> result = takeEntries(module);
  if (!result)
    return result.takeError();
  if (llvm::Error error = lowerModule(module, target, options))
    return error;
  takeResults(module, *result);
  return result;
}

/// Keeps what LLVM's code generator says instead of printing it, and of ending
/// the process after an error.
static void collectErrors(llvm::LLVMContext &context, std::string &errors) {
  context.setDiagnosticHandlerCallBack(
      [](const llvm::DiagnosticInfo *info, void *text) {
        if (info->getSeverity() != llvm::DS_Error)
          return;
        llvm::raw_string_ostream stream(*static_cast<std::string *>(text));
        llvm::DiagnosticPrinterRawOStream printer(stream);
        info->print(printer);
      },
      &errors);
}

llvm::Expected<CompiledObject> compileToObject(ModuleOp module,
                                               const CompileOptions &options) {
  auto target = CPUTarget::get(options.triple, options.cpu, options.features);
  if (!target)
    return target.takeError();
  llvm::Expected<ModuleInfo> info = lowerEntries(module, *target, options);
  if (!info)
    return info.takeError();
  CompiledObject result{std::move(*info), {}};
  llvm::LLVMContext context;
  std::string errors;
  collectErrors(context, errors);
  auto llvmModule = translateModule(module, context, *target, options);
  if (!llvmModule)
    return llvmModule.takeError();
  llvm::raw_svector_ostream stream(result.code);
  if (llvm::Error error = emitMachineCode(**llvmModule, *target, options,
                                          OutputKind::Object, stream))
    return error;
  if (!errors.empty())
    return llvm::createStringError(errors);
  return result;
}

} // namespace tilec
