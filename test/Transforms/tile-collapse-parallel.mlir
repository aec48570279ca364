// RUN: tile-opt --tile-collapse-parallel %s | FileCheck %s
// RUN: tile-opt --tile-collapse-parallel --canonicalize %s -o %t.mlir
// RUN: tilec run %s --entry fill --dim M=3 --fill x=zero --interpret --out %t.before.safetensors
// RUN: tilec run %t.mlir --entry fill --dim M=3 --fill x=zero --interpret --out %t.after.safetensors
// RUN: cmp %t.before.safetensors %t.after.safetensors
// RUN: tilec check %t.mlir --entry fill --dim M=0 --fill x=zero
// RUN: tilec check %t.mlir --entry fill --dim M=3 --fill x=zero --threads 5

// CHECK-LABEL: func.func @fill(
// CHECK-SAME:    %[[M:[a-zA-Z0-9]+]]: index {tile.symbol = "M"}
// CHECK:         %[[TOTAL:.*]] = arith.muli %{{.*}}, %{{.*}} : index
// CHECK:         tile.parallel %[[N:.*]] = %{{.*}} to %[[TOTAL]] step
// CHECK-NEXT:      %[[OUTER:.*]] = tile.floordiv %[[N]]
// CHECK:           tile.mod %[[N]]
// CHECK-NOT:       tile.parallel
func.func @fill(%x: !tile.tensor<?x8xf32> {tile.name = "x", tile.direction = "inout", tile.shape = affine_map<()[s0] -> (s0, 8)>},
                %m: index {tile.symbol = "M"}) attributes {tile.entry} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  tile.parallel %i = %c0 to %m step %c1 {
    %c2 = arith.constant 2 : index
    %c3 = arith.constant 3 : index
    %c8 = arith.constant 8 : index
    tile.parallel %j = %c2 to %c8 step %c3 {
      %sum = arith.addi %i, %j : index
      %v = tile.scalar_cast %sum rint to f32 : index -> f32
      tile.write %v into %x[%i, %j] : f32 into !tile.tensor<?x8xf32>
    }
  }
  return
}

// The inner bounds depend on the outer iteration: not a rectangle.
// CHECK-LABEL: func.func @triangle(
// CHECK:         tile.parallel
// CHECK:           tile.parallel
func.func @triangle(%x: !tile.tensor<8x8xf32> {tile.name = "x", tile.direction = "inout", tile.shape = affine_map<() -> (8, 8)>},
                    %v: f32 {tile.name = "v", tile.dtype = "FP32"}) attributes {tile.entry} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c8 = arith.constant 8 : index
  tile.parallel %i = %c0 to %c8 step %c1 {
    tile.parallel %j = %c0 to %i step %c1 {
      tile.write %v into %x[%i, %j] : f32 into !tile.tensor<8x8xf32>
    }
  }
  return
}
