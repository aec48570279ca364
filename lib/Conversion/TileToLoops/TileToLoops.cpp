//===- TileToLoops.cpp - Entries as loops over vectors and pointers -----===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Emitter.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlowOps.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "tilec/Conversion/Passes.h"

namespace tilec {
#define GEN_PASS_DEF_TILETOLOOPS
#define GEN_PASS_DEF_TILEBOUNDSCHECKSOFF
#include "tilec/Conversion/Passes.h.inc"
} // namespace tilec

using namespace tilec;
using namespace tilec::lowering;

namespace {

struct TileToLoops : tilec::impl::TileToLoopsBase<TileToLoops> {
  using TileToLoopsBase::TileToLoopsBase;

  void runOnOperation() override {
    llvm::Expected<CPUTarget> target = CPUTarget::get(triple, cpu, features);
    if (!target) {
      getOperation().emitError(llvm::toString(target.takeError()));
      return signalPassFailure();
    }
    PipelineOptions options;
    options.instrument = instrument;
    SmallVector<func::FuncOp> entries;
    for (auto func : getOperation().getOps<func::FuncOp>()) {
      if (!func->hasAttr("tile.entry")) {
        func.emitError("only a function with `tile.entry` can be compiled");
        return signalPassFailure();
      }
      entries.push_back(func);
    }
    for (func::FuncOp entry : entries) {
      Emitter emitter(getOperation(), *target, options);
      if (failed(emitter.emitEntry(entry)))
        return signalPassFailure();
    }
    if (instrument)
      mergeCounts(getOperation());
  }
};

struct TileBoundsChecksOff
    : tilec::impl::TileBoundsChecksOffBase<TileBoundsChecksOff> {
  void runOnOperation() override {
    getOperation().walk([](Operation *op) {
      if (auto slice = dyn_cast<tile::SliceOp>(op))
        slice.setInbounds(true);
      else if (auto assemble = dyn_cast<tile::AssembleOp>(op))
        assemble.setInbounds(true);
      else if (auto read = dyn_cast<tile::ReadOp>(op))
        read.setInbounds(true);
      else if (auto write = dyn_cast<tile::WriteOp>(op))
        write.setInbounds(true);
      else if (auto contract = dyn_cast<tile::ContractOp>(op))
        contract.setInbounds(true);
    });
  }
};

} // namespace
