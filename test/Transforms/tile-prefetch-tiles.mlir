// RUN: split-file %s %t
// RUN: tile-opt --tile-prefetch-tiles %t/pages.mlir -o %t/after.mlir
// RUN: FileCheck %s --input-file=%t/after.mlir
// RUN: tile-opt --tile-prefetch-tiles="max-bytes=1024" %t/pages.mlir | FileCheck %s --check-prefix=SMALL
// RUN: tile-opt --tile-prefetch-tiles %t/none.mlir | FileCheck %s --check-prefix=NONE
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
// CHECK:           %[[REST:.*]] = arith.subi %[[P]], %[[I]]
// CHECK:           %[[HAS_NEXT:.*]] = arith.cmpi sgt, %[[REST]], %[[STEP]]
// CHECK:           %[[AFTER:.*]] = arith.addi %[[I]], %[[STEP]]
// CHECK:           %[[NEXT:.*]] = arith.select %[[HAS_NEXT]], %[[AFTER]], %[[I]]
// CHECK:           %[[NEXT_PAGE:.*]] = tile.read %[[TABLE]][%[[NEXT]]]
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

//--- none.mlir
// The next page is read ahead of a check that may be what keeps the read
// inside.
// NONE-LABEL: func.func @checked(
// NONE-NOT:     tile.prefetch
// NONE:         return
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

// What the program made itself is near, and a read without a promise may fail.
// NONE-LABEL: func.func @near(
// NONE-NOT:     tile.prefetch
// NONE:         return
func.func @near(%q: !tile.tile<8x64xbf16>, %k: !tile.tensor<?x64xbf16>, %table: !tile.tensor<?xi32>, %p: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %made = tile.create : !tile.tensor<256x64xbf16>
  scf.for %i = %c0 to %p step %c1 {
    %x = tile.slice %made[%i, %c0] : !tile.tensor<256x64xbf16> -> !tile.tile<64x64xbf16>
    %s = tile.matmul %q, %x transpose_b : !tile.tile<8x64xbf16>, !tile.tile<64x64xbf16> -> !tile.tile<8x64xf32>
  }
  scf.for %i = %c0 to %p step %c1 {
    %row = tile.read %table[%i] : !tile.tensor<?xi32> -> index
    %x = tile.slice %k[%row, %c0] : !tile.tensor<?x64xbf16> -> !tile.tile<64x64xbf16>
    %s = tile.matmul %q, %x transpose_b : !tile.tile<8x64xbf16>, !tile.tile<64x64xbf16> -> !tile.tile<8x64xf32>
  }
  return
}
