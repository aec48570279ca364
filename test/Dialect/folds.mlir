// RUN: tile-opt %s --canonicalize --split-input-file | FileCheck %s

// CHECK-LABEL: @dim
// CHECK-SAME: %[[X:.*]]: !tile.tensor<?x64xf32>, %[[N:.*]]: index, %[[M:.*]]: index
func.func @dim(%x: !tile.tensor<?x64xf32>, %n: index, %m: index, %t: !tile.tile<4x8xf32>)
    -> (index, index, index, index) {
  // CHECK-DAG: %[[C64:.*]] = arith.constant 64 : index
  // CHECK-DAG: %[[C8:.*]] = arith.constant 8 : index
  // CHECK: %[[D:.*]] = tile.dim %[[X]], 0
  %a = tile.dim %x, 0 : !tile.tensor<?x64xf32>
  %b = tile.dim %x, 1 : !tile.tensor<?x64xf32>
  %new = tile.create(%n, %m) : !tile.tensor<?x4x?xf32>
  %c = tile.dim %new, 2 : !tile.tensor<?x4x?xf32>
  %d = tile.dim %t, 1 : !tile.tile<4x8xf32>
  // CHECK: return %[[D]], %[[C64]], %[[M]], %[[C8]]
  return %a, %b, %c, %d : index, index, index, index
}

// -----

// CHECK-LABEL: @valid_dim
func.func @valid_dim(%t: !tile.tile<4x8xf32, valid ?x3>) -> (index, index) {
  // CHECK-DAG: %[[C3:.*]] = arith.constant 3 : index
  // CHECK: %[[D:.*]] = tile.valid_dim %{{.*}}, 0
  %a = tile.valid_dim %t, 0 : !tile.tile<4x8xf32, valid ?x3>
  %b = tile.valid_dim %t, 1 : !tile.tile<4x8xf32, valid ?x3>
  // CHECK: return %[[D]], %[[C3]]
  return %a, %b : index, index
}

// -----

// CHECK-LABEL: @identities
// CHECK-SAME: %[[T:.*]]: !tile.tile<4x8xf32>, %[[X:.*]]: !tile.tensor<4x8xf32>
func.func @identities(%t: !tile.tile<4x8xf32>, %x: !tile.tensor<4x8xf32>)
    -> (!tile.tile<4x8xf32>, !tile.tile<4x8xf32>, !tile.tile<4x8xf32>, !tile.tile<4x8xf32>, !tile.tensor<4x8xf32>, !tile.tile<4x8xf32>) {
  %c0 = arith.constant 0 : index
  %a = tile.slice %t[%c0, %c0] : !tile.tile<4x8xf32> -> !tile.tile<4x8xf32>
  %b = tile.relax_valid %t : !tile.tile<4x8xf32> -> !tile.tile<4x8xf32>
  %c = tile.fill_pad %t zero : !tile.tile<4x8xf32> -> !tile.tile<4x8xf32>
  %d = tile.reshape %t : !tile.tile<4x8xf32> -> !tile.tile<4x8xf32>
  %e = tile.reshape %x : !tile.tensor<4x8xf32> -> !tile.tensor<4x8xf32>
  %f = tile.cast %t rint : !tile.tile<4x8xf32> -> !tile.tile<4x8xf32>
  // CHECK-NEXT: return %[[T]], %[[T]], %[[T]], %[[T]], %[[X]], %[[T]]
  return %a, %b, %c, %d, %e, %f
      : !tile.tile<4x8xf32>, !tile.tile<4x8xf32>, !tile.tile<4x8xf32>, !tile.tile<4x8xf32>, !tile.tensor<4x8xf32>, !tile.tile<4x8xf32>
}

// -----

// A read of memory stays where it is: what is assembled later must not show.
// CHECK-LABEL: @slices_of_tensors
func.func @slices_of_tensors(%x: !tile.tensor<4xf32>) -> !tile.tile<4xf32> {
  %c0 = arith.constant 0 : index
  // CHECK: %[[A:.*]] = tile.slice
  %a = tile.slice %x[%c0] : !tile.tensor<4xf32> -> !tile.tile<4xf32>
  // CHECK: return %[[A]]
  return %a : !tile.tile<4xf32>
}

// -----

// Equal `?` may be different extents.
// CHECK-LABEL: @dynamic_reshape
func.func @dynamic_reshape(%x: !tile.tensor<?x?xf32>) -> !tile.tensor<?x?xf32> {
  // CHECK: tile.reshape
  %y = tile.reshape %x : !tile.tensor<?x?xf32> -> !tile.tensor<?x?xf32>
  return %y : !tile.tensor<?x?xf32>
}

// -----

// CHECK-LABEL: @divisions
func.func @divisions(%n: index) -> (index, index, index, index, index, index) {
  // CHECK-DAG: %[[M4:.*]] = arith.constant -4 : index
  // CHECK-DAG: %[[C1:.*]] = arith.constant 1 : index
  // CHECK-DAG: %[[LEAST:.*]] = arith.constant -9223372036854775808 : index
  // CHECK-DAG: %[[C0:.*]] = arith.constant 0 : index
  %m7 = arith.constant -7 : index
  %c2 = arith.constant 2 : index
  %c1 = arith.constant 1 : index
  %m1 = arith.constant -1 : index
  %least = arith.constant -9223372036854775808 : index
  %a = tile.floordiv %m7, %c2 : index
  %b = tile.mod %m7, %c2 : index
  %c = tile.floordiv %least, %m1 : index
  %d = tile.mod %least, %m1 : index
  %e = tile.floordiv %n, %c1 : index
  %f = tile.mod %n, %m7 : index
  // CHECK: %[[F:.*]] = tile.mod
  // CHECK: return %[[M4]], %[[C1]], %[[LEAST]], %[[C0]], %{{.*}}, %[[F]]
  return %a, %b, %c, %d, %e, %f : index, index, index, index, index, index
}

// -----

// An error of the run is not folded away.
// CHECK-LABEL: @division_by_zero
func.func @division_by_zero() -> index {
  %c0 = arith.constant 0 : index
  %c7 = arith.constant 7 : index
  // CHECK: tile.floordiv
  %a = tile.floordiv %c7, %c0 : index
  return %a : index
}

// -----

// CHECK-LABEL: @assertions
// CHECK-SAME: %[[B:.*]]: i1
func.func @assertions(%b: i1) {
  %true = arith.constant true
  %false = arith.constant false
  tile.assert %true, "holds"
  // CHECK: tile.assert %false, "fails"
  tile.assert %false, "fails"
  // CHECK: tile.assert %[[B]], "unknown"
  tile.assert %b, "unknown"
  return
}

// -----

// Unused values go; writes stay.
// CHECK-LABEL: @dead
func.func @dead(%x: !tile.tile<4x8xf32>, %y: !tile.tensor<4x8xf32>) {
  %c0 = arith.constant 0 : index
  // CHECK-NOT: tile.add
  %a = tile.add %x, %x : !tile.tile<4x8xf32>, !tile.tile<4x8xf32> -> !tile.tile<4x8xf32>
  // CHECK: tile.assemble
  tile.assemble %x into %y[%c0, %c0] : !tile.tile<4x8xf32> into !tile.tensor<4x8xf32>
  return
}
