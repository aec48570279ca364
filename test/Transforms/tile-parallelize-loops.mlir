// RUN: tile-opt %s --tile-parallelize-loops --split-input-file --verify-diagnostics | FileCheck %s

// Strips of columns, the last one partial.
// CHECK-LABEL: func.func @strips(
// CHECK:         tile.parallel %[[N:.*]] = %{{.*}} to %{{.*}} step
// CHECK:           tile.assemble %{{.*}} into %{{.*}}[%{{.*}}, %[[N]]]
// CHECK-NOT:     scf.for
func.func @strips(%x: !tile.tensor<16x1000xf32>, %v: f32) {
  %c0 = arith.constant 0 : index
  %c16 = arith.constant 16 : index
  %c64 = arith.constant 64 : index
  %c1000 = arith.constant 1000 : index
  // expected-remark @below {{tile-parallelize-loops: runs on all cores: its iterations are independent}}
  scf.for %n = %c0 to %c1000 step %c64 {
    tile.scope @core_group "fill" {
      %rest = arith.subi %c1000, %n : index
      %t = tile.full %v : f32 -> !tile.tile<16x64xf32>
      %u = tile.set_valid_shape %t[%c16, %rest] : !tile.tile<16x64xf32> -> !tile.tile<16x64xf32, valid 16x?>
      tile.assemble %u into %x[%c0, %n] : !tile.tile<16x64xf32, valid 16x?> into !tile.tensor<16x1000xf32>
    }
  }
  return
}

// -----

// A step that is known at run time only, and of which no tile takes more.
// CHECK-LABEL: func.func @symbolic(
// CHECK:         tile.parallel
func.func @symbolic(%x: !tile.tensor<1000xf32>, %step: index, %v: f32) {
  %c0 = arith.constant 0 : index
  %c64 = arith.constant 64 : index
  %c1000 = arith.constant 1000 : index
  // expected-remark @below {{runs on all cores}}
  scf.for %n = %c0 to %c1000 step %step {
    tile.scope @core_group "fill" {
      %rest = arith.subi %c1000, %n : index
      %some = arith.minsi %rest, %step : index
      %t = tile.full %v : f32 -> !tile.tile<64xf32>
      %u = tile.set_valid_shape %t[%some] : !tile.tile<64xf32> -> !tile.tile<64xf32, valid ?>
      tile.assemble %u into %x[%n] : !tile.tile<64xf32, valid ?> into !tile.tensor<1000xf32>
    }
  }
  return
}

// -----

// Storage of an iteration is no obstacle; rows of a split index are apart.
// CHECK-LABEL: func.func @own_storage(
// CHECK:         tile.parallel
func.func @own_storage(%x: !tile.tensor<8x4x16xf32>, %y: !tile.tensor<8x4x16xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  %c32 = arith.constant 32 : index
  // expected-remark @below {{runs on all cores}}
  scf.for %i = %c0 to %c32 step %c1 {
    %row = tile.floordiv %i, %c4 : index
    %column = tile.mod %i, %c4 : index
    %buffer = tile.create : !tile.tensor<1x1x16xf32>
    tile.scope @core_group "copy" {
      %t = tile.slice %x[%row, %column, %c0] : !tile.tensor<8x4x16xf32> -> !tile.tile<1x1x16xf32>
      tile.assemble %t into %buffer[%c0, %c0, %c0] : !tile.tile<1x1x16xf32> into !tile.tensor<1x1x16xf32>
      %u = tile.slice %buffer[%c0, %c0, %c0] : !tile.tensor<1x1x16xf32> -> !tile.tile<1x1x16xf32>
      tile.assemble %u into %y[%row, %column, %c0] : !tile.tile<1x1x16xf32> into !tile.tensor<8x4x16xf32>
    }
  }
  return
}

// -----

// The rows of both iterations of the outer loop are apart, but the loop inside keeps more cores busy.
// CHECK-LABEL: func.func @few_outside(
// CHECK:         scf.for
// CHECK:           tile.parallel
// CHECK-NOT:       tile.parallel
func.func @few_outside(%x: !tile.tensor<32x64xf32>, %v: f32) {
  %c0 = arith.constant 0 : index
  %c8 = arith.constant 8 : index
  %c16 = arith.constant 16 : index
  %c32 = arith.constant 32 : index
  %c64 = arith.constant 64 : index
  // expected-remark @below {{stays sequential: the loops inside of it run on all cores}}
  scf.for %i = %c0 to %c32 step %c16 {
    %next = arith.addi %i, %c8 : index
    // expected-remark @below {{runs on all cores}}
    scf.for %j = %c0 to %c64 step %c8 {
      tile.scope @core_group "fill" {
        %t = tile.full %v : f32 -> !tile.tile<8x8xf32>
        tile.assemble %t into %x[%i, %j] : !tile.tile<8x8xf32> into !tile.tensor<32x64xf32>
        tile.assemble %t into %x[%next, %j] : !tile.tile<8x8xf32> into !tile.tensor<32x64xf32>
      }
    }
  }
  return
}

// -----

// A nest that will be collapsed, and one whose outer loop has enough iterations.
// CHECK-LABEL: func.func @outer(
// CHECK:         tile.parallel
// CHECK-NEXT:      scf.for
// CHECK:         tile.parallel
// CHECK-NEXT:      arith.muli
// CHECK-NEXT:      scf.for
func.func @outer(%x: !tile.tensor<?x64xf32>, %n: index, %v: f32) {
  %c0 = arith.constant 0 : index
  %c2 = arith.constant 2 : index
  %c8 = arith.constant 8 : index
  %c64 = arith.constant 64 : index
  // expected-remark @below {{runs on all cores}}
  scf.for %i = %c0 to %n step %c8 {
    scf.for %j = %c0 to %c64 step %c8 {
      tile.scope @core_group "fill" {
        %t = tile.full %v : f32 -> !tile.tile<8x8xf32>
        tile.assemble %t into %x[%i, %j] : !tile.tile<8x8xf32> into !tile.tensor<?x64xf32>
      }
    }
  }
  // expected-remark @below {{runs on all cores}}
  scf.for %i = %c0 to %c64 step %c8 {
    %twice = arith.muli %i, %c2 : index
    scf.for %j = %c0 to %c64 step %c8 {
      tile.scope @core_group "fill" {
        %t = tile.full %v : f32 -> !tile.tile<8x8xf32>
        tile.assemble %t into %x[%twice, %j] : !tile.tile<8x8xf32> into !tile.tensor<?x64xf32>
      }
    }
  }
  return
}

// -----

// One iteration, no scope, and what is inside of scopes: nothing to do, nothing to say.
// CHECK-LABEL: func.func @silent(
// CHECK-NOT:     tile.parallel
func.func @silent(%x: !tile.tensor<64xf32>, %v: f32) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c16 = arith.constant 16 : index
  %c64 = arith.constant 64 : index
  scf.for %i = %c0 to %c64 step %c64 {
    tile.scope @core_group "fill" {
      scf.for %j = %c0 to %c64 step %c16 {
        %t = tile.full %v : f32 -> !tile.tile<16xf32>
        tile.assemble %t into %x[%j] : !tile.tile<16xf32> into !tile.tensor<64xf32>
      }
    }
  }
  scf.for %i = %c0 to %c64 step %c1 {
    tile.write %v into %x[%i] : f32 into !tile.tensor<64xf32>
  }
  return
}

// -----

// CHECK-LABEL: func.func @carries(
// CHECK-NOT:     tile.parallel
func.func @carries(%n: index) -> !tile.tensor<8xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %first = tile.create : !tile.tensor<8xf32>
  // expected-remark @below {{stays sequential: an iteration passes something on to the next}}
  %last = scf.for %i = %c0 to %n step %c1 iter_args(%x = %first) -> (!tile.tensor<8xf32>) {
    %y = tile.create : !tile.tensor<8xf32>
    tile.scope @core_group "copy" {
      %t = tile.slice %x[%c0] : !tile.tensor<8xf32> -> !tile.tile<8xf32>
      tile.assemble %t into %y[%c0] : !tile.tile<8xf32> into !tile.tensor<8xf32>
    }
    scf.yield %y : !tile.tensor<8xf32>
  }
  return %last : !tile.tensor<8xf32>
}

// -----

// Rows named by a table, and strips that overlap by one cell.
// CHECK-LABEL: func.func @meet(
// CHECK-NOT:     tile.parallel
func.func @meet(%x: !tile.tensor<64x8xf32>, %table: !tile.tensor<16xi32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  %c16 = arith.constant 16 : index
  %c60 = arith.constant 60 : index
  // expected-remark @below {{stays sequential: two iterations may touch the same cells}}
  scf.for %i = %c0 to %c16 step %c1 {
    %row = tile.read %table[%i] : !tile.tensor<16xi32> -> index
    tile.scope @core_group "negate" {
      // expected-note @below {{another reads here}}
      %t = tile.slice %x[%row, %c0] : !tile.tensor<64x8xf32> -> !tile.tile<1x8xf32>
      %u = tile.neg %t : !tile.tile<1x8xf32> -> !tile.tile<1x8xf32>
      // expected-note @below {{one writes here}}
      tile.assemble %u into %x[%row, %c0] : !tile.tile<1x8xf32> into !tile.tensor<64x8xf32>
    }
  }
  // expected-remark @below {{stays sequential: two iterations touch the same cells}}
  scf.for %i = %c0 to %c60 step %c4 {
    tile.scope @core_group "shift" {
      // expected-note @below {{another reads here}}
      %t = tile.slice %x[%i, %c0] : !tile.tensor<64x8xf32> -> !tile.tile<5x8xf32>
      // expected-note @below {{one writes here}}
      tile.assemble %t into %x[%i, %c0] : !tile.tile<5x8xf32> into !tile.tensor<64x8xf32>
    }
  }
  return
}

// -----

// What an assertion says of the table keeps the iterations apart.
// CHECK-LABEL: func.func @asserted(
// CHECK:         tile.parallel
func.func @asserted(%x: !tile.tensor<64x8xf32>, %table: !tile.tensor<16xi32>, %v: f32) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  %c16 = arith.constant 16 : index
  // expected-remark @below {{runs on all cores}}
  scf.for %i = %c0 to %c16 step %c1 {
    %row = tile.read %table[%i] : !tile.tensor<16xi32> -> index
    %group = tile.floordiv %row, %c4 : index
    %own = arith.cmpi eq, %group, %i : index
    tile.assert %own, "a row of another group"
    tile.scope @core_group "fill" {
      %t = tile.full %v : f32 -> !tile.tile<1x8xf32>
      tile.assemble %t into %x[%row, %c0] : !tile.tile<1x8xf32> into !tile.tensor<64x8xf32>
    }
  }
  return
}
