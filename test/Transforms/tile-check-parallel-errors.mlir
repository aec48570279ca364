// RUN: tile-opt %s --tile-check-parallel --split-input-file --verify-diagnostics

// All iterations write one cell. One message, though there are three pairs.
func.func @one_cell(%x: !tile.tensor<8xf32> {tile.name = "x", tile.direction = "inout", tile.shape = affine_map<() -> (8)>}, %v: f32) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c8 = arith.constant 8 : index
  // expected-note @below {{the loop is here}}
  tile.parallel %i = %c0 to %c8 step %c1 {
    // expected-error @below {{iterations 0 and 1 of a parallel loop write the same cells of `x`}}
    tile.write %v into %x[%c0] : f32 into !tile.tensor<8xf32>
    tile.write %v into %x[%c0] : f32 into !tile.tensor<8xf32>
  }
  return
}

// -----

// Strips that are wider than the step, at the extents that a call decides.
func.func @overlap(%x: !tile.tensor<?x64xf32> {tile.name = "x", tile.direction = "inout", tile.shape = affine_map<()[s0] -> (s0 + 1, 64)>},
                   %n: index {tile.symbol = "N"}) {
  %c0 = arith.constant 0 : index
  %c16 = arith.constant 16 : index
  %c48 = arith.constant 48 : index
  // expected-note @below {{the loop is here}}
  tile.parallel %i = %c0 to %c48 step %c16 {
    tile.scope @core_group "shift" {
      // expected-note @below {{they are read here}}
      %t = tile.slice %x[%c0, %i] : !tile.tensor<?x64xf32> -> !tile.tile<1x17xf32>
      // expected-error @below {{iteration 16 of a parallel loop writes cells of `x` that iteration 0 reads}}
      tile.assemble %t into %x[%c0, %i] : !tile.tile<1x17xf32> into !tile.tensor<?x64xf32>
    }
  }
  return
}

// -----

// By quotient: 3 and 4 share nothing, 0 and 1 do.
func.func @quotient(%y: !tile.tensor<4x8xf32>, %v: f32) {
  %x = tile.create : !tile.tensor<4x8xf32> loc("sums"("q.tile":2:5))
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  %c16 = arith.constant 16 : index
  // expected-note @below {{the loop is here}}
  tile.parallel %i = %c0 to %c16 step %c1 {
    %row = tile.floordiv %i, %c4 : index
    tile.scope @core_group "fill" {
      %t = tile.full %v : f32 -> !tile.tile<1x8xf32>
      // expected-error @below {{iterations 0 and 1 of a parallel loop write the same cells of `sums`}}
      tile.assemble %t into %x[%row, %c0] : !tile.tile<1x8xf32> into !tile.tensor<4x8xf32>
    }
  }
  return
}

// -----

// By remainder: the first iterations are apart, others meet.
func.func @remainder(%x: !tile.tensor<4x8xf32>, %v: f32) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  %c8 = arith.constant 8 : index
  // expected-note @below {{the loop is here}}
  tile.parallel %i = %c0 to %c8 step %c1 {
    %row = tile.mod %i, %c4 : index
    // expected-error-re @below {{iterations {{[0-7]}} and {{[0-7]}} of a parallel loop write the same cells of a tensor}}
    tile.write %v into %x[%row, %c0] : f32 into !tile.tensor<4x8xf32>
  }
  return
}
