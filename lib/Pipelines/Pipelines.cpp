//===- Pipelines.cpp - The order of the passes --------------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilec/Pipelines/Pipelines.h"
#include "mlir/Conversion/Passes.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlow.h"
#include "mlir/Dialect/DLTI/DLTI.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/LLVMIR/Transforms/Passes.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Target/LLVMIR/Dialect/Builtin/BuiltinToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/LLVMIR/LLVMToLLVMIRTranslation.h"
#include "mlir/Transforms/Passes.h"
#include "tilec/Conversion/Passes.h"
#include "tilec/Dialect/Tile/Tile.h"
#include "tilec/Transforms/Passes.h"

using namespace mlir;

namespace tilec {

void buildCheckPipeline(OpPassManager &pm) {
  pm.addNestedPass<func::FuncOp>(createTileCheckParallel());
  pm.addNestedPass<func::FuncOp>(createTileCheckWorkingSet());
}

void buildTilePipeline(OpPassManager &pm, const PipelineOptions &options) {
  if (!options.boundsChecks)
    pm.addPass(createTileBoundsChecksOff());
  // The author's accesses, before any of them is moved or merged.
  if (options.checkRaces)
    pm.addNestedPass<func::FuncOp>(createTileTestRaces());
  // Index values are compared by what computes them: nothing needs to be folded
  // or merged before.
  pm.addNestedPass<func::FuncOp>(createTileFormContractions());
  // Contractions read packed storage, slices do not. Offsets are still as the
  // author wrote them.
  pm.addNestedPass<func::FuncOp>(createTilePackWeights());
  // A contraction is one access where its loop was one a step; two loops as one
  // compute their indices by divisions.
  pm.addNestedPass<func::FuncOp>(createTileCheckBounds());
  // The number of rows of a contraction is one operand, that of a loop many.
  // What is proven to be inside may shrink without losing an error.
  pm.addNestedPass<func::FuncOp>(createTilePropagateDemand());
  // A contraction reads all of K at once, so fewer accesses have to be
  // compared.
  pm.addNestedPass<func::FuncOp>(createTileParallelizeLoops());
  // Whatever runs in parallel has its final level now.
  pm.addNestedPass<func::FuncOp>(createTileFuseScopes());
  // Also merges loops that have just become parallel.
  pm.addPass(createTileCollapseParallel());
  // After all that asks where extents come from: the plain ones are shorter.
  pm.addNestedPass<func::FuncOp>(createTileClampValidShape());
  // What needs no check any more cannot fail; branches would hide nests and
  // neighbours from other passes.
  pm.addNestedPass<func::FuncOp>(createTileSkipEmpty());
  // Last: storage with a place in memory of its own hides that iterations,
  // which created it, are independent.
  pm.addNestedPass<func::FuncOp>(createTileHoistBuffers());
  pm.addNestedPass<func::FuncOp>(createTilePlanBuffers());
  // What a loop reads stays where it is from here on; no buffer lives shorter.
  pm.addNestedPass<func::FuncOp>(createTileHoistPacking());
  // Where things are and in which order they are read is final.
  pm.addNestedPass<func::FuncOp>(createTilePrefetchTiles());
}

void buildLoweringPipeline(OpPassManager &pm, const CPUTarget &target,
                           const PipelineOptions &options) {
  TileToLoopsOptions loops;
  loops.triple = target.triple().str();
  loops.cpu = target.cpu().str();
  loops.features = target.featureString().str();
  loops.instrument = options.instrument;
  pm.addPass(createTileToLoops(loops));
  // Scalars around the loops fold and merge before they become a graph.
  pm.addPass(createCanonicalizerPass());
  pm.addPass(createCSEPass());
  pm.addPass(createConvertSCFToCFPass());
  // Checks leave functions early, which structured control flow cannot say.
  pm.addPass(createTileChecksToRuntime());
  pm.addPass(createConvertVectorToLLVMPass());
  pm.addPass(createConvertMathToLLVMPass());
  pm.addPass(createArithToLLVMConversionPass());
  pm.addPass(createConvertFuncToLLVMPass());
  pm.addPass(createConvertControlFlowToLLVMPass());
  pm.addPass(createConvertIndexToLLVMPass());
  pm.addPass(createReconcileUnrealizedCastsPass());
  pm.addPass(createCSEPass());
  if (options.debugInfo) {
    pm.addPass(LLVM::createDIScopeForLLVMFuncOpPass());
    pm.addPass(createTileDebugLines());
  }
}

void registerPipelineDialects(DialectRegistry &registry) {
  registry.insert<tile::TileDialect, affine::AffineDialect, arith::ArithDialect,
                  cf::ControlFlowDialect, DLTIDialect, func::FuncDialect,
                  LLVM::LLVMDialect, math::MathDialect, scf::SCFDialect,
                  vector::VectorDialect>();
  registerBuiltinDialectTranslation(registry);
  registerLLVMDialectTranslation(registry);
}

void registerPipelinePasses() {
  mlir::registerConversionPasses();
  mlir::registerTransformsPasses();
  LLVM::registerLLVMPasses();
  tilec::registerConversionPasses();
  tilec::registerTransformsPasses();
  PassPipelineRegistration<>(
      "tile-pipeline", "All passes from tile IR to tile IR, in order",
      [](OpPassManager &pm) { buildTilePipeline(pm, PipelineOptions()); });
}

} // namespace tilec
