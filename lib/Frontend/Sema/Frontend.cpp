//===- Frontend.cpp - From a .tile file to tile IR ------------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilec/Frontend/Frontend.h"
#include "Elaborator.h"
#include "tilec/Frontend/ModuleLoader.h"

#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/Verifier.h"
#include "llvm/Support/MemoryBuffer.h"

using namespace tilec;
using llvm::StringRef;

namespace {
/// Elaborates what a loader has read.
class Compilation {
public:
  Compilation(mlir::MLIRContext &context, llvm::ArrayRef<Module *> modules,
              const FrontendOptions &options, Diagnostics &diags)
      : context(context), modules(modules), options(options), diags(diags) {
    context.loadDialect<mlir::arith::ArithDialect, mlir::func::FuncDialect,
                        mlir::scf::SCFDialect, tile::TileDialect>();
  }

  FrontendResult run();

private:
  void evaluateModules(Elaborator &elaborator, mlir::ModuleOp ir,
                       Emitter &emitter);
  void elaborateFunctions(Elaborator &elaborator);
  FrontendResult verify(mlir::OwningOpRef<mlir::ModuleOp> ir);

  mlir::MLIRContext &context;
  llvm::ArrayRef<Module *> modules;
  const FrontendOptions &options;
  Diagnostics &diags;
  std::vector<std::unique_ptr<ModuleScope>> owned;
  llvm::DenseMap<const Module *, ModuleScope *> scopes;
};
} // namespace

FrontendResult Compilation::run() {
  Emitter emitter(&context, diags);
  mlir::OwningOpRef<mlir::ModuleOp> ir = mlir::ModuleOp::create(
      mlir::FileLineColLoc::get(&context, modules.back()->path, 1, 1));
  {
    Reporter reporter(diags);
    Elaborator elaborator(*ir, emitter, reporter, scopes);
    evaluateModules(elaborator, *ir, emitter);
    elaborateFunctions(elaborator);
    elaborator.warnOfUnusedTiles();
  }
  if (diags.hasErrors())
    return {};
  return verify(std::move(ir));
}

/// Constants may call what would emit operations; these go nowhere.
void Compilation::evaluateModules(Elaborator &elaborator, mlir::ModuleOp ir,
                                  Emitter &emitter) {
  emitter.builder.setInsertionPointToEnd(ir.getBody());
  auto scratch = emitter.create<mlir::func::FuncOp>(
      SourceRange(), "constants", emitter.builder.getFunctionType({}, {}));
  scratch.addEntryBlock();
  emitter.enterFunction(scratch);
  Defines defines(options.defines);
  for (const Module *module : modules) {
    owned.push_back(std::make_unique<ModuleScope>(*module));
    scopes[module] = owned.back().get();
    elaborator.elaborateModule(*owned.back(), defines);
  }
  defines.reportUnused(diags);
  scratch.erase();
}

void Compilation::elaborateFunctions(Elaborator &elaborator) {
  const Module &main = *modules.back();
  const ModuleScope &scope = *scopes.lookup(&main);
  auto forEach = [&](FunctionKind kind, auto callback) {
    for (const Stmt *s : main.body)
      if (auto *function = llvm::dyn_cast<FunctionDecl>(s))
        if (function->functionKind == kind)
          callback(*function);
  };
  forEach(FunctionKind::Entry, [&](const FunctionDecl &function) {
    elaborator.elaborateEntry(function, scope);
  });
  forEach(FunctionKind::Inline, [&](const FunctionDecl &function) {
    if (!elaborator.wasCalled(function))
      elaborator.elaborateUncalled(function, scope);
  });
}

/// What elaboration makes is valid; anything else is a mistake of the compiler.
FrontendResult Compilation::verify(mlir::OwningOpRef<mlir::ModuleOp> ir) {
  FrontendResult result;
  std::string messages;
  mlir::ScopedDiagnosticHandler handler(
      &context, [&](mlir::Diagnostic &diagnostic) {
        llvm::raw_string_ostream(messages)
            << "\n  " << diagnostic.getLocation() << ": " << diagnostic;
        return mlir::success();
      });
  if (succeeded(mlir::verify(*ir))) {
    result.module = std::move(ir);
    return result;
  }
  result.internalError = true;
  diags.error("internal error: the front end made invalid IR:" + messages);
  return result;
}

FrontendResult tilec::compileModulesToTileIR(mlir::MLIRContext &context,
                                             llvm::ArrayRef<Module *> modules,
                                             const FrontendOptions &options,
                                             Diagnostics &diags) {
  return Compilation(context, modules, options, diags).run();
}

FrontendResult tilec::compileToTileIR(mlir::MLIRContext &context,
                                      StringRef path,
                                      const FrontendOptions &options,
                                      Diagnostics &diags) {
  ModuleLoader loader(diags, options.importDirs);
  if (!loader.load(path))
    return {};
  return compileModulesToTileIR(context, loader.modules(), options, diags);
}

FrontendResult tilec::compileTextToTileIR(mlir::MLIRContext &context,
                                          StringRef text, StringRef name,
                                          const FrontendOptions &options,
                                          Diagnostics &diags) {
  ModuleLoader loader(diags, options.importDirs);
  loader.load(llvm::MemoryBuffer::getMemBufferCopy(text, name));
  return compileModulesToTileIR(context, loader.modules(), options, diags);
}
