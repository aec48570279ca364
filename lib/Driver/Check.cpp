//===- Check.cpp - tilec check --------------------------------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Calls.h"
#include "Commands.h"
#include "Compare.h"
#include "Elements.h"
#include "Program.h"
#include "Progress.h"
#include "tilec/Dialect/Tile/Tile.h"
#include "tilec/Dialect/Tile/TileSignature.h"
#include "tilec/Driver/Driver.h"
#include <fmt/format.h>

using namespace tilec;

/// Whether the entry uses a function that the compiler and the interpreter may
/// round differently.
static bool usesInexactFunctions(mlir::func::FuncOp entry) {
  return entry
      .walk([](mlir::Operation *op) {
        bool inexact = llvm::isa<tile::ExpOp, tile::LogOp, tile::TanhOp,
                                 tile::SinOp, tile::CosOp, tile::SigmoidOp>(op);
        return inexact ? mlir::WalkResult::interrupt()
                       : mlir::WalkResult::advance();
      })
      .wasInterrupted();
}

/// What an error says, with its place; nothing if there is none.
static std::string describe(llvm::Error &error) {
  std::string text;
  llvm::raw_string_ostream out(text);
  out << error;
  return text;
}

namespace {
class Checker {
public:
  Checker(const DriverOptions &options, DriverDiagnostics &diagnostics)
      : options(options), diagnostics(diagnostics),
        program(options, diagnostics),
        report(options.outputTensors == "-" ? llvm::errs() : llvm::outs()) {}

  int run();

private:
  int makeArguments(mlir::func::FuncOp entry);
  int callBoth(mlir::func::FuncOp entry);
  int compareFailures(llvm::Error compiled, llvm::Error interpreted);
  int compareResults();
  bool compareResult(const NamedTensor &actual, const NamedTensor &expected);
  int reject(llvm::Error error) {
    diagnostics.report(std::move(error));
    return ExitRejected;
  }

  const DriverOptions &options;
  DriverDiagnostics &diagnostics;
  Program program;
  /// Standard output, unless the results go there.
  llvm::raw_ostream &report;
  GivenArguments given;
  /// The arguments of the interpreter.
  CallArguments reference;
  /// Whether the bits must agree.
  bool exact = true;
};
} // namespace

int Checker::makeArguments(mlir::func::FuncOp entry) {
  llvm::Expected<Signature> signature = tile::getSignature(entry);
  if (!signature)
    return reject(signature.takeError());
  llvm::Expected<GivenArguments> made =
      GivenArguments::make(*signature, options);
  if (!made)
    return reject(made.takeError());
  given = std::move(*made);
  llvm::Expected<Pool> pool = makePool(options);
  if (!pool)
    return reject(pool.takeError());
  // The interpreter reads rows.
  if (llvm::Error error = given.arguments.setLayouts(*signature, **pool))
    return reject(std::move(error));
  llvm::Expected<CallArguments> clone = given.arguments.cloneWritten();
  if (!clone)
    return reject(clone.takeError());
  reference = std::move(*clone);
  return ExitDone;
}

int Checker::callBoth(mlir::func::FuncOp entry) {
  std::string name = entry.getName().str();
  llvm::Error interpreted = [&] {
    Progress progress("interpreting");
    return callInterpreted(entry, reference, options);
  }();
  int status = ExitDone;
  auto compiled = program.compileForCalls(/*instrument=*/false, status);
  if (!compiled) {
    llvm::consumeError(std::move(interpreted));
    return status;
  }
  llvm::Expected<Pool> pool = makePool(options);
  if (!pool) {
    llvm::consumeError(std::move(interpreted));
    return reject(pool.takeError());
  }
  // Takes the weights from the interpreter, which is done.
  const CompiledEntry &compiledEntry = *compiled->find(name);
  if (llvm::Error error =
          given.arguments.setLayouts(compiledEntry.signature, **pool)) {
    llvm::consumeError(std::move(interpreted));
    return reject(std::move(error));
  }
  llvm::Error called = [&] {
    Progress progress("running");
    return callCompiled(compiledEntry, **pool, given.arguments);
  }();
  return compareFailures(std::move(called), std::move(interpreted));
}

/// Both must succeed, or fail alike.
int Checker::compareFailures(llvm::Error compiled, llvm::Error interpreted) {
  std::string actual = describe(compiled), expected = describe(interpreted);
  bool failed = compiled || interpreted;
  if (actual == expected) {
    llvm::consumeError(std::move(interpreted));
    if (failed)
      return reject(std::move(compiled));
    llvm::consumeError(std::move(compiled));
    return ExitDone;
  }
  auto tell = [&](const char *who, llvm::Error error) {
    diagnostics.report(
        fmt::format("{} {}", who, error ? "fails:" : "does not fail"));
    if (error)
      diagnostics.report(std::move(error));
  };
  tell("the compiled entry", std::move(compiled));
  tell("the interpreter", std::move(interpreted));
  return ExitRejected;
}

/// Prints one line about a result; whether it is right.
bool Checker::compareResult(const NamedTensor &actual,
                            const NamedTensor &expected) {
  const TensorView &tensor = actual.tensor;
  Comparison comparison = compareTensors(tensor, expected.tensor, exact);
  std::string text =
      fmt::format("  {}: {} {}: ", actual.name, getName(tensor.dtype).str(),
                  formatShape(tensor.shape));
  if (comparison.different == 0)
    text += "equal";
  else
    text += fmt::format(
        "largest error {:.3g}, relative {:.3g}; {} of {} elements differ{}",
        comparison.largestAbsolute, comparison.largestRelative,
        comparison.wrong, tensor.getNumElements(),
        exact ? "" : " beyond the tolerance");
  if (comparison.wrong)
    text += fmt::format(", first at {}: {}, expected {}",
                        formatPosition(tensor.shape, comparison.firstWrong),
                        comparison.actual, comparison.expected);
  report << text << '\n';
  return comparison.wrong == 0;
}

int Checker::compareResults() {
  std::vector<NamedTensor> actual = given.arguments.getWritten();
  std::vector<NamedTensor> expected = reference.getWritten();
  bool right = true;
  for (size_t i = 0; i < actual.size(); ++i)
    right &= compareResult(actual[i], expected[i]);
  report.flush();
  if (right)
    return ExitDone;
  diagnostics.report(
      exact ? "the compiled entry's bits are not the interpreter's"
            : "the compiled entry's results are not near the interpreter's");
  return ExitRejected;
}

int Checker::run() {
  if (int status = program.load())
    return status;
  mlir::func::FuncOp entry = program.getEntryToCall();
  if (!entry)
    return ExitRejected;
  exact = !options.fp64 && !usesInexactFunctions(entry);
  report << fmt::format("`{}`: compiled against interpreted, {}\n",
                        entry.getName().str(),
                        exact ? "bit by bit" : "within a tolerance");
  if (int status = makeArguments(entry))
    return status;
  if (int status = callBoth(entry))
    return status;
  int status = compareResults();
  if (llvm::Error error = writeResults(given.arguments, options))
    return reject(std::move(error));
  return status;
}

int tilec::checkProgram(const DriverOptions &options,
                        DriverDiagnostics &diagnostics) {
  return Checker(options, diagnostics).run();
}
