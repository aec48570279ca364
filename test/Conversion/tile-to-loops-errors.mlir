// RUN: tile-opt --tile-to-loops --verify-diagnostics --split-input-file %s

// expected-error @+1 {{only a function with `tile.entry` can be compiled}}
func.func @helper(%x: !tile.tensor<4xf32>) {
  return
}

// -----

// expected-error @+1 {{parameter 0 has no tile.shape}}
func.func @no_shape(%x: !tile.tensor<4xf32> {tile.name = "x", tile.direction = "in"}) attributes {tile.entry} {
  return
}

// -----

func.func @packed_slice(%w: !tile.tensor<64x64xbf16, weight packed<kn>>
    {tile.name = "w", tile.direction = "in", tile.shape = affine_map<() -> (64, 64)>}) attributes {tile.entry} {
  %c0 = arith.constant 0 : index
  // expected-error @+1 {{C30: packed storage cannot be read here: it is read by more than contractions}}
  %t = tile.slice %w[%c0, %c0] : !tile.tensor<64x64xbf16, weight packed<kn>> -> !tile.tile<8x64xbf16>
  return
}

// -----

func.func @packed_offset(%y: !tile.tensor<64x64xbf16>
    {tile.name = "y", tile.direction = "in", tile.shape = affine_map<() -> (64, 64)>},
                         %w: !tile.tensor<64x128xbf16, weight packed<kn>>
    {tile.name = "w", tile.direction = "in", tile.shape = affine_map<() -> (64, 128)>}) attributes {tile.entry} {
  %c0 = arith.constant 0 : index
  %c32 = arith.constant 32 : index
  %c64 = arith.constant 64 : index
  // expected-error @+1 {{C30: packed storage cannot be read here: columns may not begin at a multiple of 64}}
  %t = tile.contract %y[%c0, %c0], %w[%c0, %c32] m %c64 n %c64 k %c64
      : !tile.tensor<64x64xbf16>, !tile.tensor<64x128xbf16, weight packed<kn>> -> !tile.tile<64x64xf32>
  return
}

// -----

func.func @packed_order(%y: !tile.tensor<64x64xbf16>
    {tile.name = "y", tile.direction = "in", tile.shape = affine_map<() -> (64, 64)>},
                        %w: !tile.tensor<64x64xbf16, weight packed<kn>>
    {tile.name = "w", tile.direction = "in", tile.shape = affine_map<() -> (64, 64)>}) attributes {tile.entry} {
  %c0 = arith.constant 0 : index
  %c64 = arith.constant 64 : index
  // expected-error @+1 {{C30: the sum is not over the k of the layout}}
  %t = tile.contract %y[%c0, %c0], %w[%c0, %c0] m %c64 n %c64 k %c64 transpose_b
      : !tile.tensor<64x64xbf16>, !tile.tensor<64x64xbf16, weight packed<kn>> -> !tile.tile<64x64xf32>
  return
}

// -----

func.func @outside_of_arena() attributes {tile.entry, tile.arena_bytes = 128 : i64} {
  %a = tile.create {tile.offset = 64 : i64} : !tile.tensor<16xf32>
  // expected-error @+1 {{has no place at `tile.offset` in an arena of 128 bytes}}
  %b = tile.create {tile.offset = 128 : i64} : !tile.tensor<16xf32>
  return
}

// -----

func.func @packed_lhs(%x: !tile.tensor<4x8xf32>
    {tile.name = "x", tile.direction = "in", tile.shape = affine_map<() -> (4, 8)>},
                      %y: !tile.tensor<4x8xf32>
    {tile.name = "y", tile.direction = "out", tile.shape = affine_map<() -> (4, 8)>}) attributes {tile.entry} {
  %c0 = arith.constant 0 : index
  // expected-error @+1 {{is packed for products, but has another use}}
  %t = tile.slice %x[%c0, %c0] inbounds {tile.packed_lhs} : !tile.tensor<4x8xf32> -> !tile.tile<4x8xf32>
  tile.assemble %t into %y[%c0, %c0] inbounds : !tile.tile<4x8xf32> into !tile.tensor<4x8xf32>
  return
}
