// RUN: tile-opt %s | FileCheck %s

// A name in the location of an op is the name of its result.
// CHECK-LABEL: @names
func.func @names() {
  // CHECK: %rows = tile.create
  %0 = tile.create : !tile.tensor<4xf32> loc("rows"("k.tile":1:2))
  // The first of several locations, where an op stands for several.
  // CHECK: %columns = tile.create
  %1 = tile.create : !tile.tensor<4xf32> loc(fused["columns"("k.tile":1:2), "other"("k.tile":3:4)])
  return
}
