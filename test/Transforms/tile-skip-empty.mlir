// RUN: tile-opt %s --tile-skip-empty 2>%t.remarks | FileCheck %s
// RUN: FileCheck %s --check-prefix=REMARK --implicit-check-not=remark: < %t.remarks
// Again there is nothing to do: where the extent is positive, no branch is needed.
// RUN: tile-opt %s --tile-skip-empty 2>/dev/null | tile-opt --tile-skip-empty 2>&1 -o /dev/null | not grep "tile-skip-empty: skipped"

// The second tile of a batch: scope and loop share a branch, what stands between them moves before it.
// CHECK-LABEL: func.func @batch(
// CHECK:         scf.for
// CHECK-NEXT:      %[[REST:.*]] = arith.subi
// CHECK-NEXT:      arith.minsi %{{.*}}, %[[REST]]
// CHECK:           %[[SOME:.*]] = arith.cmpi sgt, %[[REST]], %
// CHECK-NEXT:      tile.create
// CHECK-NEXT:      scf.if %[[SOME]] {
// CHECK-NEXT:        tile.scope @core_group "copy"
// CHECK:             tile.parallel
// CHECK:               tile.scope @core_group "negate"
// CHECK-NOT:       scf.if
func.func @batch(%x: !tile.tensor<?x64xf32> {tile.name = "x", tile.direction = "inout", tile.shape = affine_map<()[s0] -> (s0, 64)>},
                 %users: index {tile.symbol = "USERS"}) {
  %c0 = arith.constant 0 : index
  %c16 = arith.constant 16 : index
  %c32 = arith.constant 32 : index
  %c64 = arith.constant 64 : index
  %y = tile.create : !tile.tensor<32x64xf32>
  scf.for %b = %c0 to %c32 step %c16 {
    %rest = arith.subi %users, %b : index
    %rows = arith.minsi %c16, %rest : index loc("rows")
    // REMARK: [[@LINE+1]]:5: remark: tile-skip-empty: skipped where an extent is not positive: it stores nothing then
    tile.scope @core_group "copy" {
      // Its check is of a box that is empty then.
      %t = tile.slice %x[%b, %c0] valid [%rows, %c64] : !tile.tensor<?x64xf32> -> !tile.tile<16x64xf32, valid ?x64>
      tile.assemble %t into %y[%b, %c0] : !tile.tile<16x64xf32, valid ?x64> into !tile.tensor<32x64xf32>
    }
    %z = tile.create : !tile.tensor<16x64xf32>
    // REMARK: [[@LINE+1]]:5: remark: tile-skip-empty: skipped where
    tile.parallel %n = %c0 to %c64 step %c16 {
      tile.scope @core_group "negate" {
        %t = tile.slice %y[%b, %n] valid [%rows, %c16] inbounds : !tile.tensor<32x64xf32> -> !tile.tile<16x16xf32, valid ?x16>
        // What is written to storage of its own is not seen.
        %own = tile.create : !tile.tensor<16x16xf32>
        %one = arith.constant 1.0 : f32
        tile.write %one into %own[%c0, %c0] inbounds : f32 into !tile.tensor<16x16xf32>
        %u = tile.neg %t : !tile.tile<16x16xf32, valid ?x16> -> !tile.tile<16x16xf32, valid ?x16>
        tile.assemble %u into %x[%b, %n] inbounds : !tile.tile<16x16xf32, valid ?x16> into !tile.tensor<?x64xf32>
        tile.assemble %u into %z[%c0, %n] inbounds : !tile.tile<16x16xf32, valid ?x16> into !tile.tensor<16x64xf32>
      }
    }
  }
  return
}

// An access between two scopes keeps them apart.
// CHECK-LABEL: func.func @apart(
// CHECK:         scf.if
// CHECK-NEXT:      tile.scope @core_group "first"
// CHECK:         tile.read
// CHECK:         scf.if
// CHECK-NEXT:      tile.scope @core_group "second"
func.func @apart(%x: !tile.tensor<8x32xf32>, %w: !tile.tensor<32x8xf32>, %y: !tile.tensor<8x8xf32>, %m: index) -> f32 {
  %c8 = arith.constant 8 : index
  %c0 = arith.constant 0 : index
  %c32 = arith.constant 32 : index
  // REMARK: [[@LINE+1]]:3: remark: tile-skip-empty: skipped where
  tile.scope @core_group "first" {
    %p = tile.contract %x[%c0, %c0], %w[%c0, %c0] m %m n %c8 k %c32 inbounds
        : !tile.tensor<8x32xf32>, !tile.tensor<32x8xf32> -> !tile.tile<8x8xf32, valid ?x8>
    tile.assemble %p into %y[%c0, %c0] inbounds : !tile.tile<8x8xf32, valid ?x8> into !tile.tensor<8x8xf32>
  }
  %v = tile.read %y[%c0, %c0] : !tile.tensor<8x8xf32> -> f32
  // REMARK: [[@LINE+1]]:3: remark: tile-skip-empty: skipped where
  tile.scope @core_group "second" {
    %p = tile.contract %x[%c0, %c0], %w[%c0, %c0] m %m n %c8 k %c32 inbounds
        : !tile.tensor<8x32xf32>, !tile.tensor<32x8xf32> -> !tile.tile<8x8xf32, valid ?x8>
    tile.assemble %p into %y[%c0, %c0] inbounds : !tile.tile<8x8xf32, valid ?x8> into !tile.tensor<8x8xf32>
  }
  return %v : f32
}

// What may fail although nothing is stored.
// CHECK-LABEL: func.func @failures(
// CHECK-NOT:     scf.if
func.func @failures(%x: !tile.tensor<?x8xf32>, %y: !tile.tensor<?x8xf32>, %i: index, %rows: index loc("rows")) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c8 = arith.constant 8 : index
  // REMARK: [[@LINE+1]]:3: remark: tile-skip-empty: not skipped where `rows` is not positive, although it stores nothing then
  tile.scope @core_group "asserts" {
    // REMARK: [[@LINE+2]]:5: note: this may fail all the same
    %ok = arith.cmpi sge, %i, %c0 : index
    tile.assert %ok, "negative"
    %t = tile.slice %x[%i, %c0] valid [%rows, %c8] : !tile.tensor<?x8xf32> -> !tile.tile<4x8xf32, valid ?x8>
    tile.assemble %t into %y[%c0, %c0] : !tile.tile<4x8xf32, valid ?x8> into !tile.tensor<?x8xf32>
  }
  // REMARK: [[@LINE+1]]:3: remark: tile-skip-empty: not skipped where `rows`
  tile.scope @core_group "checks" {
    // REMARK: [[@LINE+1]]:10: note: this may fail all the same
    %s = tile.slice %x[%i, %c0] : !tile.tensor<?x8xf32> -> !tile.tile<4x8xf32>
    %t = tile.set_valid_shape %s[%rows, %c8] : !tile.tile<4x8xf32> -> !tile.tile<4x8xf32, valid ?x8>
    tile.assemble %t into %y[%c0, %c0] : !tile.tile<4x8xf32, valid ?x8> into !tile.tensor<?x8xf32>
  }
  return
}

// Other stores, cells that are written, results, extents from inside, and ones that are positive.
// CHECK-LABEL: func.func @kept(
// CHECK-NOT:     scf.if
func.func @kept(%x: !tile.tensor<?x8xf32>, %y: !tile.tensor<?x8xf32>, %rows: index, %v: f32) -> f32 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c8 = arith.constant 8 : index
  tile.scope @core_group "whole store" {
    %s = tile.slice %x[%c0, %c0] inbounds : !tile.tensor<?x8xf32> -> !tile.tile<4x8xf32>
    %t = tile.set_valid_shape %s[%rows, %c8] : !tile.tile<4x8xf32> -> !tile.tile<4x8xf32, valid ?x8>
    tile.assemble %t into %y[%c0, %c0] inbounds : !tile.tile<4x8xf32, valid ?x8> into !tile.tensor<?x8xf32>
    tile.assemble %s into %y[%c8, %c0] inbounds : !tile.tile<4x8xf32> into !tile.tensor<?x8xf32>
  }
  tile.scope @core_group "cell" {
    %t = tile.slice %x[%c0, %c0] valid [%rows, %c8] inbounds : !tile.tensor<?x8xf32> -> !tile.tile<4x8xf32, valid ?x8>
    tile.assemble %t into %y[%c0, %c0] inbounds : !tile.tile<4x8xf32, valid ?x8> into !tile.tensor<?x8xf32>
    tile.write %v into %y[%c0, %c0] inbounds : f32 into !tile.tensor<?x8xf32>
  }
  %r = tile.scope @core_group "result" -> (f32) {
    %t = tile.slice %x[%c0, %c0] valid [%rows, %c8] inbounds : !tile.tensor<?x8xf32> -> !tile.tile<4x8xf32, valid ?x8>
    tile.assemble %t into %y[%c0, %c0] inbounds : !tile.tile<4x8xf32, valid ?x8> into !tile.tensor<?x8xf32>
    tile.yield %v : f32
  }
  tile.scope @core_group "inside" {
    %less = arith.subi %rows, %c1 : index
    %t = tile.slice %x[%c0, %c0] valid [%less, %c8] inbounds : !tile.tensor<?x8xf32> -> !tile.tile<4x8xf32, valid ?x8>
    tile.assemble %t into %y[%c0, %c0] inbounds : !tile.tile<4x8xf32, valid ?x8> into !tile.tensor<?x8xf32>
  }
  scf.for %i = %c0 to %c8 step %c1 {
    %left = arith.subi %c8, %i : index
    tile.scope @core_group "positive" {
      %t = tile.slice %x[%c0, %i] valid [%c1, %left] inbounds : !tile.tensor<?x8xf32> -> !tile.tile<1x8xf32, valid 1x?>
      tile.assemble %t into %y[%c0, %i] inbounds : !tile.tile<1x8xf32, valid 1x?> into !tile.tensor<?x8xf32>
    }
  }
  return %r : f32
}
