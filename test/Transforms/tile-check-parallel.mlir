// RUN: tile-opt %s --tile-check-parallel --split-input-file --verify-diagnostics -o %t
// Independent loops, of which nothing is said, and those that may conflict.

// A page of rows for each pair of a user and a head, and within it a row by quotient and remainder.
func.func @silent(%x: !tile.tensor<?x64xf32> {tile.name = "x", tile.direction = "inout", tile.shape = affine_map<()[s0] -> (s0 * 32, 64)>},
                  %n: index {tile.symbol = "N"}, %v: f32) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  %c8 = arith.constant 8 : index
  %c32 = arith.constant 32 : index
  tile.parallel %u = %c0 to %n step %c1 {
    %page = arith.muli %u, %c32 : index
    tile.parallel %h = %c0 to %c32 step %c1 {
      %q = tile.floordiv %h, %c8 : index
      %r = tile.mod %h, %c8 : index
      %first = arith.muli %q, %c8 : index
      %in_page = arith.addi %first, %r : index
      %row = arith.addi %page, %in_page : index
      tile.scope @core_group "fill" {
        %t = tile.full %v : f32 -> !tile.tile<1x64xf32>
        tile.assemble %t into %x[%row, %c0] : !tile.tile<1x64xf32> into !tile.tensor<?x64xf32>
      }
    }
  }
  return
}

// -----

// Tiles of a number of rows that is known at run time only.
func.func @symbolic(%x: !tile.tensor<1000x8xf32>, %rows: index, %v: f32) {
  %c0 = arith.constant 0 : index
  %c8 = arith.constant 8 : index
  %c1000 = arith.constant 1000 : index
  tile.parallel %i = %c0 to %c1000 step %rows {
    tile.scope @core_group "fill" {
      %rest = arith.subi %c1000, %i : index
      %some = arith.minsi %rows, %rest : index
      %t = tile.full %v : f32 -> !tile.tile<64x8xf32>
      %u = tile.set_valid_shape %t[%some, %c8] : !tile.tile<64x8xf32> -> !tile.tile<64x8xf32, valid ?x8>
      tile.assemble %u into %x[%i, %c0] : !tile.tile<64x8xf32, valid ?x8> into !tile.tensor<1000x8xf32>
    }
  }
  return
}

// -----

// One warning of one index, used for two tensors in two nested loops.
func.func @slots(%keys: !tile.tensor<1024x64xf32> {tile.name = "keys", tile.direction = "inout", tile.shape = affine_map<() -> (1024, 64)>},
                 %values: !tile.tensor<1024x64xf32>, %slots: !tile.tensor<16xi32> {tile.name = "slots", tile.direction = "in", tile.shape = affine_map<() -> (16)>},
                 %v: f32) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c16 = arith.constant 16 : index
  %c32 = arith.constant 32 : index
  %t = tile.full %v : f32 -> !tile.tile<1x32xf32>
  // expected-note @below {{the loop is here; `--check-races` looks for conflicts in a run}}
  tile.parallel %u = %c0 to %c16 step %c1 {
    %slot = tile.read %slots[%u] : !tile.tensor<16xi32> -> index loc("slot"("slots.tile":7:5))
    tile.parallel %h = %c0 to %c2 step %c1 {
      %column = arith.muli %h, %c32 : index
      tile.scope @core_group "store" {
        // expected-warning @below {{iterations of a parallel loop may write the same cells of `keys`: `slot` is read from `slots`}}
        tile.assemble %t into %keys[%slot, %column] : !tile.tile<1x32xf32> into !tile.tensor<1024x64xf32>
        tile.assemble %t into %values[%slot, %column] : !tile.tile<1x32xf32> into !tile.tensor<1024x64xf32>
      }
    }
  }
  return
}

// -----

// Pages that a table names may be read by all iterations, as long as none writes them.
func.func @pages(%cache: !tile.tensor<1024x64xf32> {tile.name = "cache", tile.direction = "inout", tile.shape = affine_map<() -> (1024, 64)>},
                 %table: !tile.tensor<64xi32> {tile.name = "table", tile.direction = "in", tile.shape = affine_map<() -> (64)>},
                 %out: !tile.tensor<64x64xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c16 = arith.constant 16 : index
  %c64 = arith.constant 64 : index
  tile.parallel %u = %c0 to %c64 step %c1 {
    %page = tile.read %table[%u] : !tile.tensor<64xi32> -> index
    %row = arith.muli %page, %c16 : index
    tile.scope @core_group "sum" {
      %k = tile.slice %cache[%row, %c0] : !tile.tensor<1024x64xf32> -> !tile.tile<16x64xf32>
      %s = tile.reduce sum %k along 0 : !tile.tile<16x64xf32> -> !tile.tile<1x64xf32>
      tile.assemble %s into %out[%u, %c0] : !tile.tile<1x64xf32> into !tile.tensor<64x64xf32>
    }
  }
  // expected-note @below {{the loop is here}}
  tile.parallel %u = %c0 to %c64 step %c1 {
    %page = tile.read %table[%u] : !tile.tensor<64xi32> -> index loc("page"("pages.tile":9:5))
    %row = arith.muli %page, %c16 : index
    %first = arith.muli %u, %c16 : index
    tile.scope @core_group "copy" {
      // expected-note @below {{the other access is here}}
      %k = tile.slice %cache[%row, %c0] : !tile.tensor<1024x64xf32> -> !tile.tile<16x64xf32>
      // expected-warning @below {{an iteration of a parallel loop may write cells of `cache` that another reads: `page` is read from `table`}}
      tile.assemble %k into %cache[%first, %c0] : !tile.tile<16x64xf32> into !tile.tensor<1024x64xf32>
    }
  }
  return
}

// -----

// The same with slots that lie in a range of each user's own.
func.func @asserted(%keys: !tile.tensor<1024x64xf32>, %slots: !tile.tensor<16xi32>, %v: f32) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c16 = arith.constant 16 : index
  %c64 = arith.constant 64 : index
  tile.parallel %u = %c0 to %c16 step %c1 {
    %slot = tile.read %slots[%u] : !tile.tensor<16xi32> -> index
    %first = arith.muli %u, %c64 : index
    %end = arith.addi %first, %c64 : index
    %above = arith.cmpi sge, %slot, %first : index
    %below = arith.cmpi slt, %slot, %end : index
    tile.assert %above, "a slot below those of its user"
    tile.assert %below, "a slot above those of its user"
    tile.write %v into %keys[%slot, %c0] : f32 into !tile.tensor<1024x64xf32>
  }
  return
}

// -----

// One iteration could not meet another: whether there are two depends on N.
func.func @few(%x: !tile.tensor<8xf32>, %n: index {tile.symbol = "N"}, %v: f32) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  // expected-note @below {{the loop is here}}
  tile.parallel %i = %c0 to %n step %c1 {
    // expected-note @below {{the other access is here}}
    %old = tile.read %x[%c1] : !tile.tensor<8xf32> -> f32
    %new = arith.addf %old, %v : f32
    // expected-warning @below {{an iteration of a parallel loop may write cells of a tensor that another reads: their places cannot be compared}}
    tile.write %new into %x[%c1] : f32 into !tile.tensor<8xf32>
  }
  return
}

// -----

// Sequential loops may do what they like.
func.func @sequential(%x: !tile.tensor<8xf32>, %v: f32) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c8 = arith.constant 8 : index
  scf.for %i = %c0 to %c8 step %c1 {
    tile.write %v into %x[%c0] : f32 into !tile.tensor<8xf32>
  }
  return
}
