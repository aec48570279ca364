// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Scopes in scopes and parallel loops in scopes: their memory is apart, their
// results come out, and all of it works in a loop.
// RUN: tilec check %s --dim N=1 --threads 1
// RUN: tilec check %s --dim N=7 --threads 3
// RUN: tilec check %s --dim N=7 --threads 3 -O0

#map = affine_map<()[s0] -> (s0, 20)>
func.func @scopes(%x: !tile.tensor<?x20xf32> {tile.name = "x", tile.direction = "in", tile.shape = #map},
                  %y: !tile.tensor<?x20xf32> {tile.name = "y", tile.direction = "out", tile.shape = #map},
                  %z: !tile.tensor<?x20xf32> {tile.name = "z", tile.direction = "inout", tile.shape = #map},
                  %n: index {tile.symbol = "N"}) attributes {tile.entry} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c7 = arith.constant 7 : index
  %c20 = arith.constant 20 : index
  scf.for %i = %c0 to %n step %c1 {
    %outer:3 = tile.scope @core_group "outer" -> (!tile.tile<1x20xf32>, f32, !tile.tile<1x20xf32, valid 1x?>) {
      %a = tile.slice %x[%i, %c0] : !tile.tensor<?x20xf32> -> !tile.tile<1x20xf32>
      %s = tile.add %a, %a : !tile.tile<1x20xf32>, !tile.tile<1x20xf32> -> !tile.tile<1x20xf32>
      %inner:3 = tile.scope @core_group "inner" -> (!tile.tile<1x20xf32>, f32, !tile.tensor<?x20xf32>) {
        %t = tile.create(%n) : !tile.tensor<?x20xf32>
        %m = tile.reduce sum %s along 1 : !tile.tile<1x20xf32> -> !tile.tile<1x1xf32>
        %p = tile.mul %s, %m : !tile.tile<1x20xf32>, !tile.tile<1x1xf32> -> !tile.tile<1x20xf32>
        tile.assemble %p into %t[%c0, %c0] : !tile.tile<1x20xf32> into !tile.tensor<?x20xf32>
        %r = tile.read %m[%c0, %c0] : !tile.tile<1x1xf32> -> f32
        tile.yield %p, %r, %t : !tile.tile<1x20xf32>, f32, !tile.tensor<?x20xf32>
      }
      %again = tile.slice %inner#2[%c0, %c0] : !tile.tensor<?x20xf32> -> !tile.tile<1x20xf32>
      %both = tile.add %again, %inner#0 : !tile.tile<1x20xf32>, !tile.tile<1x20xf32> -> !tile.tile<1x20xf32>
      %sum = tile.add %both, %s : !tile.tile<1x20xf32>, !tile.tile<1x20xf32> -> !tile.tile<1x20xf32>
      %some = tile.set_valid_shape %a[%c1, %i] : !tile.tile<1x20xf32> -> !tile.tile<1x20xf32, valid 1x?>
      tile.yield %sum, %inner#1, %some : !tile.tile<1x20xf32>, f32, !tile.tile<1x20xf32, valid 1x?>
    }
    tile.scope @core_group "loop" {
      %w = tile.mul %outer#0, %outer#1 : !tile.tile<1x20xf32>, f32 -> !tile.tile<1x20xf32>
      tile.parallel %j = %c0 to %c20 step %c7 {
        tile.scope @core_group "part" {
          %rest = arith.subi %c20, %j : index
          %v = tile.slice %w[%c0, %j] valid [%c1, %rest] : !tile.tile<1x20xf32> -> !tile.tile<1x7xf32, valid 1x?>
          %u = tile.sub %v, %outer#1 : !tile.tile<1x7xf32, valid 1x?>, f32 -> !tile.tile<1x7xf32, valid 1x?>
          tile.assemble %u into %y[%i, %j] : !tile.tile<1x7xf32, valid 1x?> into !tile.tensor<?x20xf32>
        }
      }
      tile.assemble %outer#2 into %z[%i, %c0] : !tile.tile<1x20xf32, valid 1x?> into !tile.tensor<?x20xf32>
    }
  }
  return
}
