// RUN: tile-opt "--tile-to-loops=triple=aarch64-unknown-linux-gnu cpu=neoverse-v1" --verify-diagnostics %s

func.func @cast(%x: !tile.tensor<4x16xf32> {tile.name = "x", tile.direction = "in", tile.shape = affine_map<() -> (4, 16)>},
                %y: !tile.tensor<4x16xf16> {tile.name = "y", tile.direction = "out", tile.shape = affine_map<() -> (4, 16)>})
    attributes {tile.entry} {
  %c0 = arith.constant 0 : index
  tile.scope @core_group "cast" {
    %a = tile.slice %x[%c0, %c0] : !tile.tensor<4x16xf32> -> !tile.tile<4x16xf32>
    // expected-error @+1 {{a cast from FP32 to FP16 with another mode than rint is not available on AArch64 yet}}
    %b = tile.cast %a ceil : !tile.tile<4x16xf32> -> !tile.tile<4x16xf16>
    tile.assemble %b into %y[%c0, %c0] : !tile.tile<4x16xf16> into !tile.tensor<4x16xf16>
  }
  return
}
