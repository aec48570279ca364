//===- MergeCounts.cpp - One count for what is counted in a row -----------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Each operation of a scope counts its own work. What a block counts is added
// up and counted once, so that measured code takes as long as other code. A
// scope is a function: all that a block counts belongs to one.
//
//===----------------------------------------------------------------------===//

#include "Emitter.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "llvm/ADT/STLExtras.h"

using namespace tilec;
using namespace tilec::lowering;

/// Adds to \p last, which is further down in the block, what \p call counts.
static void merge(func::CallOp call, func::CallOp last) {
  OpBuilder b(last);
  // Operand 0 is the worker.
  for (unsigned i = 1; i < call.getNumOperands(); ++i)
    last.setOperand(i, b.createOrFold<arith::AddIOp>(last.getLoc(),
                                                     call.getOperand(i),
                                                     last.getOperand(i)));
  call.erase();
}

void lowering::mergeCounts(ModuleOp module) {
  module.walk([](Block *block) {
    func::CallOp last;
    for (Operation &op : llvm::make_early_inc_range(llvm::reverse(*block))) {
      auto call = dyn_cast<func::CallOp>(op);
      if (!call || call.getCallee() != kCount)
        continue;
      if (last)
        merge(call, last);
      else
        last = call;
    }
  });
}
