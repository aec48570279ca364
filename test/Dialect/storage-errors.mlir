// RUN: tile-opt %s --verify-diagnostics --split-input-file

func.func @create(%n: index) {
  // expected-error @below {{needs 2 sizes, one for each `?`}}
  %t = tile.create(%n) : !tile.tensor<?x4x?xf32>
  return
}

// -----

func.func @slice_offsets(%x: !tile.tensor<4x8xf32>, %i: index) {
  // expected-error @below {{needs 2 offsets for '!tile.tensor<4x8xf32>', got 1}}
  %t = tile.slice %x[%i] : !tile.tensor<4x8xf32> -> !tile.tile<4x8xf32>
  return
}

// -----

func.func @slice_sizes(%x: !tile.tensor<4x8xf32>, %i: index) {
  // expected-error @below {{slice of rank 2 needs 2 sizes, got 1}}
  %t = tile.slice %x[%i, %i] : !tile.tensor<4x8xf32> -> !tile.tile<4xf32>
  return
}

// -----

func.func @slice_valid(%x: !tile.tensor<4x8xf32>, %i: index) {
  // expected-error @below {{slice of rank 2 needs 2 valid extents, got 1}}
  %t = tile.slice %x[%i, %i] valid [%i] : !tile.tensor<4x8xf32> -> !tile.tile<4x8xf32>
  return
}

// -----

func.func @slice_element(%x: !tile.tensor<4xf32>, %i: index) {
  // expected-error @below {{yields '!tile.tile<4xf32>', not '!tile.tile<4xbf16>'}}
  %t = tile.slice %x[%i] : !tile.tensor<4xf32> -> !tile.tile<4xbf16>
  return
}

// -----

func.func @slice_extent(%x: !tile.tensor<8xf32>, %i: index) {
  %c2 = arith.constant 2 : index
  // expected-error @below {{yields '!tile.tile<4xf32, valid 2>', not '!tile.tile<4xf32>'}}
  %t = tile.slice %x[%i] valid [%c2] : !tile.tensor<8xf32> -> !tile.tile<4xf32>
  return
}

// -----

// What is left of a tile behind an offset.
func.func @slice_of_tile(%x: !tile.tile<8xf32>) {
  %c6 = arith.constant 6 : index
  // expected-error @below {{yields '!tile.tile<4xf32, valid 2>', not '!tile.tile<4xf32>'}}
  %t = tile.slice %x[%c6] : !tile.tile<8xf32> -> !tile.tile<4xf32>
  return
}

// -----

func.func @assemble_element(%t: !tile.tile<4xf32>, %x: !tile.tensor<4xbf16>, %i: index) {
  // expected-error @below {{cells of 'f32' do not fit a tensor of 'bf16'}}
  tile.assemble %t into %x[%i] : !tile.tile<4xf32> into !tile.tensor<4xbf16>
  return
}

// -----

func.func @assemble_rank(%t: !tile.tile<4xf32>, %x: !tile.tensor<4x4xf32>, %i: index) {
  // expected-error @below {{a tile of rank 1 does not fit a tensor of rank 2}}
  tile.assemble %t into %x[%i, %i] : !tile.tile<4xf32> into !tile.tensor<4x4xf32>
  return
}

// -----

func.func @assemble_offsets(%t: !tile.tile<4xf32>, %x: !tile.tensor<4xf32>, %i: index) {
  // expected-error @below {{needs 1 offsets for '!tile.tensor<4xf32>', got 2}}
  tile.assemble %t into %x[%i, %i] : !tile.tile<4xf32> into !tile.tensor<4xf32>
  return
}

// -----

func.func @assemble_weight(%t: !tile.tile<4xf32>, %x: !tile.tensor<4xf32, weight>, %i: index) {
  // expected-error @below {{a weight is constant and cannot be written}}
  tile.assemble %t into %x[%i] : !tile.tile<4xf32> into !tile.tensor<4xf32, weight>
  return
}

// -----

func.func @read_type(%x: !tile.tensor<4xi32>, %i: index) {
  // expected-error @below {{needs a scalar of type 'index' for cells of 'i32', got 'f32'}}
  %v = tile.read %x[%i] : !tile.tensor<4xi32> -> f32
  return
}

// -----

func.func @read_indices(%x: !tile.tensor<4xi32>) {
  // expected-error @below {{needs 1 offsets for '!tile.tensor<4xi32>', got 0}}
  %v = tile.read %x[] : !tile.tensor<4xi32> -> index
  return
}

// -----

func.func @prefetch_sizes(%x: !tile.tensor<4x4xbf16>, %i: index) {
  // expected-error @below {{has 1 sizes for 2 offsets}}
  tile.prefetch %x[%i, %i] sizes [4] : !tile.tensor<4x4xbf16>
  return
}

// -----

func.func @prefetch_packed(%x: !tile.tensor<64x64xbf16, weight packed<kn>>, %i: index) {
  // expected-error @below {{announces rows, which packed storage does not have}}
  tile.prefetch %x[%i, %i] sizes [4, 4] : !tile.tensor<64x64xbf16, weight packed<kn>>
  return
}

// -----

func.func @write_type(%x: !tile.tensor<4xbf16>, %i: index, %v: f32) {
  // expected-error @below {{needs a scalar of type 'bf16' for cells of 'bf16', got 'f32'}}
  tile.write %v into %x[%i] : f32 into !tile.tensor<4xbf16>
  return
}

// -----

func.func @write_weight(%x: !tile.tensor<4xf32, weight>, %i: index, %v: f32) {
  // expected-error @below {{a weight is constant and cannot be written}}
  tile.write %v into %x[%i] : f32 into !tile.tensor<4xf32, weight>
  return
}

// -----

func.func @dim(%x: !tile.tensor<4x?xf32>) {
  // expected-error @below {{dimension 2 is out of range for '!tile.tensor<4x?xf32>'}}
  %d = tile.dim %x, 2 : !tile.tensor<4x?xf32>
  return
}

// -----

func.func @dim_negative(%x: !tile.tensor<4x?xf32>) {
  // expected-error @below {{dimension -1 is out of range}}
  %d = tile.dim %x, -1 : !tile.tensor<4x?xf32>
  return
}

// -----

func.func @full_type(%v: index) {
  // expected-error @below {{needs a scalar of type 'f32' for cells of 'f32', got 'index'}}
  %t = tile.full %v : index -> !tile.tile<4xf32>
  return
}

// -----

func.func @full_partial(%v: f32) {
  // expected-error @below {{yields a wholly valid tile}}
  %t = tile.full %v : f32 -> !tile.tile<4xf32, valid 3>
  return
}

// -----

func.func @arange_bool(%v: i1) {
  // expected-error @below {{yields a wholly valid tile of numbers}}
  %t = tile.arange %v : i1 -> !tile.tile<1x4xi1>
  return
}

// -----

func.func @arange_shape(%v: index) {
  // expected-error @below {{counts along the last dimension only}}
  %t = tile.arange %v : index -> !tile.tile<4x1xi32>
  return
}
