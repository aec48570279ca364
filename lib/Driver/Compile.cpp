//===- Compile.cpp - Calling the compiler ---------------------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Compile.h"
#include "InternalError.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"
#include "tilec/Driver/Driver.h"
#include <fmt/format.h>

using namespace tilec;

/// Prints the IR after the passes that the options name.
static void printBetweenPasses(mlir::PassManager &manager,
                               std::vector<std::string> names) {
  manager.enableIRPrinting(
      /*shouldPrintBeforePass=*/nullptr,
      [names = std::move(names)](mlir::Pass *pass, mlir::Operation *) {
        return names.empty() || llvm::is_contained(names, pass->getArgument());
      },
      /*printModuleScope=*/true, /*printAfterOnlyOnChange=*/false,
      /*printAfterOnlyOnFailure=*/false, llvm::errs());
}

llvm::Expected<CompileOptions>
tilec::makeCompileOptions(const DriverOptions &options) {
  CompileOptions result;
  result.triple = options.triple;
  result.cpu = options.cpu;
  result.features = options.features;
  result.optLevel = options.optLevel;
  result.pipeline.boundsChecks = options.boundsChecks;
  result.pipeline.debugInfo = options.debugInfo;
  result.pipeline.checkRaces = options.checkRaces;
  // A name that LLVM does not know is no defect of the compiler.
  auto levels =
      CPUTarget::getLevels(options.triple, options.cpu, options.features);
  if (!levels)
    return levels.takeError();
  if (!options.printAfter.empty())
    registerPipelinePasses();
  for (const std::string &name : options.printAfter)
    if (!mlir::PassInfo::lookup(name))
      return llvm::createStringError(fmt::format(
          "`--print-ir-after={}`: there is no such pass; --print-ir-after-all "
          "shows the names of those that run",
          name));
  if (options.printAfterAll || !options.printAfter.empty())
    result.configure = [all = options.printAfterAll,
                        names =
                            options.printAfter](mlir::PassManager &manager) {
      printBetweenPasses(manager, all ? std::vector<std::string>() : names);
    };
  return result;
}

int tilec::reportFailedCompilation(llvm::Error error,
                                   DriverDiagnostics &diagnostics) {
  std::string message = llvm::toString(std::move(error));
  bool rejected =
      diagnostics.getProgramErrors() && !diagnostics.getCompilerErrors();
  return rejected ? int(ExitRejected) : reportInternalError(message);
}
