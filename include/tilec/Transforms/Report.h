//===- Report.h - What a pass says about its work ---------------*- C++ -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Remarks to the author of a program: what a pass did, what it could not do and
// why, one for each decision. `tilec --pass-report` shows them with the line of
// the program, tile-opt always does.
//
//===----------------------------------------------------------------------===//

#ifndef TILEC_TRANSFORMS_REPORT_H
#define TILEC_TRANSFORMS_REPORT_H

#include "mlir/IR/Diagnostics.h"
#include "mlir/Pass/Pass.h"

namespace tilec {

/// Begins a remark with the name of the pass; notes attach to it as usual:
///   emitReport(*this, loop.getLoc()) << "merged with the loop around it";
inline mlir::InFlightDiagnostic emitReport(const mlir::Pass &pass,
                                           mlir::Location loc) {
  return mlir::emitRemark(loc) << pass.getArgument() << ": ";
}

/// For what has no pass at hand, such as a pattern.
inline mlir::InFlightDiagnostic emitReport(llvm::StringRef passArgument,
                                           mlir::Location loc) {
  return mlir::emitRemark(loc) << passArgument << ": ";
}

/// A value as the author knows it: by its name, where it has one, inside of an
/// inlined function too; or else as `unnamed`.
inline std::string describeValue(mlir::Value value,
                                 llvm::StringRef unnamed = "an extent") {
  mlir::Location loc = value.getLoc();
  while (auto call = llvm::dyn_cast<mlir::CallSiteLoc>(loc))
    loc = call.getCallee();
  if (auto name = llvm::dyn_cast<mlir::NameLoc>(loc))
    return ("`" + name.getName().getValue() + "`").str();
  return unnamed.str();
}

} // namespace tilec

#endif // TILEC_TRANSFORMS_REPORT_H
