// RUN: split-file %s %t
// RUN: tile-opt --tile-prefetch-tiles %t/pages.mlir -o %t/after.mlir
// RUN: FileCheck %s --input-file=%t/after.mlir
// RUN: tile-opt --tile-prefetch-tiles="max-bytes=1024" %t/pages.mlir | FileCheck %s --check-prefix=SMALL
// RUN: tile-opt --tile-prefetch-tiles %t/others.mlir | FileCheck %s --check-prefix=OTHERS
// RUN: tilec run %t/pages.mlir --dim P=4 --fill table=perm --interpret --out %t/before.safetensors
// RUN: tilec run %t/after.mlir --dim P=4 --fill table=perm --interpret --out %t/after.safetensors
// RUN: cmp %t/before.safetensors %t/after.safetensors
// RUN: tilec check %t/after.mlir --dim P=4 --fill table=perm
// RUN: tilec check %t/after.mlir --dim P=1 --fill table=perm

//--- pages.mlir
// Pages that a table names: K for scores, then V; behind V comes the next K.
// SMALL-NOT: tile.prefetch
// CHECK-LABEL: func.func @pages(
// CHECK-SAME:    %[[K:[a-zA-Z0-9]+]]: !tile.tensor<?x64xbf16> {{{[^}]*}}tile.name = "k"
// CHECK-SAME:    %[[V:[a-zA-Z0-9]+]]: !tile.tensor<?x64xbf16> {{{[^}]*}}tile.name = "v"
// CHECK-SAME:    %[[TABLE:[a-zA-Z0-9]+]]: !tile.tensor<?xi32>
// CHECK-SAME:    %[[P:[a-zA-Z0-9]+]]: index {tile.symbol = "P"}
// CHECK:         scf.for %[[I:.*]] = %{{.*}} to %[[P]] step %[[STEP:[a-z0-9]+]]
// CHECK:           %[[ROW:.*]] = arith.muli %{{.*}}, %[[PAGE:.*]] : index
// CHECK:           tile.prefetch %[[V]][%[[ROW]], %[[C0:.*]]] sizes [64, 64]
// CHECK-NEXT:      tile.matmul %{{.*}} transpose_b
// CHECK:           %[[SIZE:.*]] = tile.dim %[[TABLE]], 0
// CHECK:           %[[LAST:.*]] = arith.subi %[[SIZE]]
// CHECK:           %[[REST:.*]] = arith.subi %[[P]], %[[I]]
// CHECK:           %[[HAS_NEXT:.*]] = arith.cmpi sgt, %[[REST]], %[[STEP]]
// CHECK:           %[[AFTER:.*]] = arith.addi %[[I]], %[[STEP]]
// CHECK:           %[[NEXT:.*]] = arith.select %[[HAS_NEXT]], %[[AFTER]], %[[I]]
// CHECK:           %[[LOW:.*]] = arith.minsi %[[NEXT]], %[[LAST]]
// CHECK:           %[[INSIDE:.*]] = arith.maxsi %[[LOW]]
// CHECK:           %[[NEXT_PAGE:.*]] = tile.read %[[TABLE]][%[[INSIDE]]] inbounds
// CHECK:           %[[NEXT_ROW:.*]] = arith.muli %[[NEXT_PAGE]], %[[PAGE]]
// CHECK:           tile.prefetch %[[K]][%[[NEXT_ROW]], %[[C0]]] sizes [64, 64]
// CHECK-NEXT:      tile.matmul_acc
func.func @pages(%q: !tile.tensor<8x64xbf16> {tile.name = "q", tile.direction = "in", tile.shape = affine_map<()[s0] -> (8, 64)>},
                 %k: !tile.tensor<?x64xbf16> {tile.name = "k", tile.direction = "in", tile.shape = affine_map<()[s0] -> (s0 * 64, 64)>},
                 %v: !tile.tensor<?x64xbf16> {tile.name = "v", tile.direction = "in", tile.shape = affine_map<()[s0] -> (s0 * 64, 64)>},
                 %table: !tile.tensor<?xi32> {tile.name = "table", tile.direction = "in", tile.shape = affine_map<()[s0] -> (s0)>},
                 %out: !tile.tensor<8x64xf32> {tile.name = "out", tile.direction = "out", tile.shape = affine_map<()[s0] -> (8, 64)>},
                 %p: index {tile.symbol = "P"}) attributes {tile.entry} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c64 = arith.constant 64 : index
  %zero = arith.constant 0.0 : f32
  tile.scope @core_group "pages" {
    %a = tile.slice %q[%c0, %c0] inbounds : !tile.tensor<8x64xbf16> -> !tile.tile<8x64xbf16>
    %none = tile.full %zero : f32 -> !tile.tile<8x64xf32>
    %sum = scf.for %i = %c0 to %p step %c1 iter_args(%acc = %none) -> (!tile.tile<8x64xf32>) {
      %page = tile.read %table[%i] inbounds : !tile.tensor<?xi32> -> index
      %row = arith.muli %page, %c64 : index
      %x = tile.slice %k[%row, %c0] : !tile.tensor<?x64xbf16> -> !tile.tile<64x64xbf16>
      %y = tile.slice %v[%row, %c0] : !tile.tensor<?x64xbf16> -> !tile.tile<64x64xbf16>
      %s = tile.matmul %a, %x transpose_b : !tile.tile<8x64xbf16>, !tile.tile<64x64xbf16> -> !tile.tile<8x64xf32>
      %w = tile.cast %s rint : !tile.tile<8x64xf32> -> !tile.tile<8x64xbf16>
      %new = tile.matmul_acc %acc, %w, %y : !tile.tile<8x64xf32>, !tile.tile<8x64xbf16>, !tile.tile<64x64xbf16> -> !tile.tile<8x64xf32>
      scf.yield %new : !tile.tile<8x64xf32>
    }
    tile.assemble %sum into %out[%c0, %c0] : !tile.tile<8x64xf32> into !tile.tensor<8x64xf32>
  }
  return
}

//--- others.mlir
// Where exp is computed before a product, 16 of 8 * 64 cells by it and 8 * 64 *
// 64 / 2 by the product, a third of the rows is announced before exp.
// OTHERS-LABEL: func.func @softmax(
// OTHERS:         %[[PAGE:.*]] = arith.select
// OTHERS-NEXT:    %[[NEXT:.*]] = arith.muli %[[PAGE]], %c64
// OTHERS-NEXT:    tile.prefetch %{{.*}}[%[[NEXT]], %c0] sizes [21, 64]
// OTHERS-NEXT:    tile.exp
// OTHERS:         %[[REST:.*]] = arith.addi %[[NEXT]], %c21
// OTHERS-NEXT:    tile.prefetch %{{.*}}[%[[REST]], %c0] sizes [43, 64]
// OTHERS-NEXT:    tile.matmul
func.func @softmax(%s: !tile.tile<8x64xbf16>, %k: !tile.tensor<?x64xbf16>, %p: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c64 = arith.constant 64 : index
  scf.for %i = %c0 to %p step %c1 {
    %row = arith.muli %i, %c64 : index
    %x = tile.slice %k[%row, %c0] : !tile.tensor<?x64xbf16> -> !tile.tile<64x64xbf16>
    %e = tile.exp %s : !tile.tile<8x64xbf16> -> !tile.tile<8x64xbf16>
    %r = tile.matmul %e, %x : !tile.tile<8x64xbf16>, !tile.tile<64x64xbf16> -> !tile.tile<8x64xf32>
  }
  return
}

// A product that costs nothing has all of its rows before it.
// OTHERS-LABEL: func.func @one(
// OTHERS:         tile.prefetch %{{.*}} sizes [1, 1]
// OTHERS-NEXT:    tile.matmul
func.func @one(%s: !tile.tile<1x1xbf16>, %k: !tile.tensor<?x1xbf16>, %p: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  scf.for %i = %c0 to %p step %c1 {
    %x = tile.slice %k[%i, %c0] : !tile.tensor<?x1xbf16> -> !tile.tile<1x1xbf16>
    %r = tile.matmul %s, %x : !tile.tile<1x1xbf16>, !tile.tile<1x1xbf16> -> !tile.tile<1x1xf32>
  }
  return
}

// The next page is read ahead of a check that may be what keeps the read
// inside: the index is kept inside without it.
// OTHERS-LABEL: func.func @checked(
// OTHERS:         tile.assert
// OTHERS:         arith.minsi
// OTHERS:         %[[INSIDE:.*]] = arith.maxsi
// OTHERS:         %[[ROW:.*]] = tile.read %{{.*}}[%[[INSIDE]]] inbounds
// OTHERS:         tile.prefetch %{{.*}}[%[[ROW]], %c0] sizes [64, 64]
// OTHERS-NEXT:    tile.matmul
func.func @checked(%q: !tile.tile<8x64xbf16>, %k: !tile.tensor<?x64xbf16>, %table: !tile.tensor<?xi32>,
                   %p: index, %size: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  scf.for %i = %c0 to %p step %c1 {
    %inside = arith.cmpi slt, %i, %size : index
    tile.assert %inside, "past the table"
    %row = tile.read %table[%i] inbounds : !tile.tensor<?xi32> -> index
    %x = tile.slice %k[%row, %c0] : !tile.tensor<?x64xbf16> -> !tile.tile<64x64xbf16>
    %s = tile.matmul %q, %x transpose_b : !tile.tile<8x64xbf16>, !tile.tile<64x64xbf16> -> !tile.tile<8x64xf32>
  }
  return
}

// Offsets whose computation has 2^40 paths: each operation is looked at once.
// OTHERS-LABEL: func.func @shared(
// OTHERS:         tile.prefetch
// OTHERS-NEXT:    tile.matmul
func.func @shared(%q: !tile.tile<8x64xbf16>, %k: !tile.tensor<?x64xbf16>, %p: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  scf.for %i = %c0 to %p step %c1 {
    %x1 = arith.addi %i, %i : index
    %x2 = arith.addi %x1, %x1 : index
    %x3 = arith.addi %x2, %x2 : index
    %x4 = arith.addi %x3, %x3 : index
    %x5 = arith.addi %x4, %x4 : index
    %x6 = arith.addi %x5, %x5 : index
    %x7 = arith.addi %x6, %x6 : index
    %x8 = arith.addi %x7, %x7 : index
    %x9 = arith.addi %x8, %x8 : index
    %x10 = arith.addi %x9, %x9 : index
    %x11 = arith.addi %x10, %x10 : index
    %x12 = arith.addi %x11, %x11 : index
    %x13 = arith.addi %x12, %x12 : index
    %x14 = arith.addi %x13, %x13 : index
    %x15 = arith.addi %x14, %x14 : index
    %x16 = arith.addi %x15, %x15 : index
    %x17 = arith.addi %x16, %x16 : index
    %x18 = arith.addi %x17, %x17 : index
    %x19 = arith.addi %x18, %x18 : index
    %x20 = arith.addi %x19, %x19 : index
    %x21 = arith.addi %x20, %x20 : index
    %x22 = arith.addi %x21, %x21 : index
    %x23 = arith.addi %x22, %x22 : index
    %x24 = arith.addi %x23, %x23 : index
    %x25 = arith.addi %x24, %x24 : index
    %x26 = arith.addi %x25, %x25 : index
    %x27 = arith.addi %x26, %x26 : index
    %x28 = arith.addi %x27, %x27 : index
    %x29 = arith.addi %x28, %x28 : index
    %x30 = arith.addi %x29, %x29 : index
    %x31 = arith.addi %x30, %x30 : index
    %x32 = arith.addi %x31, %x31 : index
    %x33 = arith.addi %x32, %x32 : index
    %x34 = arith.addi %x33, %x33 : index
    %x35 = arith.addi %x34, %x34 : index
    %x36 = arith.addi %x35, %x35 : index
    %x37 = arith.addi %x36, %x36 : index
    %x38 = arith.addi %x37, %x37 : index
    %x39 = arith.addi %x38, %x38 : index
    %x40 = arith.addi %x39, %x39 : index
    %x = tile.slice %k[%x40, %c0] : !tile.tensor<?x64xbf16> -> !tile.tile<64x64xbf16>
    %s = tile.matmul %q, %x transpose_b : !tile.tile<8x64xbf16>, !tile.tile<64x64xbf16> -> !tile.tile<8x64xf32>
  }
  return
}

// What the program made itself is near.
// OTHERS-LABEL: func.func @near(
// OTHERS-NOT:     tile.prefetch
// OTHERS:         return
func.func @near(%q: !tile.tile<8x64xbf16>, %p: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %made = tile.create : !tile.tensor<256x64xbf16>
  scf.for %i = %c0 to %p step %c1 {
    %x = tile.slice %made[%i, %c0] : !tile.tensor<256x64xbf16> -> !tile.tile<64x64xbf16>
    %s = tile.matmul %q, %x transpose_b : !tile.tile<8x64xbf16>, !tile.tile<64x64xbf16> -> !tile.tile<8x64xf32>
  }
  return
}

// A table that nothing was read from before may be empty, as the loop may be.
// OTHERS-LABEL: func.func @empty(
// OTHERS-NOT:     tile.prefetch
// OTHERS:         scf.for
func.func @empty(%q: !tile.tile<8x64xbf16>, %k: !tile.tensor<?x64xbf16>, %table: !tile.tensor<?xi32>, %p: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %first = tile.slice %k[%p, %c0] : !tile.tensor<?x64xbf16> -> !tile.tile<64x64xbf16>
  %r = tile.matmul %q, %first transpose_b : !tile.tile<8x64xbf16>, !tile.tile<64x64xbf16> -> !tile.tile<8x64xf32>
  scf.for %i = %c0 to %p step %c1 {
    %row = tile.read %table[%i] inbounds : !tile.tensor<?xi32> -> index
    %x = tile.slice %k[%row, %c0] : !tile.tensor<?x64xbf16> -> !tile.tile<64x64xbf16>
    %s = tile.matmul %q, %x transpose_b : !tile.tile<8x64xbf16>, !tile.tile<64x64xbf16> -> !tile.tile<8x64xf32>
  }
  return
}

// What may fail does not run ahead.
// OTHERS-LABEL: func.func @divided(
// OTHERS-NOT:     tile.prefetch
// OTHERS:         return
func.func @divided(%q: !tile.tile<8x64xbf16>, %k: !tile.tensor<?x64xbf16>, %p: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  scf.for %i = %c0 to %p step %c1 {
    %row = arith.divui %p, %i : index
    %x = tile.slice %k[%row, %c0] : !tile.tensor<?x64xbf16> -> !tile.tile<64x64xbf16>
    %s = tile.matmul %q, %x transpose_b : !tile.tile<8x64xbf16>, !tile.tile<64x64xbf16> -> !tile.tile<8x64xf32>
  }
  return
}

// Before a loop, the first product in it; in its last iteration, or if it has
// none, the first one of the next iteration of the loop around it.
// OTHERS-LABEL: func.func @items(
// OTHERS-SAME:    %[[K:[a-z0-9]+]]: !tile.tensor<?x64xbf16>, %[[N:[a-z0-9]+]]: index, %[[P:[a-z0-9]+]]: index
// OTHERS:         tile.parallel %[[ITEM:.*]] = %c0 to %[[N]] step %c1
// OTHERS:           %[[ROW:.*]] = arith.muli %[[ITEM]], %c64
// OTHERS:           %[[SECOND:.*]] = arith.addi %[[ROW]], %c1
// OTHERS-NEXT:      %[[ANY:.*]] = arith.cmpi slt, %c1, %[[P]]
// OTHERS:           %[[OTHER_ITEM:.*]] = arith.muli
// OTHERS:           %[[FIRST:.*]] = arith.select %[[ANY]], %[[SECOND]], %[[OTHER_ITEM]]
// OTHERS:           tile.prefetch %[[K]][%[[FIRST]], %{{.*}}] sizes [64, 64]
// OTHERS-NEXT:      tile.matmul
// OTHERS:           scf.for %[[I:.*]] = %c1 to %[[P]] step %c1
// OTHERS:             %[[OWN:.*]] = arith.addi %[[ROW]], %{{.*}} : index
// OTHERS:             arith.subi %[[P]], %[[I]]
// OTHERS:             %[[NEXT:.*]] = arith.addi %[[ROW]], %{{.*}} : index
// OTHERS:             %[[LEFT:.*]] = arith.subi %[[N]], %[[ITEM]]
// OTHERS:             arith.cmpi sgt, %[[LEFT]], %c1
// OTHERS:             %[[AFTER:.*]] = arith.addi %[[ITEM]], %c1
// OTHERS:             %[[NEXT_ITEM:.*]] = arith.select %{{.*}}, %[[AFTER]], %[[ITEM]]
// OTHERS:             %[[OTHER:.*]] = arith.muli %[[NEXT_ITEM]], %c64
// OTHERS:             %[[CHOSEN:.*]] = arith.select %{{.*}}, %[[NEXT]], %[[OTHER]]
// OTHERS:             tile.prefetch %[[K]][%[[CHOSEN]], %{{.*}}] sizes [64, 64]
// OTHERS-NEXT:        tile.matmul
func.func @items(%q: !tile.tile<8x64xbf16>, %k: !tile.tensor<?x64xbf16>, %n: index, %p: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c64 = arith.constant 64 : index
  tile.parallel %item = %c0 to %n step %c1 {
    tile.scope @core_group "item" {
      %row = arith.muli %item, %c64 : index
      %first = tile.slice %k[%row, %c0] : !tile.tensor<?x64xbf16> -> !tile.tile<64x64xbf16>
      %r = tile.matmul %q, %first transpose_b : !tile.tile<8x64xbf16>, !tile.tile<64x64xbf16> -> !tile.tile<8x64xf32>
      scf.for %i = %c1 to %p step %c1 {
        %at = arith.addi %row, %i : index
        %x = tile.slice %k[%at, %c0] : !tile.tensor<?x64xbf16> -> !tile.tile<64x64xbf16>
        %s = tile.matmul %q, %x transpose_b : !tile.tile<8x64xbf16>, !tile.tile<64x64xbf16> -> !tile.tile<8x64xf32>
      }
    }
  }
  return
}
