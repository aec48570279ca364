//===- DebugLines.cpp - Line tables that name the right file --------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "tilec/Conversion/Passes.h"
#include "tilec/Dialect/Tile/SourceLocation.h"
#include "llvm/Support/Path.h"

namespace tilec {
#define GEN_PASS_DEF_TILEDEBUGLINES
#include "tilec/Conversion/Passes.h.inc"
} // namespace tilec

using namespace mlir;
using namespace tilec;

namespace {

struct DebugLines : tilec::impl::TileDebugLinesBase<DebugLines> {
  void runOnOperation() override {
    getOperation().walk([](LLVM::LLVMFuncOp func) {
      auto fused = dyn_cast<FusedLoc>(func.getLoc());
      auto program =
          fused ? dyn_cast_or_null<LLVM::DISubprogramAttr>(fused.getMetadata())
                : LLVM::DISubprogramAttr();
      if (program)
        func.walk([&](Operation *op) {
          if (op != func)
            op->setLoc(getPlace(op->getLoc(), program));
        });
    });
  }

  /// The statement's place, with its file where that is not the function's.
  static Location getPlace(Location loc, LLVM::DISubprogramAttr program) {
    MLIRContext *context = loc.getContext();
    FileLineColLoc place = getSourceLocation(loc);
    StringRef path = place.getFilename();
    auto file = LLVM::DIFileAttr::get(context, llvm::sys::path::filename(path),
                                      llvm::sys::path::parent_path(path));
    if (file == program.getFile())
      return place;
    auto block = LLVM::DILexicalBlockFileAttr::get(context, program, file,
                                                   /*discriminator=*/0);
    return FusedLoc::get(context, {place}, block);
  }
};

} // namespace
