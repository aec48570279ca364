// RUN: tile-opt --tile-trust-bounds %s | FileCheck %s

// CHECK-LABEL: func.func @every_access
func.func @every_access(%x: !tile.tensor<?x8xf32>, %i: index) {
  %c0 = arith.constant 0 : index
  // CHECK: tile.slice {{.*}} inbounds
  %t = tile.slice %x[%i, %c0] : !tile.tensor<?x8xf32> -> !tile.tile<4x8xf32>
  // CHECK: tile.assemble {{.*}} inbounds
  tile.assemble %t into %x[%i, %c0] : !tile.tile<4x8xf32> into !tile.tensor<?x8xf32>
  // CHECK: tile.read {{.*}} inbounds
  %v = tile.read %x[%i, %c0] : !tile.tensor<?x8xf32> -> f32
  // CHECK: tile.write {{.*}} inbounds
  tile.write %v into %x[%i, %c0] : f32 into !tile.tensor<?x8xf32>
  // What the program itself asserts stays.
  %ok = arith.cmpi sge, %i, %c0 : index
  // CHECK: tile.assert
  tile.assert %ok, "negative"
  return
}
