//===- Passes.td - From tile IR to tile IR -----------------*- tablegen -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TILEC_TRANSFORMS_PASSES_TD
#define TILEC_TRANSFORMS_PASSES_TD

include "mlir/Pass/PassBase.td"

def TileCollapseParallel : Pass<"tile-collapse-parallel"> {
  let summary = "Perfectly nested parallel loops as one";
  let description = [{
    A parallel loop inside of another runs serially on one worker, so an outer loop of
    one iteration would leave the other workers idle. Where the body of a parallel loop
    is nothing but another one, whose bounds do not depend on the outer iteration, both
    become one loop over all pairs, in the order in which the nest runs.

    Before:
    ```mlir
    func.func @nest(%x: !tile.tensor<?x8xf32>, %m: index, %v: f32) {
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %c8 = arith.constant 8 : index
      tile.parallel %i = %c0 to %m step %c1 {
        tile.parallel %j = %c0 to %c8 step %c1 {
          tile.write %v into %x[%i, %j] : f32 into !tile.tensor<?x8xf32>
        }
      }
      return
    }
    ```
    After: one `tile.parallel` of `%m * 8` iterations that computes `%i` and `%j` by
    `tile.floordiv` and `tile.mod`.
  }];
  let statistics = [Statistic<"numCollapsed", "collapsed", "Loops merged into the one around them">];
  let dependentDialects = ["::mlir::arith::ArithDialect"];
}

def TileFormContractions : Pass<"tile-form-contractions", "::mlir::func::FuncOp"> {
  let summary = "Loops over K as one contraction";
  let description = [{
    A matrix product whose K is too long for a tile is written as a loop: a `matmul` of
    the first slices, `matmul_acc` of the others. The order of its sum is that of one long
    product, so it becomes one `tile.contract`, which reads both operands from where they
    are. The first step may stand before the loop, or behind a condition in it; the
    accumulator may also start from zero or from any tile. A loop may carry several sums.

    It is proven that on both sides the slices advance along K by just what a step takes,
    that nothing else of them changes, that only the last step takes fewer k than the
    others, that each step takes an even number of BF16, and that no iteration writes what
    is read or looks at the sum. Where something of it fails, a remark at the `matmul_acc`
    says what, and a note shows it.

    Before:
    ```mlir
    func.func @k_loop(%x: !tile.tensor<16x5120xbf16>, %w: !tile.tensor<5120x256xbf16>,
                      %out: !tile.tensor<16x256xf32>) {
      %c0 = arith.constant 0 : index
      %c256 = arith.constant 256 : index
      %c5120 = arith.constant 5120 : index
      %zero = arith.constant 0.0 : f32
      %init = tile.full %zero : f32 -> !tile.tile<16x256xf32>
      %sum = scf.for %k = %c0 to %c5120 step %c256 iter_args(%acc = %init) -> (!tile.tile<16x256xf32>) {
        %a = tile.slice %x[%c0, %k] : !tile.tensor<16x5120xbf16> -> !tile.tile<16x256xbf16>
        %b = tile.slice %w[%k, %c0] : !tile.tensor<5120x256xbf16> -> !tile.tile<256x256xbf16>
        %next = tile.matmul_acc %acc, %a, %b : !tile.tile<16x256xf32>, !tile.tile<16x256xbf16>,
                                               !tile.tile<256x256xbf16> -> !tile.tile<16x256xf32>
        scf.yield %next : !tile.tile<16x256xf32>
      }
      tile.assemble %sum into %out[%c0, %c0] : !tile.tile<16x256xf32> into !tile.tensor<16x256xf32>
      return
    }
    ```
    After: `%sum = tile.contract %x[%c0, %c0], %w[%c0, %c0] m %c16 n %c256 k %c5120 step 256`.
  }];
  let statistics = [
    Statistic<"numFormed", "formed", "Contractions made of loops">,
    Statistic<"numDeclined", "declined", "Sums of products that a loop still carries">
  ];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::tilec::tile::TileDialect"];
}

def TilePackWeights : Pass<"tile-pack-weights", "::mlir::func::FuncOp"> {
  let summary = "Weights in the layout that matrix products read fastest";
  let description = [{
    The storage layout of a `weight` parameter is the compiler's choice. Where all that
    reads one of BF16 and rank 2 are contractions, with it on the right and summing over
    the same dimension, its type gets the packed layout: panels of 64 columns, in each the
    pairs of k one after the other. Columns must begin at multiples of 64 and sums at an
    even k, so that boxes are whole parts of panels, and sums must have whole pairs.

    Before:
    ```mlir
    func.func @project(%x: !tile.tensor<16x5120xbf16>, %w: !tile.tensor<5120x512xbf16, weight>,
                       %out: !tile.tensor<16x512xf32>) {
      %c0 = arith.constant 0 : index
      %c16 = arith.constant 16 : index
      %c256 = arith.constant 256 : index
      %c512 = arith.constant 512 : index
      %c5120 = arith.constant 5120 : index
      tile.parallel %n = %c0 to %c512 step %c256 {
        %y = tile.contract %x[%c0, %c0], %w[%c0, %n] m %c16 n %c256 k %c5120
            : !tile.tensor<16x5120xbf16>, !tile.tensor<5120x512xbf16, weight> -> !tile.tile<16x256xf32>
        tile.assemble %y into %out[%c0, %n] : !tile.tile<16x256xf32> into !tile.tensor<16x512xf32>
      }
      return
    }
    ```
    After: the type of `%w` is `!tile.tensor<5120x512xbf16, weight packed<kn>>`.
  }];
  let statistics = [
    Statistic<"numPacked", "packed", "Weights whose storage is packed">,
    Statistic<"numDeclined", "declined", "Weights that stay row-major">
  ];
  let dependentDialects = ["::tilec::tile::TileDialect"];
}

def TileCheckBounds : Pass<"tile-check-bounds", "::mlir::func::FuncOp"> {
  let summary = "Accesses that are proven to be inside need no check";
  let description = [{
    Marks each slice, assemble, read, write and contraction as `inbounds` that is proven
    to touch nothing outside of its tensors and tiles: the bounds of loops, the valid
    extents, the shapes of the parameters, conditions around the access and assertions
    before it count. What is not marked is checked when it runs, once a tile. Reports how
    many accesses there are and how many are proven, and each of the others with the
    first of its bounds that is open.

    Before:
    ```mlir
    func.func @add_row(%x: !tile.tensor<?x64xf32> {tile.name = "x", tile.direction = "in", tile.shape = affine_map<()[s0] -> (s0, 64)>},
                       %y: !tile.tensor<1x64xf32>, %rows: index {tile.symbol = "ROWS"}, %row: index) {
      %c0 = arith.constant 0 : index
      %b = arith.cmpi slt, %row, %rows : index
      tile.assert %b, "no row {0}"(%row)
      %r = tile.slice %x[%row, %c0] : !tile.tensor<?x64xf32> -> !tile.tile<1x64xf32>
      tile.assemble %r into %y[%c0, %c0] : !tile.tile<1x64xf32> into !tile.tensor<1x64xf32>
      return
    }
    ```
    After: the `tile.assemble` is `inbounds`; of the slice a remark says that it may begin
    before row 0. With `%row >= 0` asserted too it is proven.
  }];
  let statistics = [
    Statistic<"numProven", "proven", "Accesses proven to be inside">,
    Statistic<"numChecked", "checked", "Accesses that are checked when they run">
  ];
}

def TileHoistBuffers : Pass<"tile-hoist-buffers", "::mlir::func::FuncOp"> {
  let summary = "Storage that a loop creates, allocated once outside of it";
  let description = [{
    What `tile.create` makes is unspecified, so all iterations of an `scf.for` can have
    the same storage, as long as none finds what it still needs overwritten. A `tile.create`
    whose storage no iteration passes on moves out of the loop as it is, and on out of the
    loops around it. `tile.loops_left` tells how many of them it has left: at the
    beginning of an iteration nobody reads what it holds.

    Storage that an iteration passes on to the next becomes two buffers, written in turn:
    the loop carries one to read and one to write, which change places. Where the loop
    begins with storage like it that nobody else uses, that is one of the two. One
    buffer is enough where an iteration reads for the last time before it writes.

    A buffer stays where its size is known, and so does one whose size may be negative:
    that error has a place in the order of errors. What an iteration may still read after
    the next one stays as well. Remarks say so. Nothing leaves a `tile.parallel`: there,
    each worker has storage of its own.

    Before:
    ```mlir
    func.func @layers(%x: !tile.tensor<4x64xf32>, %n: index) {
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %hidden = tile.create : !tile.tensor<4x64xf32>
      %first = tile.slice %x[%c0, %c0] : !tile.tensor<4x64xf32> -> !tile.tile<4x64xf32>
      tile.assemble %first into %hidden[%c0, %c0] : !tile.tile<4x64xf32> into !tile.tensor<4x64xf32>
      %last = scf.for %i = %c0 to %n step %c1 iter_args(%current = %hidden) -> (!tile.tensor<4x64xf32>) {
        %next = tile.create : !tile.tensor<4x64xf32>
        %a = tile.slice %current[%c0, %c0] : !tile.tensor<4x64xf32> -> !tile.tile<4x64xf32>
        %b = tile.exp %a : !tile.tile<4x64xf32> -> !tile.tile<4x64xf32>
        tile.assemble %b into %next[%c0, %c0] : !tile.tile<4x64xf32> into !tile.tensor<4x64xf32>
        scf.yield %next : !tile.tensor<4x64xf32>
      }
      return
    }
    ```
    After: `%next` is created before the loop, which carries it beside `%hidden`, writes it where it wrote
    `%next`, and yields both the other way round.
  }];
  let statistics = [
    Statistic<"numHoisted", "hoisted", "Moves of storage out of a loop">,
    Statistic<"numDeclined", "declined", "Storage that each iteration creates">
  ];
  let dependentDialects = ["::mlir::scf::SCFDialect", "::tilec::tile::TileDialect"];
}

def TileClampValidShape : Pass<"tile-clamp-valid-shape", "::mlir::func::FuncOp"> {
  let summary = "Valid extents that stay within the tile";
  let description = [{
    A valid extent that a program computes, such as `min(TILE, n - i0)`, is negative on
    tiles past the end: it means empty. Each extent of a slice, of a `set_valid_shape` and
    of a contraction that is not proven to be in `0..size` where it is used becomes
    `min(max(v, 0), size)`, or the half of it that is needed; the k of a contraction has no
    upper end. What is proven is left alone. The clamp stands where the extent is computed
    and serves all who use it.

    Before:
    ```mlir
    func.func @rows(%x: !tile.tensor<?x64xf32>, %n: index, %i: index) {
      %c0 = arith.constant 0 : index
      %c16 = arith.constant 16 : index
      %c64 = arith.constant 64 : index
      %left = arith.subi %n, %i : index
      %rows = arith.minsi %c16, %left : index
      %t = tile.slice %x[%i, %c0] valid [%rows, %c64] : !tile.tensor<?x64xf32> -> !tile.tile<16x64xf32, valid ?x64>
      return
    }
    ```
    After: the slice asks for `valid [%rows_0, %c64]` with `%rows_0 = arith.maxsi %rows, %c0`.
  }];
  let statistics = [
    Statistic<"numClamped", "clamped", "Uses of extents that might have left their tile">,
    Statistic<"numProven", "proven", "Uses of extents that cannot">
  ];
  let dependentDialects = ["::mlir::arith::ArithDialect"];
}

def TileSkipEmpty : Pass<"tile-skip-empty", "::mlir::func::FuncOp"> {
  let summary = "No work for stores that store nothing";
  let description = [{
    A scope or a loop whose stores are all of tiles that are empty where some extent is 0
    or less is run only where that extent is positive. Neighbours with the same extent
    share one branch. It is kept as it is where something in it may fail even then, such as
    an assertion, or a check of an access that the extent does not make empty; where
    something else than stores can be seen of it; and where the extent is always positive.

    Before:
    ```mlir
    func.func @rows(%x: !tile.tensor<16x64xf32>, %y: !tile.tensor<16x64xf32>, %rows: index) {
      %c0 = arith.constant 0 : index
      tile.scope @core_group "double" {
        %a = tile.slice %x[%c0, %c0] inbounds : !tile.tensor<16x64xf32> -> !tile.tile<16x64xf32>
        %b = tile.add %a, %a : !tile.tile<16x64xf32>, !tile.tile<16x64xf32> -> !tile.tile<16x64xf32>
        %c64 = arith.constant 64 : index
        %c = tile.set_valid_shape %b[%rows, %c64] : !tile.tile<16x64xf32> -> !tile.tile<16x64xf32, valid ?x64>
        tile.assemble %c into %y[%c0, %c0] inbounds : !tile.tile<16x64xf32, valid ?x64> into !tile.tensor<16x64xf32>
      }
      return
    }
    ```
    After: the scope stands in an `scf.if` of `%rows > 0`.
  }];
  let statistics = [
    Statistic<"numSkipped", "skipped", "Scopes and loops that may be skipped">,
    Statistic<"numDeclined", "declined", "Scopes and loops that may fail although they store nothing">
  ];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::scf::SCFDialect"];
}

def TileParallelizeLoops : Pass<"tile-parallelize-loops", "::mlir::func::FuncOp"> {
  let summary = "Sequential loops with independent iterations on all cores";
  let description = [{
    A loop outside of scopes and parallel loops that carries nothing becomes a
    `tile.parallel` where integer sets prove that no two iterations touch the same cell, one
    of them writing. Of several failures the first in program order is still the one
    reported: a parallel loop keeps that of its lowest iteration.

    Of a nest one level runs on all cores. The outer loop has fewer barriers, so it is taken
    where it is known to have at least as many iterations as the parallel loops inside of it,
    or where it contains nothing but one other loop, with which it is collapsed. A loop that
    runs once, or that has no scope in it, stays as it is. A remark says what became of each
    other loop; notes show two accesses that meet.

    Before:
    ```mlir
    func.func @rows(%x: !tile.tensor<64x16xf32>, %v: f32) {
      %c0 = arith.constant 0 : index
      %c8 = arith.constant 8 : index
      %c64 = arith.constant 64 : index
      scf.for %i = %c0 to %c64 step %c8 {
        tile.scope @core_group "fill" {
          %t = tile.full %v : f32 -> !tile.tile<8x16xf32>
          tile.assemble %t into %x[%i, %c0] : !tile.tile<8x16xf32> into !tile.tensor<64x16xf32>
        }
      }
      return
    }
    ```
    After: the same with `tile.parallel %i = %c0 to %c64 step %c8`.
  }];
  let statistics = [
    Statistic<"numParallelized", "parallelized", "Loops that now run on all cores">,
    Statistic<"numDeclined", "declined", "Loops with scopes in them that stay sequential">
  ];
  let dependentDialects = ["::tilec::tile::TileDialect"];
}

def TileCheckParallel : Pass<"tile-check-parallel", "::mlir::func::FuncOp"> {
  let summary = "Errors and warnings of conflicting parallel iterations";
  let description = [{
    Two iterations of a `tile.parallel` conflict where they touch the same cell of storage
    that neither has made, and one of them writes it. Integer sets decide whether there are
    such cells, of each two accesses:

    - none: nothing is said;
    - some, each time that the function runs, whatever the dynamic names and the data are: an
      error at the write, with notes at the other access and at the loop, and two iterations;
    - neither is proven: a warning with the reason. Of an index that only data decide there is
      one warning, whatever it is used for. An assertion about the index that settles the
      question silences it.

    It changes nothing. The driver runs it on what the front end makes, before other passes.

    Before:
    ```mlir
    func.func @rows(%x: !tile.tensor<64x16xf32>, %v: f32) {
      %c0 = arith.constant 0 : index
      %c8 = arith.constant 8 : index
      %c64 = arith.constant 64 : index
      tile.parallel %i = %c0 to %c64 step %c8 {
        tile.scope @core_group "fill" {
          %t = tile.full %v : f32 -> !tile.tile<8x16xf32>
          tile.assemble %t into %x[%i, %c0] : !tile.tile<8x16xf32> into !tile.tensor<64x16xf32>
        }
      }
      return
    }
    ```
    After: the same. Tiles of nine rows would be an error: those of iterations 0 and 8 share a row.
  }];
  let statistics = [
    Statistic<"numErrors", "errors", "Tensors with a certain conflict in a loop">,
    Statistic<"numWarnings", "warnings", "Conflicts that may be">
  ];
}

def TileFuseScopes : Pass<"tile-fuse-scopes", "::mlir::func::FuncOp"> {
  let summary = "Neighbouring parallel loops, and neighbouring scopes, as one";
  let description = [{
    Each parallel loop ends with a barrier. Where the next one has the same iterations, and no
    iteration of it needs more of the first loop than the same iteration of that made, both
    become one. It is proven that iterations of the merged loop are independent. What may fail
    stays in order: of two loops that may both fail none moves. Between them may stand what
    neither fails nor touches storage, such as a `tile.create`; it moves before both.

    Neighbouring scopes become one where the second takes a tile that the first yields, or
    slices from a created tensor just what the first has stored there. If nothing else reads
    that tensor, the tile is passed on and the tensor goes away. Other neighbours stay apart:
    there is no barrier between them, and profiles show each by its name.

    Remarks give the number of parallel regions before and after, of a function and of an
    iteration of each outermost sequential loop.

    Before:
    ```mlir
    func.func @chain(%x: !tile.tensor<64x16xf32>, %y: !tile.tensor<64x16xf32>) {
      %c0 = arith.constant 0 : index
      %c8 = arith.constant 8 : index
      %c64 = arith.constant 64 : index
      %t = tile.create : !tile.tensor<64x16xf32>
      tile.parallel %i = %c0 to %c64 step %c8 {
        tile.scope @core_group "negate" {
          %a = tile.slice %x[%i, %c0] inbounds : !tile.tensor<64x16xf32> -> !tile.tile<8x16xf32>
          %b = tile.neg %a : !tile.tile<8x16xf32> -> !tile.tile<8x16xf32>
          tile.assemble %b into %t[%i, %c0] inbounds : !tile.tile<8x16xf32> into !tile.tensor<64x16xf32>
        }
      }
      tile.parallel %i = %c0 to %c64 step %c8 {
        tile.scope @core_group "square" {
          %a = tile.slice %t[%i, %c0] inbounds : !tile.tensor<64x16xf32> -> !tile.tile<8x16xf32>
          %b = tile.mul %a, %a : !tile.tile<8x16xf32>, !tile.tile<8x16xf32> -> !tile.tile<8x16xf32>
          tile.assemble %b into %y[%i, %c0] inbounds : !tile.tile<8x16xf32> into !tile.tensor<64x16xf32>
        }
      }
      return
    }
    ```
    After: one loop with one scope, "negate.square", which squares the negated tile; `%t` is gone.
  }];
  let statistics = [
    Statistic<"numFusedLoops", "fused-loops", "Parallel loops merged with the one before">,
    Statistic<"numFusedScopes", "fused-scopes", "Scopes merged with the one before">,
    Statistic<"numForwarded", "forwarded", "Tiles that no longer go through a tensor">,
    Statistic<"numDeclined", "declined", "Neighbouring parallel loops that stay apart">
  ];
  let dependentDialects = ["::tilec::tile::TileDialect"];
}

def TilePlanBuffers : Pass<"tile-plan-buffers", "::mlir::func::FuncOp"> {
  let summary = "Places in one arena for the storage of a function";
  let description = [{
    Storage of static size gets a place in an arena, memory that is there when a call
    begins. Buffers that are never alive at the same time may lie at the same place; the
    arena is rarely more than a few percent larger than what is alive at once. Storage is
    alive from its first to its last use, or to that of a tile that was read from it; in
    a loop it is alive from the first iteration to the last if it was made before the
    loop, unless `tile.loops_left` says that it is new to each iteration.

    What is created outside of parallel loops lies in the arena of the function. Each
    outermost `tile.parallel` has another one, of which every worker has its own. A
    `tile.create` without a place allocates when it is reached: where the size is not
    static, and where more than one of its storages may be alive. Remarks are a map of the memory:
    name, bytes, offset and lifetime of each buffer, and all that is alive at once.

    Before:
    ```mlir
    func.func @chain(%x: !tile.tensor<4x64xf32>, %out: !tile.tensor<4x64xf32>) {
      %c0 = arith.constant 0 : index
      %a = tile.create : !tile.tensor<4x64xf32>
      %b = tile.create : !tile.tensor<4x64xf32>
      %t = tile.slice %x[%c0, %c0] : !tile.tensor<4x64xf32> -> !tile.tile<4x64xf32>
      tile.assemble %t into %a[%c0, %c0] : !tile.tile<4x64xf32> into !tile.tensor<4x64xf32>
      %u = tile.slice %a[%c0, %c0] : !tile.tensor<4x64xf32> -> !tile.tile<4x64xf32>
      tile.assemble %u into %out[%c0, %c0] : !tile.tile<4x64xf32> into !tile.tensor<4x64xf32>
      %v = tile.slice %x[%c0, %c0] : !tile.tensor<4x64xf32> -> !tile.tile<4x64xf32>
      tile.assemble %v into %b[%c0, %c0] : !tile.tile<4x64xf32> into !tile.tensor<4x64xf32>
      return
    }
    ```
    After: both have `{tile.offset = 0}`, and the function `{tile.arena_bytes = 1024}`.
  }];
  let statistics = [
    Statistic<"numPlanned", "planned", "Buffers with a place in an arena">,
    Statistic<"numDeclined", "declined", "Buffers that are allocated when they are reached">
  ];
  let dependentDialects = ["::tilec::tile::TileDialect"];
}

def TilePropagateDemand : Pass<"tile-propagate-demand", "::mlir::func::FuncOp"> {
  let summary = "What no result can observe is not computed";
  let description = [{
    Backwards from what is stored in parameters, returned, or may fail: how many cells of
    each tile, and of each created tensor, are looked at along each dimension. Rows past
    the user batch of a program written for 16, for example. Where a tile would be valid
    further than that, the slice or contraction that makes it asks for less, or a
    `tile.set_valid_shape` behind it says so; what is computed of it is narrowed by
    the rules of the language. Cells that are looked at keep their bits.

    A slice or contraction asks for less only where it is proven to be inside of its
    tensor: else its check would pass where the author's fails. Stores into created tensors
    that nothing reads go away, with what is computed for them alone and cannot fail.

    Before:
    ```mlir
    func.func @first_rows(%x: !tile.tensor<16x64xf32>, %w: !tile.tensor<64x32xf32>,
                          %out: !tile.tensor<?x32xf32>, %rows: index) {
      %c0 = arith.constant 0 : index
      %c16 = arith.constant 16 : index
      %c32 = arith.constant 32 : index
      %c64 = arith.constant 64 : index
      %y = tile.contract %x[%c0, %c0], %w[%c0, %c0] m %c16 n %c32 k %c64
          : !tile.tensor<16x64xf32>, !tile.tensor<64x32xf32> -> !tile.tile<16x32xf32>
      %z = tile.exp %y : !tile.tile<16x32xf32> -> !tile.tile<16x32xf32>
      %s = tile.set_valid_shape %z[%rows, %c32] : !tile.tile<16x32xf32> -> !tile.tile<16x32xf32, valid ?x32>
      tile.assemble %s into %out[%c0, %c0] : !tile.tile<16x32xf32, valid ?x32> into !tile.tensor<?x32xf32>
      return
    }
    ```
    After: `%y = tile.contract ... m %rows n %c32 k %c64`, and `%z` is valid in `?x32`.
  }];
  let statistics = [
    Statistic<"numNarrowed", "narrowed", "Tiles that are computed in part">,
    Statistic<"numBehind", "behind", "Tiles narrowed behind an access that has a check">,
    Statistic<"numErased", "erased", "Stores that nothing reads">
  ];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::tilec::tile::TileDialect"];
}

def TileTestRaces : Pass<"tile-test-races", "::mlir::func::FuncOp"> {
  let summary = "Parallel loops that look for conflicts while they run";
  let description = [{
    For a build with `--check-races`. A `tile.parallel` whose iterations are not proven
    independent becomes a sequential loop that writes down, for each cell of the storage in
    question, the first iteration that reads it and the first that writes it, and asserts
    that no other iteration is in the way. Proven loops are left alone. Memory for that is
    16 bytes a cell.

    Before:
    ```mlir
    func.func @scatter(%slots: !tile.tensor<8xi32>, %out: !tile.tensor<64xf32>, %v: f32) {
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %c8 = arith.constant 8 : index
      tile.parallel %i = %c0 to %c8 step %c1 {
        %slot = tile.read %slots[%i] : !tile.tensor<8xi32> -> index
        tile.write %v into %out[%slot] : f32 into !tile.tensor<64xf32>
      }
      return
    }
    ```
    After: an `scf.for` in which a `tile.assert` that names both iterations follows the
    `tile.write`.
  }];
  let statistics = [Statistic<"numTested", "tested", "Loops that are not proven">];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::scf::SCFDialect",
                           "::tilec::tile::TileDialect"];
}

def TileHoistPacking : Pass<"tile-hoist-packing", "::mlir::func::FuncOp"> {
  let summary = "Packs the left operand of contractions once, before a loop";
  let description = [{
    A kernel takes its left operand in an order of its own, and brings it into that order at
    each call. Where all iterations of a loop multiply the same cells, a `tile.slice` before
    it stands for them, whose attribute `tile.packed_lhs` asks the lowering to store it in
    that order. It goes before as many loops as possible: nothing in them writes what it
    reads, and no check that may fail comes before the product. Products of the same cells
    share it.

    Before:
    ```mlir
    func.func @rows(%x: !tile.tensor<16x512xbf16>, %w: !tile.tensor<512x512xbf16>,
                    %out: !tile.tensor<16x512xf32>, %m: index) {
      %c0 = arith.constant 0 : index
      %c64 = arith.constant 64 : index
      %c512 = arith.constant 512 : index
      tile.parallel %n = %c0 to %c512 step %c64 {
        %y = tile.contract %x[%c0, %c0], %w[%c0, %n] m %m n %c64 k %c512 inbounds
            : !tile.tensor<16x512xbf16>, !tile.tensor<512x512xbf16> -> !tile.tile<16x64xf32, valid ?x64>
        tile.assemble %y into %out[%c0, %n] inbounds
            : !tile.tile<16x64xf32, valid ?x64> into !tile.tensor<16x512xf32>
      }
      return
    }
    ```
    After: `tile.slice %x[%c0, %c0] valid [%m, %c512] inbounds {tile.packed_lhs}` before the
    loop, and in it a contraction of that tile from `[%c0, %c0]` on.
  }];
  let options = [Option<"maxBytes", "max-bytes", "int64_t", "int64_t(4) << 20",
                        "The most memory that packed cells may take">];
  let statistics = [Statistic<"numPacked", "packed", "Operands that are packed once">];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::tilec::tile::TileDialect"];
}

def TilePrefetchTiles : Pass<"tile-prefetch-tiles", "::mlir::func::FuncOp"> {
  let summary = "Announces the tile that the product after a product reads";
  let description = [{
    A product of a tile that comes from memory waits for it, and memory waits while the
    product computes. Before each product, announces what the next one multiplies by, where
    that is a slice of the caller's memory and its place is known early enough: the next
    product of the same block or in the loop that follows or, before the last one of a loop's
    body, the first one of the next iteration and, in the last iteration, of the next iteration
    of the loop around it. Offsets are computed ahead; what they read from tensors is read with
    indices kept inside, and only where the tensor was read from before. If cells are computed at length before
    that product, such as by `tile.exp`, the first rows are announced there already, by the
    share of time that it takes. Changes no result.

    Before:
    ```mlir
    func.func @rows(%q: !tile.tile<16x64xbf16>, %x: !tile.tensor<?x64xbf16>, %n: index) {
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      scf.for %i = %c0 to %n step %c1 {
        %k = tile.slice %x[%i, %c0] : !tile.tensor<?x64xbf16> -> !tile.tile<256x64xbf16>
        %s = tile.matmul %q, %k transpose_b
            : !tile.tile<16x64xbf16>, !tile.tile<256x64xbf16> -> !tile.tile<16x256xf32>
      }
      return
    }
    ```
    After: `tile.prefetch %x[%next, %c0] sizes [256, 64]` before the product, where `%next` is
    `%i + 1`, or `%i` in the last iteration.
  }];
  let options = [Option<"maxBytes", "max-bytes", "int64_t", "int64_t(128) << 10",
                        "The largest tile that is announced: it waits in a cache">];
  let statistics = [Statistic<"numAnnounced", "announced", "Tiles that are announced">];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::tilec::tile::TileDialect"];
}

def TileCheckWorkingSet : Pass<"tile-check-working-set", "::mlir::func::FuncOp"> {
  let summary = "Warns of scopes whose tiles outgrow a core's cache";
  let description = [{
    Adds up the nominal sizes of the tiles of each scope that are alive at once, and warns
    where that is more than `cache-bytes`. Run on the author's IR; changes nothing.

    Before:
    ```mlir
    func.func @large(%x: !tile.tensor<1024x1024xf32>, %out: !tile.tensor<1024x1024xf32>) {
      %c0 = arith.constant 0 : index
      tile.scope @core_group "large" {
        %a = tile.slice %x[%c0, %c0] : !tile.tensor<1024x1024xf32> -> !tile.tile<1024x1024xf32>
        tile.assemble %a into %out[%c0, %c0] : !tile.tile<1024x1024xf32> into !tile.tensor<1024x1024xf32>
      }
      return
    }
    ```
    After: the same, with a warning at the scope.
  }];
  let options = [Option<"cacheBytes", "cache-bytes", "int64_t", "int64_t(1) << 20",
                        "The cache that a core has to itself">];
  let statistics = [Statistic<"numLarge", "large", "Scopes that outgrow the cache">];
}

#endif // TILEC_TRANSFORMS_PASSES_TD
