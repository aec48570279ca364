// RUN: tile-opt %s --tile-fuse-scopes --split-input-file --verify-diagnostics | FileCheck %s

// The tensor between two loops goes away, and the tile stays with its core.
// CHECK-LABEL: func.func @chain(
// CHECK-NOT:     tile.create
// CHECK:         tile.parallel %[[I:.*]] = %{{.*}} to
// CHECK-NEXT:      tile.scope @core_group "negate.square" {
// CHECK-NEXT:        %[[A:.*]] = tile.slice %{{.*}}[%[[I]],
// CHECK-NEXT:        %[[B:.*]] = tile.neg %[[A]]
// CHECK-NEXT:        %[[C:.*]] = tile.mul %[[B]], %[[B]]
// CHECK-NEXT:        tile.assemble %[[C]] into %{{.*}}[%[[I]],
// CHECK-NOT:     tile.parallel
// expected-remark @below {{parallel regions: 2 before, 1 after}}
func.func @chain(%x: !tile.tensor<64x16xf32>, %y: !tile.tensor<64x16xf32>) {
  %c0 = arith.constant 0 : index
  %c8 = arith.constant 8 : index
  %c64 = arith.constant 64 : index
  %t = tile.create : !tile.tensor<64x16xf32>
  tile.parallel %i = %c0 to %c64 step %c8 {
    tile.scope @core_group "negate" {
      %a = tile.slice %x[%i, %c0] : !tile.tensor<64x16xf32> -> !tile.tile<8x16xf32>
      %b = tile.neg %a : !tile.tile<8x16xf32> -> !tile.tile<8x16xf32>
      tile.assemble %b into %t[%i, %c0] : !tile.tile<8x16xf32> into !tile.tensor<64x16xf32>
    }
  }
  %lower = arith.constant 0 : index
  // expected-remark @below {{merged with the parallel loop before it: one barrier less}}
  tile.parallel %i = %lower to %c64 step %c8 {
    // expected-remark @below {{one scope with the one before it, whose tiles it takes}}
    tile.scope @core_group "square" {
      %a = tile.slice %t[%i, %c0] inbounds : !tile.tensor<64x16xf32> -> !tile.tile<8x16xf32>
      %b = tile.mul %a, %a : !tile.tile<8x16xf32>, !tile.tile<8x16xf32> -> !tile.tile<8x16xf32>
      tile.assemble %b into %y[%i, %c0] inbounds : !tile.tile<8x16xf32> into !tile.tensor<64x16xf32>
    }
  }
  return
}

// -----

// A partial tile is passed on as its slice was; rows that were not stored are not read.
// CHECK-LABEL: func.func @partial(
// CHECK:         tile.scope @core_group "copy.twice"
// CHECK:           %[[A:.*]] = tile.slice %arg0
// CHECK-NEXT:      tile.add %[[A]], %[[A]]
// CHECK-NOT:     tile.scope
func.func @partial(%x: !tile.tensor<16x16xf32>, %y: !tile.tensor<16x16xf32>, %n: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c16 = arith.constant 16 : index
  %t = tile.create : !tile.tensor<16x16xf32>
  tile.scope @core_group "copy" {
    %a = tile.slice %x[%c0, %c0] valid [%n, %c16] : !tile.tensor<16x16xf32> -> !tile.tile<16x16xf32, valid ?x16>
    tile.assemble %a into %t[%c0, %c0] : !tile.tile<16x16xf32, valid ?x16> into !tile.tensor<16x16xf32>
  }
  %more = arith.addi %n, %c1 : index
  %same = arith.subi %more, %c1 : index
  // expected-remark @below {{one scope with the one before it}}
  tile.scope @core_group "twice" {
    %a = tile.slice %t[%c0, %c0] valid [%same, %c16] : !tile.tensor<16x16xf32> -> !tile.tile<16x16xf32, valid ?x16>
    %b = tile.add %a, %a : !tile.tile<16x16xf32, valid ?x16>, !tile.tile<16x16xf32, valid ?x16> -> !tile.tile<16x16xf32, valid ?x16>
    tile.assemble %b into %y[%c0, %c0] : !tile.tile<16x16xf32, valid ?x16> into !tile.tensor<16x16xf32>
  }
  return
}

// -----

// A result of the first scope that the second takes, and one that is used behind both.
// CHECK-LABEL: func.func @results(
// CHECK:         %[[R:.*]]:2 = tile.scope @core_group "one.two" -> (!tile.tile<4x4xf32>, !tile.tile<4x4xf32>) {
// CHECK-NEXT:      %[[F:.*]] = tile.full
// CHECK-NEXT:      %[[N:.*]] = tile.neg %[[F]]
// CHECK-NEXT:      tile.yield %[[F]], %[[N]]
// CHECK:         return %[[R]]#0, %[[R]]#1
func.func @results(%v: f32) -> (!tile.tile<4x4xf32>, !tile.tile<4x4xf32>) {
  %a = tile.scope @core_group "one" -> (!tile.tile<4x4xf32>) {
    %f = tile.full %v : f32 -> !tile.tile<4x4xf32>
    tile.yield %f : !tile.tile<4x4xf32>
  }
  // expected-remark @below {{one scope with the one before it}}
  %b = tile.scope @core_group "two" -> (!tile.tile<4x4xf32>) {
    %n = tile.neg %a : !tile.tile<4x4xf32> -> !tile.tile<4x4xf32>
    tile.yield %n : !tile.tile<4x4xf32>
  }
  return %a, %b : !tile.tile<4x4xf32>, !tile.tile<4x4xf32>
}

// -----

// Scopes that share nothing keep their names; a tensor that is read elsewhere, or of which another part is read, stays.
// CHECK-LABEL: func.func @apart(
// CHECK:         tile.scope @core_group "one"
// CHECK:         tile.scope @core_group "two"
// CHECK:         tile.scope @core_group "three"
func.func @apart(%x: !tile.tensor<8x8xf32>, %v: f32) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %t = tile.create : !tile.tensor<8x8xf32>
  %u = tile.create : !tile.tensor<8x8xf32>
  tile.scope @core_group "one" {
    %f = tile.full %v : f32 -> !tile.tile<8x8xf32>
    tile.assemble %f into %t[%c0, %c0] : !tile.tile<8x8xf32> into !tile.tensor<8x8xf32>
    tile.assemble %f into %u[%c0, %c0] : !tile.tile<8x8xf32> into !tile.tensor<8x8xf32>
  }
  tile.scope @core_group "two" {
    %a = tile.slice %t[%c0, %c0] : !tile.tensor<8x8xf32> -> !tile.tile<8x8xf32>
    %b = tile.slice %u[%c1, %c0] : !tile.tensor<8x8xf32> -> !tile.tile<4x8xf32>
    tile.assemble %b into %x[%c0, %c0] : !tile.tile<4x8xf32> into !tile.tensor<8x8xf32>
  }
  tile.scope @core_group "three" {
    %a = tile.slice %t[%c0, %c0] : !tile.tensor<8x8xf32> -> !tile.tile<8x8xf32>
    tile.assemble %a into %x[%c0, %c0] : !tile.tile<8x8xf32> into !tile.tensor<8x8xf32>
  }
  return
}

// -----

// Each iteration of the second loop needs its neighbour's row too.
// CHECK-LABEL: func.func @neighbours(
// CHECK:         tile.parallel
// CHECK:         tile.parallel
// expected-remark @below {{parallel regions: 2 before, 2 after}}
func.func @neighbours(%x: !tile.tensor<64x16xf32>, %t: !tile.tensor<65x16xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c64 = arith.constant 64 : index
  tile.parallel %i = %c0 to %c64 step %c1 {
    tile.scope @core_group "copy" {
      %a = tile.slice %x[%i, %c0] inbounds : !tile.tensor<64x16xf32> -> !tile.tile<1x16xf32>
      // expected-note @below {{one touches this}}
      tile.assemble %a into %t[%i, %c0] inbounds : !tile.tile<1x16xf32> into !tile.tensor<65x16xf32>
    }
  }
  // expected-remark @below {{not merged with the parallel loop before it: an iteration may need more than that one's}}
  tile.parallel %i = %c0 to %c64 step %c1 {
    tile.scope @core_group "sum" {
      // expected-note @below {{another touches it here}}
      %a = tile.slice %t[%i, %c0] inbounds : !tile.tensor<65x16xf32> -> !tile.tile<2x16xf32>
      %s = tile.reduce sum %a along 0 : !tile.tile<2x16xf32> -> !tile.tile<1x16xf32>
      tile.assemble %s into %x[%i, %c0] inbounds : !tile.tile<1x16xf32> into !tile.tensor<64x16xf32>
    }
  }
  return
}

// -----

// Failures of the first loop come before those of the second; other bounds; what has to stay between.
// CHECK-LABEL: func.func @declined(
// CHECK-COUNT-4: tile.parallel
// expected-remark @below {{parallel regions: 4 before, 4 after}}
func.func @declined(%x: !tile.tensor<64x16xf32>, %y: !tile.tensor<64x16xf32>, %n: index, %v: f32) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c64 = arith.constant 64 : index
  tile.parallel %i = %c0 to %n step %c1 {
    // expected-note @below {{there here}}
    tile.write %v into %x[%i, %c0] : f32 into !tile.tensor<64x16xf32>
  }
  // expected-remark @below {{not merged with the parallel loop before it: either may fail, and all of that one comes first}}
  tile.parallel %i = %c0 to %n step %c1 {
    // expected-note @below {{in this one here}}
    tile.write %v into %y[%i, %c0] : f32 into !tile.tensor<64x16xf32>
  }
  // expected-remark @below {{not merged with the parallel loop before it: it has other iterations}}
  tile.parallel %i = %c0 to %c64 step %c1 {
    tile.write %v into %y[%i, %c0] inbounds : f32 into !tile.tensor<64x16xf32>
  }
  %read = tile.read %y[%c0, %c0] : !tile.tensor<64x16xf32> -> f32
  tile.parallel %i = %c0 to %c64 step %c1 {
    tile.write %read into %x[%i, %c0] inbounds : f32 into !tile.tensor<64x16xf32>
  }
  return
}

// -----

// Of a sequential loop, the regions of one iteration are told too.
// CHECK-LABEL: func.func @layers(
// CHECK:         scf.for
// CHECK-COUNT-1:   tile.parallel
// CHECK-NOT:       tile.parallel
// expected-remark @below {{parallel regions: 2 before, 1 after}}
func.func @layers(%x: !tile.tensor<64xf32>, %y: !tile.tensor<64xf32>, %n: index, %v: f32) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c64 = arith.constant 64 : index
  // expected-remark @below {{parallel regions of an iteration: 2 before, 1 after}}
  scf.for %layer = %c0 to %n step %c1 {
    tile.parallel %i = %c0 to %c64 step %c1 {
      tile.write %v into %x[%i] : f32 into !tile.tensor<64xf32>
    }
    // expected-remark @below {{merged with the parallel loop before it}}
    tile.parallel %i = %c0 to %c64 step %c1 {
      %a = tile.read %x[%i] inbounds : !tile.tensor<64xf32> -> f32
      tile.write %a into %y[%i] inbounds : f32 into !tile.tensor<64xf32>
    }
  }
  return
}

// -----

// What may fail between two loops keeps its place: the first loop may fail, too.
// CHECK-LABEL: func.func @between(
// CHECK:         tile.parallel
// CHECK:         tile.floordiv
// CHECK:         tile.parallel
// expected-remark @below {{parallel regions: 2 before, 2 after}}
func.func @between(%x: !tile.tensor<?xf32>, %y: !tile.tensor<?xf32>, %v: f32, %n: index, %d: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  tile.parallel %i = %c0 to %n step %c1 {
    tile.write %v into %x[%i] : f32 into !tile.tensor<?xf32>
  }
  %q = tile.floordiv %n, %d : index
  tile.parallel %i = %c0 to %n step %c1 {
    %a = arith.addi %i, %q : index
    tile.write %v into %y[%a] inbounds : f32 into !tile.tensor<?xf32>
  }
  return
}
