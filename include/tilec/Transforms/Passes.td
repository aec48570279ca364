//===- Passes.td - From tile IR to tile IR -----------------*- tablegen -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TILEC_TRANSFORMS_PASSES_TD
#define TILEC_TRANSFORMS_PASSES_TD

include "mlir/Pass/PassBase.td"

def TileCollapseParallel : Pass<"tile-collapse-parallel"> {
  let summary = "Perfectly nested parallel loops as one";
  let description = [{
    A parallel loop inside of another runs serially on one worker, so an outer loop of
    one iteration would leave the other workers idle. Where the body of a parallel loop
    is nothing but another one, whose bounds do not depend on the outer iteration, both
    become one loop over all pairs, in the order in which the nest runs.

    Before:
    ```mlir
    func.func @nest(%x: !tile.tensor<?x8xf32>, %m: index, %v: f32) {
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %c8 = arith.constant 8 : index
      tile.parallel %i = %c0 to %m step %c1 {
        tile.parallel %j = %c0 to %c8 step %c1 {
          tile.write %v into %x[%i, %j] : f32 into !tile.tensor<?x8xf32>
        }
      }
      return
    }
    ```
    After: one `tile.parallel` of `%m * 8` iterations that computes `%i` and `%j` by
    `tile.floordiv` and `tile.mod`.
  }];
  let statistics = [Statistic<"numCollapsed", "collapsed", "Loops merged into the one around them">];
  let dependentDialects = ["::mlir::arith::ArithDialect"];
}

#endif // TILEC_TRANSFORMS_PASSES_TD
