// RUN: tile-opt %s --tile-clamp-valid-shape 2>%t.remarks | FileCheck %s
// RUN: FileCheck %s --check-prefix=REMARK --implicit-check-not=remark: < %t.remarks
// What is clamped is proven: nothing is left to do.
// RUN: tile-opt %s --tile-clamp-valid-shape 2>/dev/null | tile-opt --tile-clamp-valid-shape 2>&1 -o /dev/null | count 0
// The clamped form hides nothing from other passes.
// RUN: tile-opt %s --tile-clamp-valid-shape --tile-form-contractions --tile-check-bounds 2>/dev/null | FileCheck %s --check-prefix=OTHERS

// Tiles past the users' rows are empty. Loops, `min`, `dim` and `//` bound the other extents.
// CHECK-LABEL: func.func @rows(
// OTHERS-LABEL: func.func @rows(
// OTHERS-COUNT-5: inbounds
func.func @rows(%x: !tile.tensor<?x64xf32> {tile.name = "x", tile.direction = "in", tile.shape = affine_map<()[s0] -> (s0, 64)>},
                %users: index {tile.symbol = "USERS"}) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c8 = arith.constant 8 : index
  %c16 = arith.constant 16 : index
  %c32 = arith.constant 32 : index
  %c60 = arith.constant 60 : index
  %c64 = arith.constant 64 : index
  %y = tile.create : !tile.tensor<16x64xf32>
  %d = tile.dim %x, 0 : !tile.tensor<?x64xf32>
  scf.for %b = %c0 to %c32 step %c16 {
    // CHECK: %[[REST:.*]] = arith.subi
    // CHECK: %[[ASKED:.*]] = arith.minsi %{{.*}}, %[[REST]] : index
    // CHECK: %[[ROWS:.*]] = arith.maxsi %[[ASKED]], %
    %rest = arith.subi %users, %b : index
    %rows = arith.minsi %c16, %rest : index loc("rows")
    scf.for %k = %c0 to %c60 step %c16 {
      // CHECK: %[[LEFT:.*]] = arith.subi
      // CHECK: %[[COLS:.*]] = arith.minsi %[[LEFT]], %
      %left = arith.subi %c60, %k : index
      // REMARK: [[@LINE+3]]:12: remark: tile-clamp-valid-shape: `rows` is clamped to at least 0
      // REMARK: [[@LINE+2]]:12: remark: tile-clamp-valid-shape: an extent is clamped to at most 16
      // CHECK: tile.slice %{{.*}} valid[%[[ROWS]], %[[COLS]]]
      %t = tile.slice %x[%b, %k] valid [%rows, %left] : !tile.tensor<?x64xf32> -> !tile.tile<16x16xf32, valid ?x?>
      tile.assemble %t into %y[%c0, %k] : !tile.tile<16x16xf32, valid ?x?> into !tile.tensor<16x64xf32>
      // The same clamps serve again.
      // CHECK: tile.slice %{{.*}} valid[%[[ROWS]], %[[COLS]]]
      %u = tile.slice %y[%c0, %k] valid [%rows, %left] : !tile.tensor<16x64xf32> -> !tile.tile<16x16xf32, valid ?x?>
    }
  }
  scf.for %b = %c0 to %d step %c16 {
    // CHECK: scf.for
    // CHECK-NOT: arith.max
    // CHECK: %[[SOME:.*]] = arith.minsi
    // CHECK-NEXT: %[[HALF:.*]] = tile.floordiv %[[SOME]]
    // CHECK-NEXT: tile.slice %{{.*}} valid[%[[SOME]], %[[HALF]]]
    %rest = arith.subi %d, %b : index
    %some = arith.minsi %rest, %c16 : index
    %half = tile.floordiv %some, %c8 : index
    %t = tile.slice %x[%b, %c0] valid [%some, %half] : !tile.tensor<?x64xf32> -> !tile.tile<16x2xf32, valid ?x?>
    // Where it is known to be positive it is.
    %many = arith.cmpi sge, %half, %c1 : index
    scf.if %many {
      // CHECK: %[[LESS:.*]] = arith.subi
      // CHECK-NEXT: tile.slice %{{.*}} valid[%{{.*}}, %[[LESS]]]
      %less = arith.subi %half, %c1 : index
      %u = tile.slice %x[%b, %c0] valid [%c1, %less] : !tile.tensor<?x64xf32> -> !tile.tile<1x1xf32, valid 1x?>
    }
  }
  return
}

// Regions that are set, products, and constants outside of the tile.
// CHECK-LABEL: func.func @others(
// OTHERS-LABEL: func.func @others(
func.func @others(%x: !tile.tensor<?x?xf32> {tile.name = "x", tile.direction = "in", tile.shape = affine_map<()[s0, s1] -> (s0, s1)>},
                  %w: !tile.tensor<?x16xf32> {tile.name = "w", tile.direction = "in", tile.shape = affine_map<()[s0, s1] -> (s1, 16)>},
                  %m: index {tile.symbol = "M"}, %k: index {tile.symbol = "K"}, %any: index) {
  // CHECK: %[[ANY8:.*]] = arith.minsi %[[ANY0:.*]], %
  // CHECK-DAG: %c-1 = arith.constant -1
  %c0 = arith.constant 0 : index
  %c16 = arith.constant 16 : index
  %c20 = arith.constant 20 : index
  %cm1 = arith.constant -1 : index
  // REMARK: [[@LINE+2]]:8: remark: tile-clamp-valid-shape: an extent is clamped to at most 8
  // REMARK: [[@LINE+1]]:8: remark: tile-clamp-valid-shape: an extent is clamped to at most 16
  %p = tile.contract %x[%c0, %c0], %w[%c0, %c0] m %m n %c20 k %k
      : !tile.tensor<?x?xf32>, !tile.tensor<?x16xf32> -> !tile.tile<8x16xf32, valid ?x16>
  %less = arith.subi %k, %c16 : index
  // REMARK: [[@LINE+2]]:8: remark: tile-clamp-valid-shape: an extent is clamped to 0..8
  // REMARK: [[@LINE+1]]:8: remark: tile-clamp-valid-shape: an extent is clamped to at least 0
  %q = tile.contract %x[%c0, %c0], %w[%c0, %c0] m %any n %c16 k %less
      : !tile.tensor<?x?xf32>, !tile.tensor<?x16xf32> -> !tile.tile<8x16xf32, valid ?x16>
  // REMARK: [[@LINE+2]]:8: remark: tile-clamp-valid-shape: an extent is clamped to at least 0
  // CHECK: tile.set_valid_shape %{{.*}}[%[[ANY8]], %{{.*}}]
  %r = tile.set_valid_shape %q[%any, %cm1] : !tile.tile<8x16xf32, valid ?x16> -> !tile.tile<8x16xf32, valid ?x0>
  return
}

// The k loop of clamped extents is still one.
// OTHERS-LABEL: func.func @k_loop(
// OTHERS:         tile.contract {{.*}} k %c60{{.*}} step 16 inbounds
func.func @k_loop(%x: !tile.tensor<16x60xf32>, %w: !tile.tensor<60x16xf32>, %out: !tile.tensor<16x16xf32>, %rows: index) {
  %c0 = arith.constant 0 : index
  %c16 = arith.constant 16 : index
  %c60 = arith.constant 60 : index
  %zero = arith.constant 0.0 : f32
  %full = tile.full %zero : f32 -> !tile.tile<16x16xf32>
  // REMARK: [[@LINE+1]]:11: remark: tile-clamp-valid-shape: an extent is clamped to 0..16
  %init = tile.set_valid_shape %full[%rows, %c16] : !tile.tile<16x16xf32> -> !tile.tile<16x16xf32, valid ?x16>
  %sum = scf.for %k = %c0 to %c60 step %c16 iter_args(%acc = %init) -> (!tile.tile<16x16xf32, valid ?x16>) {
    %left = arith.subi %c60, %k : index
    // REMARK: [[@LINE+1]]:10: remark: tile-clamp-valid-shape: an extent is clamped to at most 16
    %a = tile.slice %x[%c0, %k] valid [%rows, %left] : !tile.tensor<16x60xf32> -> !tile.tile<16x16xf32, valid ?x?>
    %b = tile.slice %w[%k, %c0] valid [%left, %c16] : !tile.tensor<60x16xf32> -> !tile.tile<16x16xf32, valid ?x16>
    %next = tile.matmul_acc %acc, %a, %b : !tile.tile<16x16xf32, valid ?x16>, !tile.tile<16x16xf32, valid ?x?>,
        !tile.tile<16x16xf32, valid ?x16> -> !tile.tile<16x16xf32, valid ?x16>
    scf.yield %next : !tile.tile<16x16xf32, valid ?x16>
  }
  tile.assemble %sum into %out[%c0, %c0] : !tile.tile<16x16xf32, valid ?x16> into !tile.tensor<16x16xf32>
  return
}
