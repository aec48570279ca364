// RUN: tile-opt %s --tile-check-bounds 2>%t.remarks | FileCheck %s
// RUN: FileCheck %s --check-prefix=REMARK --implicit-check-not=remark: < %t.remarks
// RUN: tile-opt %s --tile-check-bounds 2>/dev/null | tile-opt --tile-check-bounds 2>&1 | FileCheck %s --check-prefix=AGAIN

// What is proven does not count again.
// AGAIN-NOT: of 3 accesses
// AGAIN:     0 of 1 accesses are proven to be inside

// Tiles past the users' rows are empty, the last one is partial.
// CHECK-LABEL: func.func @partial_tiles(
// CHECK-COUNT-3: inbounds
// REMARK: [[@LINE+1]]:1: remark: tile-check-bounds: 3 of 3 accesses are proven to be inside
func.func @partial_tiles(%x: !tile.tensor<?x70xf32> {tile.name = "x", tile.direction = "in", tile.shape = affine_map<()[s0] -> (s0, 70)>},
                         %users: index {tile.symbol = "USERS"}) {
  %c0 = arith.constant 0 : index
  %c16 = arith.constant 16 : index
  %c32 = arith.constant 32 : index
  %c70 = arith.constant 70 : index
  %few = arith.cmpi sle, %users, %c32 : index
  tile.assert %few, "too many users"
  %y = tile.create : !tile.tensor<32x70xf32>
  tile.parallel %b = %c0 to %c32 step %c16 {
    %rest = arith.subi %users, %b : index
    %rows = arith.minsi %c16, %rest : index
    scf.for %k = %c0 to %c70 step %c32 {
      %cols = arith.subi %c70, %k : index
      %t = tile.slice %x[%b, %k] valid [%rows, %cols] : !tile.tensor<?x70xf32> -> !tile.tile<16x32xf32, valid ?x?>
      tile.assemble %t into %y[%b, %k] : !tile.tile<16x32xf32, valid ?x?> into !tile.tensor<32x70xf32>
      %few_cols = arith.minsi %cols, %c32 : index
      %u = tile.slice %y[%c0, %k] valid [%c16, %few_cols] : !tile.tensor<32x70xf32> -> !tile.tile<16x32xf32, valid 16x?>
    }
  }
  return
}

// A page of a table: with the author's assertions, with half of them, and with the condition around it.
// CHECK-LABEL: func.func @pages(
// REMARK: [[@LINE+1]]:1: remark: tile-check-bounds: 4 of 5 accesses are proven to be inside
func.func @pages(%cache: !tile.tensor<?x32xbf16> {tile.name = "cache", tile.direction = "in", tile.shape = affine_map<()[s0, s1] -> (s0 * s1 * 8, 32)>},
                 %table: !tile.tensor<?xi32> {tile.name = "table", tile.direction = "in", tile.shape = affine_map<()[s0, s1] -> (s1)>},
                 %layers: index {tile.symbol = "LAYERS"}, %pages: index {tile.symbol = "PAGES"}) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c8 = arith.constant 8 : index
  scf.for %layer = %c0 to %layers step %c1 {
    %first = arith.muli %layer, %pages : index
    tile.parallel %p = %c0 to %pages step %c1 {
      // CHECK: tile.read {{.*}} inbounds
      %page = tile.read %table[%p] : !tile.tensor<?xi32> -> index
      %below = arith.cmpi slt, %page, %pages : index
      tile.assert %below, "no page"
      %number = arith.addi %first, %page : index
      %row = arith.muli %number, %c8 : index
      // CHECK: tile.slice
      // CHECK-NOT: inbounds
      // REMARK: [[@LINE+1]]:12: remark: tile-check-bounds: checked when it runs: may begin before 0 in dimension 0 of `cache`
      %k = tile.slice %cache[%row, %c0] : !tile.tensor<?x32xbf16> -> !tile.tile<8x32xbf16>
      %low = arith.cmpi sge, %page, %c0 : index
      // CHECK: scf.if
      scf.if %low {
        // CHECK: tile.slice {{.*}} inbounds
        %q = tile.slice %cache[%row, %c0] : !tile.tensor<?x32xbf16> -> !tile.tile<8x32xbf16>
      }
      tile.assert %low, "no page"
      // CHECK: %c7 = arith.constant
      %c7 = arith.constant 7 : index
      // CHECK: tile.slice {{.*}} inbounds
      %v = tile.slice %cache[%row, %c0] : !tile.tensor<?x32xbf16> -> !tile.tile<8x32xbf16>
      %last = arith.addi %row, %c7 : index
      // CHECK: tile.read {{.*}} inbounds
      %cell = tile.read %cache[%last, %c7] : !tile.tensor<?x32xbf16> -> bf16
    }
  }
  return
}

// Elements, at the corners of a tensor and past them; rows by division.
// CHECK-LABEL: func.func @elements(
// REMARK: [[@LINE+1]]:1: remark: tile-check-bounds: 4 of 7 accesses are proven to be inside
func.func @elements(%x: !tile.tensor<?x4xf32> {tile.name = "x", tile.direction = "inout", tile.shape = affine_map<()[s0] -> (s0, 4)>},
                    %n: index {tile.symbol = "N"}, %v: f32) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c3 = arith.constant 3 : index
  %c4 = arith.constant 4 : index
  %cm1 = arith.constant -1 : index
  %cells = arith.muli %n, %c4 : index
  scf.for %i = %c0 to %cells step %c1 {
    %row = tile.floordiv %i, %c4 : index
    %col = tile.mod %i, %c4 : index
    // CHECK: tile.write {{.*}} inbounds
    tile.write %v into %x[%row, %col] : f32 into !tile.tensor<?x4xf32>
    // REMARK: [[@LINE+1]]:5: remark: tile-check-bounds: checked when it runs: may end past dimension 0 of `x`
    tile.write %v into %x[%i, %c3] : f32 into !tile.tensor<?x4xf32>
  }
  // There may be no row at all.
  // REMARK: [[@LINE+1]]:8: remark: tile-check-bounds: checked when it runs: may end past dimension 0 of `x`
  %a = tile.read %x[%c0, %c3] : !tile.tensor<?x4xf32> -> f32
  %d = tile.dim %x, 0 : !tile.tensor<?x4xf32>
  scf.for %i = %c1 to %d step %c1 {
    %before = arith.subi %i, %c1 : index
    // CHECK: tile.read {{.*}} inbounds
    // CHECK: tile.read {{.*}} inbounds
    // CHECK: tile.write {{.*}} inbounds
    %b = tile.read %x[%before, %c0] : !tile.tensor<?x4xf32> -> f32
    %c = tile.read %x[%i, %c0] : !tile.tensor<?x4xf32> -> f32
    tile.write %b into %x[%i, %c3] : f32 into !tile.tensor<?x4xf32>
    // REMARK: [[@LINE+1]]:10: remark: tile-check-bounds: checked when it runs: may begin before 0 in dimension 1 of `x`
    %e = tile.read %x[%i, %cm1] : !tile.tensor<?x4xf32> -> f32
  }
  return
}

// Both boxes of a contraction, whole or by steps, of any number of k.
// CHECK-LABEL: func.func @contractions(
// REMARK: [[@LINE+1]]:1: remark: tile-check-bounds: 5 of 7 accesses are proven to be inside
func.func @contractions(%x: !tile.tensor<8x?xf32> {tile.name = "x", tile.direction = "in", tile.shape = affine_map<()[s0, s1] -> (8, s1)>},
                        %w: !tile.tensor<?x40xf32> {tile.name = "w", tile.direction = "in", tile.shape = affine_map<()[s0, s1] -> (s1, 40)>},
                        %m: index {tile.symbol = "M"}, %k: index {tile.symbol = "K"}, %any: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c8 = arith.constant 8 : index
  %c16 = arith.constant 16 : index
  %c40 = arith.constant 40 : index
  scf.for %n = %c0 to %c40 step %c16 {
    %cols = arith.subi %c40, %n : index
    // CHECK: tile.contract {{.*}} step 4 inbounds
    %a = tile.contract %x[%c0, %c0], %w[%c0, %n] m %m n %cols k %k step 4
        : !tile.tensor<8x?xf32>, !tile.tensor<?x40xf32> -> !tile.tile<8x16xf32, valid ?x?>
    // CHECK: tile.contract {{.*}} n %c16 k {{.*}} step 4 :
    // REMARK: [[@LINE+1]]:10: remark: tile-check-bounds: checked when it runs: may end past dimension 1 of `w`
    %b = tile.contract %x[%c0, %c0], %w[%c0, %n] m %m n %c16 k %k step 4
        : !tile.tensor<8x?xf32>, !tile.tensor<?x40xf32> -> !tile.tile<8x16xf32, valid ?x16>
    // One row below leaves the left operand, unless there are none.
    // REMARK: [[@LINE+1]]:10: remark: tile-check-bounds: checked when it runs: may end past dimension 0 of `x`
    %c = tile.contract %x[%c1, %c0], %w[%c0, %n] m %c8 n %cols k %k
        : !tile.tensor<8x?xf32>, !tile.tensor<?x40xf32> -> !tile.tile<8x16xf32, valid 8x?>
    // CHECK: tile.contract {{.*}} m %c0 {{.*}} inbounds
    %d = tile.contract %x[%any, %c0], %w[%c0, %n] m %c0 n %cols k %k
        : !tile.tensor<8x?xf32>, !tile.tensor<?x40xf32> -> !tile.tile<8x16xf32, valid 0x?>
    // CHECK: tile.contract {{.*}} k %c0 inbounds
    %e = tile.contract %x[%any, %any], %w[%any, %any] m %c8 n %c16 k %c0
        : !tile.tensor<8x?xf32>, !tile.tensor<?x40xf32> -> !tile.tile<8x16xf32>
    // CHECK: tile.slice {{.*}} inbounds
    // CHECK: tile.contract %{{.*}}[%{{.*}}], %{{.*}}[%{{.*}}] m {{.*}} inbounds : !tile.tile<8x16xf32, valid 8x?>
    %some = arith.minsi %k, %c16 : index
    %t = tile.slice %x[%c0, %c0] valid [%c8, %some] : !tile.tensor<8x?xf32> -> !tile.tile<8x16xf32, valid 8x?>
    %f = tile.contract %t[%c0, %n], %w[%c0, %c0] m %m n %c16 k %some
        : !tile.tile<8x16xf32, valid 8x?>, !tile.tensor<?x40xf32> -> !tile.tile<8x16xf32, valid ?x16>
  }
  return
}

// A tile is cut where it ends, but nothing precedes it; a cell that is read must be valid.
// CHECK-LABEL: func.func @tiles(
// REMARK: [[@LINE+1]]:1: remark: tile-check-bounds: 6 of 9 accesses are proven to be inside
func.func @tiles(%x: !tile.tensor<16x16xf32> {tile.name = "x"}, %i: index, %n: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  %c15 = arith.constant 15 : index
  // CHECK: %t = tile.slice {{.*}} inbounds
  %t = tile.slice %x[%c0, %c0] valid [%n, %c4] : !tile.tensor<16x16xf32> -> !tile.tile<16x16xf32, valid ?x4> loc("t")
  %some = tile.valid_dim %t, 0 : !tile.tile<16x16xf32, valid ?x4>
  scf.for %j = %c0 to %some step %c1 {
    // CHECK: tile.slice %t{{.*}} inbounds
    %a = tile.slice %t[%j, %c15] : !tile.tile<16x16xf32, valid ?x4> -> !tile.tile<8x1xf32, valid ?x0>
    // CHECK: tile.read %t{{.*}} inbounds
    %b = tile.read %t[%j, %c1] : !tile.tile<16x16xf32, valid ?x4> -> f32
    // REMARK: [[@LINE+1]]:10: remark: tile-check-bounds: checked when it runs: may end past dimension 1 of `t`
    %c = tile.read %t[%j, %c4] : !tile.tile<16x16xf32, valid ?x4> -> f32
  }
  // REMARK: [[@LINE+1]]:8: remark: tile-check-bounds: checked when it runs: may begin before 0 in dimension 0 of `t`
  %d = tile.slice %t[%i, %c0] : !tile.tile<16x16xf32, valid ?x4> -> !tile.tile<8x1xf32, valid ?x1>
  // Nothing is asked for.
  // CHECK: tile.slice %t{{.*}} inbounds
  %e = tile.slice %t[%i, %c0] valid [%c1, %c0] : !tile.tile<16x16xf32, valid ?x4> -> !tile.tile<8x1xf32, valid ?x0>
  // REMARK: [[@LINE+1]]:8: remark: tile-check-bounds: checked when it runs: may end past dimension 0 of `t`
  %f = tile.read %t[%c0, %c0] : !tile.tile<16x16xf32, valid ?x4> -> f32
  // CHECK-COUNT-2: inbounds
  %g = tile.reduce max %t along 1 : !tile.tile<16x16xf32, valid ?x4> -> !tile.tile<16x1xf32, valid ?x1>
  tile.assemble %g into %x[%c0, %c15] : !tile.tile<16x1xf32, valid ?x1> into !tile.tensor<16x16xf32>
  tile.assemble %t into %x[%c0, %c0] : !tile.tile<16x16xf32, valid ?x4> into !tile.tensor<16x16xf32>
  return
}

// An assertion is a fact behind it in its block, and in what that contains; not behind a loop or a branch around it.
// CHECK-LABEL: func.func @places(
// REMARK: [[@LINE+1]]:1: remark: tile-check-bounds: 3 of 7 accesses are proven to be inside
func.func @places(%x: !tile.tensor<8xf32> {tile.name = "x"}, %i: index, %n: index, %v: f32) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c8 = arith.constant 8 : index
  %low = arith.cmpi sge, %i, %c0 : index
  %high = arith.cmpi slt, %i, %c8 : index
  %both = arith.andi %low, %high : i1
  scf.for %k = %c0 to %n step %c1 {
    // REMARK: [[@LINE+1]]:5: remark: tile-check-bounds: checked when it runs
    tile.write %v into %x[%i] : f32 into !tile.tensor<8xf32>
    tile.assert %both, "outside"
    // CHECK: tile.assert
    // CHECK-NEXT: tile.write {{.*}} inbounds
    tile.write %v into %x[%i] : f32 into !tile.tensor<8xf32>
    scf.for %l = %c0 to %n step %c1 {
      // CHECK: scf.for
      // CHECK-NEXT: tile.write {{.*}} inbounds
      tile.write %v into %x[%i] : f32 into !tile.tensor<8xf32>
    }
  }
  // REMARK: [[@LINE+1]]:3: remark: tile-check-bounds: checked when it runs
  tile.write %v into %x[%i] : f32 into !tile.tensor<8xf32>
  scf.if %low {
    // REMARK: [[@LINE+1]]:5: remark: tile-check-bounds: checked when it runs: may end past dimension 0 of `x`
    tile.write %v into %x[%i] : f32 into !tile.tensor<8xf32>
    tile.assert %high, "outside"
  } else {
    // REMARK: [[@LINE+1]]:5: remark: tile-check-bounds: checked when it runs: may begin before 0 in dimension 0 of `x`
    tile.write %v into %x[%i] : f32 into !tile.tensor<8xf32>
  }
  tile.assert %both, "outside"
  // CHECK: tile.assert
  // CHECK: tile.assert
  // CHECK-NEXT: tile.write {{.*}} inbounds
  tile.write %v into %x[%i] : f32 into !tile.tensor<8xf32>
  return
}

// Products that may wrap prove nothing, and cost no more than others.
// CHECK-LABEL: func.func @wrapping(
// CHECK-NOT:   inbounds
// REMARK: [[@LINE+1]]:1: remark: tile-check-bounds: 0 of 1 accesses are proven to be inside
func.func @wrapping(%x: !tile.tensor<?x4xf32> {tile.name = "x", tile.direction = "in", tile.shape = affine_map<()[s0, s1, s2] -> (s2, 4)>},
                    %a: index {tile.symbol = "A"}, %b: index {tile.symbol = "B"}, %c: index {tile.symbol = "C"}) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c256 = arith.constant 256 : index
  scf.for %i = %c0 to %a step %c1 {
    scf.for %j = %c0 to %b step %c1 {
      %first = arith.muli %i, %b : index
      %number = arith.addi %first, %j : index
      %row = arith.muli %number, %c256 : index
      // REMARK: [[@LINE+1]]:12: remark: tile-check-bounds: checked when it runs: may begin before 0 in dimension 0 of `x`
      %v = tile.read %x[%row, %c0] : !tile.tensor<?x4xf32> -> f32
    }
  }
  return
}
