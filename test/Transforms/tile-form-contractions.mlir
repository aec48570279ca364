// The ways to write a sum over K (Inputs/k_loops.tile); tile-form-contractions-errors.mlir has what is none.
// RUN: tilec %S/Inputs/k_loops.tile --emit=tile -g -o %t.mlir
// RUN: tile-opt %t.mlir --tile-form-contractions --canonicalize --cse 2>%t.remarks | FileCheck %s --implicit-check-not=tile.matmul
// RUN: FileCheck %s --check-prefix=REMARK < %t.remarks
// RUN: tile-opt %s --tile-form-contractions --canonicalize 2>&1 | FileCheck %s --check-prefix=HERE

// REMARK-NOT: no contraction
// REMARK:     k_loops.tile:25:31: remark: tile-form-contractions: contraction of K = 70 from 3 steps
// REMARK:     remark: tile-form-contractions: contraction of any K from steps of 32
// REMARK-NOT: no contraction

// CHECK-LABEL: func.func @branch_in_loop(
// CHECK:         tile.scope @core_group "product"
// CHECK-NOT:       scf.for
// CHECK-NEXT:      %[[M:.*]] = arith.subi
// CHECK-NEXT:      %[[N:.*]] = arith.subi
// CHECK-NEXT:      %acc = tile.contract %{{.*}}[%{{.*}}, %c0], %{{.*}}[%c0, %{{.*}}] m %[[M]] n %[[N]] k %c70 step 32 :
// CHECK-NEXT:      tile.assemble %acc

// CHECK-LABEL: func.func @slices_in_arms(
// CHECK:         %[[ROWS:.*]] = arith.minsi
// CHECK:         tile.scope @core_group "product"
// CHECK-NOT:       tile.create
// CHECK:           %acc = tile.contract {{.*}} m %[[ROWS]] n %{{.*}} k %c70 step 32 :
// CHECK-NEXT:      tile.assemble %acc

// CHECK-LABEL: func.func @step_before(
// CHECK-SAME:    %[[K:[a-z0-9]+]]: index {tile.symbol = "K"}
// CHECK-NOT:     tile.slice
// CHECK:         tile.contract {{.*}} k %[[K]] step 32 :
// CHECK-NOT:     scf.for

// The zeros have the region of the sum, whether there is a step or not.
// CHECK-LABEL: func.func @from_zero(
// CHECK-SAME:    %[[K:[a-z0-9]+]]: index {tile.symbol = "K"}
// CHECK-NOT:     arith.select
// CHECK:         tile.contract {{.*}} k %[[K]] step 32 : !tile.tensor<?x?xi8>, !tile.tensor<?x40xi8> ->

// CHECK-LABEL: func.func @from_whole_zero(
// CHECK-SAME:    %[[M:[a-z0-9]+]]: index {tile.symbol = "M"}, %[[K:[a-z0-9]+]]: index {tile.symbol = "K"}
// CHECK:         %[[RUNS:.*]] = arith.cmpi sgt, %[[K]], %c0
// CHECK:         %[[ROWS:.*]] = arith.select %[[RUNS]], %[[M]], %c8
// CHECK:         tile.contract {{.*}} m %[[ROWS]] n %c16 k %[[K]] step 32 : !tile.tensor<?x?xf32>, !tile.tensor<?x16xf32> -> <8x16xf32, valid ?x16>

// CHECK-LABEL: func.func @from_tile(
// CHECK:         %start = tile.expand
// CHECK:         %[[STEPS:.*]] = arith.maxsi
// CHECK-NEXT:    %[[K:.*]] = arith.muli %[[STEPS]], %c32
// CHECK-NEXT:    tile.contract {{.*}} m %c8 n %c16 k %[[K]] step 32 acc %start transpose_a transpose_b :

// CHECK-LABEL: func.func @gate_up(
// CHECK:         %[[ROW:.*]] = arith.muli
// CHECK:         %gate = tile.contract %{{.*}}[%{{.*}}, %c0], %[[GATE:.*]][%[[ROW]], %{{.*}}] m
// CHECK:         %up = tile.contract %{{.*}}[%{{.*}}, %c0], %[[UP:.*]][%[[ROW]], %{{.*}}] m
// CHECK-NEXT:    tile.mul %gate, %up

// CHECK-LABEL: func.func @of_tile(
// CHECK:         tile.contract %{{.*}}[%c0, %c0], {{.*}} k %c70 step 32 : !tile.tile<8x96xbf16, valid ?x70>, !tile.tensor<70x40xbf16> ->

// CHECK-LABEL: func.func @outside(
// CHECK:         tile.contract

// What else a loop carries goes on; the first step takes part although others stand between.
// HERE-LABEL: func.func @shared(
// HERE:         %[[OTHER:.*]] = scf.for %{{.*}} = %c16 to %c64 step %c16 iter_args(%[[CARRIED:.*]] = %{{.*}}) -> (f32) {
// HERE-NOT:       tile.
// HERE:           scf.yield
// HERE:         }
// HERE:         %[[SUM:.*]] = tile.contract %{{.*}}[%c0, %c0], %{{.*}}[%c0, %c0] m %c8 n %c8 k %c64 inbounds :
// HERE:         return %[[SUM]], %[[OTHER]]
func.func @shared(%x: !tile.tensor<8x64xf32>, %w: !tile.tensor<64x8xf32>, %y: !tile.tensor<8x8xf32>)
    -> (!tile.tile<8x8xf32>, f32) {
  %c0 = arith.constant 0 : index
  %c16 = arith.constant 16 : index
  %c64 = arith.constant 64 : index
  %one = arith.constant 1.0 : f32
  %a0 = tile.slice %x[%c0, %c0] inbounds : !tile.tensor<8x64xf32> -> !tile.tile<8x16xf32>
  %b0 = tile.slice %w[%c0, %c0] inbounds : !tile.tensor<64x8xf32> -> !tile.tile<16x8xf32>
  %first = tile.matmul %a0, %b0 : !tile.tile<8x16xf32>, !tile.tile<16x8xf32> -> !tile.tile<8x8xf32>
  tile.write %one into %y[%c0, %c0] : f32 into !tile.tensor<8x8xf32>
  %sum, %other = scf.for %k = %c16 to %c64 step %c16 iter_args(%s = %first, %t = %one) -> (!tile.tile<8x8xf32>, f32) {
    %a = tile.slice %x[%c0, %k] inbounds : !tile.tensor<8x64xf32> -> !tile.tile<8x16xf32>
    %b = tile.slice %w[%k, %c0] inbounds : !tile.tensor<64x8xf32> -> !tile.tile<16x8xf32>
    %p = tile.matmul_acc %s, %a, %b
        : !tile.tile<8x8xf32>, !tile.tile<8x16xf32>, !tile.tile<16x8xf32> -> !tile.tile<8x8xf32>
    %u = arith.addf %t, %t : f32
    scf.yield %p, %u : !tile.tile<8x8xf32>, f32
  }
  return %sum, %other : !tile.tile<8x8xf32>, f32
}

// A write between the first step and the loop: the loop alone is formed, and adds to that step.
// HERE-LABEL: func.func @written_between(
// HERE:         %[[FIRST:.*]] = tile.matmul
// HERE:         tile.write
// HERE:         tile.contract %{{.*}}[%c0, %c16], %{{.*}}[%c16, %c0] m %c8 n %c8 k %c48 step 16 acc %[[FIRST]] :
func.func @written_between(%x: !tile.tensor<8x64xf32>, %w: !tile.tensor<64x8xf32>) -> !tile.tile<8x8xf32> {
  %c0 = arith.constant 0 : index
  %c16 = arith.constant 16 : index
  %c64 = arith.constant 64 : index
  %one = arith.constant 1.0 : f32
  %a0 = tile.slice %x[%c0, %c0] : !tile.tensor<8x64xf32> -> !tile.tile<8x16xf32>
  %b0 = tile.slice %w[%c0, %c0] : !tile.tensor<64x8xf32> -> !tile.tile<16x8xf32>
  %first = tile.matmul %a0, %b0 : !tile.tile<8x16xf32>, !tile.tile<16x8xf32> -> !tile.tile<8x8xf32>
  tile.write %one into %x[%c0, %c0] : f32 into !tile.tensor<8x64xf32>
  %sum = scf.for %k = %c16 to %c64 step %c16 iter_args(%s = %first) -> (!tile.tile<8x8xf32>) {
    %a = tile.slice %x[%c0, %k] : !tile.tensor<8x64xf32> -> !tile.tile<8x16xf32>
    %b = tile.slice %w[%k, %c0] : !tile.tensor<64x8xf32> -> !tile.tile<16x8xf32>
    %p = tile.matmul_acc %s, %a, %b
        : !tile.tile<8x8xf32>, !tile.tile<8x16xf32>, !tile.tile<16x8xf32> -> !tile.tile<8x8xf32>
    scf.yield %p : !tile.tile<8x8xf32>
  }
  return %sum : !tile.tile<8x8xf32>
}

// One side asks for what is left, the other one for all: it is the same number, or plainly inside.
// HERE-LABEL: func.func @sides(
// HERE:         tile.contract {{.*}} k %c60 step 16 :
// HERE-NOT:     scf.for
func.func @sides(%x: !tile.tensor<8x60xf32>, %w: !tile.tensor<64x8xf32>) -> !tile.tile<8x8xf32> {
  %c0 = arith.constant 0 : index
  %c8 = arith.constant 8 : index
  %c16 = arith.constant 16 : index
  %c60 = arith.constant 60 : index
  %zero = arith.constant 0.0 : f32
  %init = tile.full %zero : f32 -> !tile.tile<8x8xf32>
  %sum = scf.for %k = %c0 to %c60 step %c16 iter_args(%s = %init) -> (!tile.tile<8x8xf32>) {
    %left = arith.subi %c60, %k : index
    %a = tile.slice %x[%c0, %k] valid [%c8, %left] : !tile.tensor<8x60xf32> -> !tile.tile<8x16xf32, valid 8x?>
    %b = tile.slice %w[%k, %c0] : !tile.tensor<64x8xf32> -> !tile.tile<16x8xf32>
    %p = tile.matmul_acc %s, %a, %b
        : !tile.tile<8x8xf32>, !tile.tile<8x16xf32, valid 8x?>, !tile.tile<16x8xf32> -> !tile.tile<8x8xf32>
    scf.yield %p : !tile.tile<8x8xf32>
  }
  return %sum : !tile.tile<8x8xf32>
}
