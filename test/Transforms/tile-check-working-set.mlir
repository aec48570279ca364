// Scopes whose tiles are too large together; what is alive at different times does not add up.
// RUN: tile-opt %s --tile-check-working-set --verify-diagnostics -o /dev/null
// RUN: tile-opt %s --tile-check-working-set=cache-bytes=100000 -o /dev/null 2>&1 | FileCheck %s

// CHECK: warning: scope `chain` keeps tiles of 512 KB at once, and a core's cache has about 98 KB: use smaller tiles

func.func @chain(%x: !tile.tensor<256x256xf32>, %out: !tile.tensor<256x256xf32>) {
  %c0 = arith.constant 0 : index
  tile.scope @core_group "chain" {
    %a = tile.slice %x[%c0, %c0] : !tile.tensor<256x256xf32> -> !tile.tile<256x256xf32>
    %b = tile.exp %a : !tile.tile<256x256xf32> -> !tile.tile<256x256xf32>
    %c = tile.exp %b : !tile.tile<256x256xf32> -> !tile.tile<256x256xf32>
    %d = tile.exp %c : !tile.tile<256x256xf32> -> !tile.tile<256x256xf32>
    %e = tile.exp %d : !tile.tile<256x256xf32> -> !tile.tile<256x256xf32>
    tile.assemble %e into %out[%c0, %c0] : !tile.tile<256x256xf32> into !tile.tensor<256x256xf32>
  }
  return
}

// In a loop, beside what is alive around it.
func.func @loop(%x: !tile.tensor<512x512xf32>, %w: !tile.tensor<512x256xbf16>, %n: index, %sum: !tile.tile<1x256xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  // expected-warning @+1 {{scope `loop` keeps tiles of 1281 KB at once, and a core's cache has about 1024 KB: use smaller tiles}}
  tile.scope @core_group "loop" {
    %a = tile.slice %x[%c0, %c0] : !tile.tensor<512x512xf32> -> !tile.tile<512x512xf32>
    %r = scf.for %i = %c0 to %n step %c1 iter_args(%acc = %sum) -> (!tile.tile<1x256xf32>) {
      // expected-note @+1 {{all of them are alive here}}
      %b = tile.slice %w[%c0, %c0] : !tile.tensor<512x256xbf16> -> !tile.tile<512x256xbf16>
      scf.yield %acc : !tile.tile<1x256xf32>
    }
    tile.assemble %a into %x[%c0, %c0] : !tile.tile<512x512xf32> into !tile.tensor<512x512xf32>
  }
  return
}
