//===- Pipelines.h - The order of the passes --------------------*- C++ -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The only place that orders passes.
//
//===----------------------------------------------------------------------===//

#ifndef TILEC_PIPELINES_PIPELINES_H
#define TILEC_PIPELINES_PIPELINES_H

#include "mlir/Pass/PassManager.h"
#include "tilec/Target/CPUTarget.h"

namespace tilec {

struct PipelineOptions {
  /// False removes the bounds checks that remain (`--no-bounds-checks`).
  bool boundsChecks = true;
  /// Parallel loops that are not proven independent test themselves
  /// (`--check-races`).
  bool checkRaces = false;
  /// Brackets scopes with the profile hooks of the run-time library and counts
  /// bytes and floating-point operations.
  bool instrument = false;
  /// Line tables (`-g`).
  bool debugInfo = false;
};

/// What the author of tile IR should know: errors and warnings, no changes.
void buildCheckPipeline(mlir::OpPassManager &pm);

/// Tile IR to tile IR: what makes the program fast and safe.
void buildTilePipeline(mlir::OpPassManager &pm, const PipelineOptions &options);

/// Tile IR to the LLVM dialect.
void buildLoweringPipeline(mlir::OpPassManager &pm, const CPUTarget &target,
                           const PipelineOptions &options);

/// Registers the dialects, and the translations to LLVM IR, that the pipelines
/// need.
void registerPipelineDialects(mlir::DialectRegistry &registry);

/// Registers every pass and pipeline by name, for tile-opt.
void registerPipelinePasses();

} // namespace tilec

#endif // TILEC_PIPELINES_PIPELINES_H
