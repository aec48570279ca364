// RUN: tile-opt %s --verify-diagnostics --split-input-file

func.func @valid_dim(%x: !tile.tile<4x8xf32>) {
  // expected-error @below {{dimension 2 is out of range for '!tile.tile<4x8xf32>'}}
  %d = tile.valid_dim %x, 2 : !tile.tile<4x8xf32>
  return
}

// -----

func.func @set_valid_shape_count(%x: !tile.tile<4x8xf32>, %n: index) {
  // expected-error @below {{expected 2 valid extents, got 1}}
  %a = tile.set_valid_shape %x[%n] : !tile.tile<4x8xf32> -> !tile.tile<4x8xf32>
  return
}

// -----

// It never grows.
func.func @set_valid_shape_grows(%x: !tile.tile<8xf32, valid 3>) {
  %c5 = arith.constant 5 : index
  // expected-error @below {{yields '!tile.tile<8xf32, valid 3>', not '!tile.tile<8xf32, valid 5>'}}
  %a = tile.set_valid_shape %x[%c5] : !tile.tile<8xf32, valid 3> -> !tile.tile<8xf32, valid 5>
  return
}

// -----

func.func @relax_valid(%x: !tile.tile<8xf32, valid 3>) {
  // expected-error @below {{'!tile.tile<8xf32, valid 3>' is no '!tile.tile<8xf32>'}}
  %a = tile.relax_valid %x : !tile.tile<8xf32, valid 3> -> !tile.tile<8xf32>
  return
}

// -----

func.func @fill_pad_result(%x: !tile.tile<8xf32, valid ?>) {
  // expected-error @below {{yields '!tile.tile<8xf32>'}}
  %a = tile.fill_pad %x zero : !tile.tile<8xf32, valid ?> -> !tile.tile<8xf32, valid ?>
  return
}

// -----

func.func @fill_pad_infinity(%x: !tile.tile<8xi32, valid ?>) {
  // expected-error @below {{an infinite pad value needs a float dtype}}
  %a = tile.fill_pad %x inf : !tile.tile<8xi32, valid ?> -> !tile.tile<8xi32>
  return
}

// -----

func.func @insert_rank(%s: !tile.tile<8xf32>, %d: !tile.tile<4x8xf32>, %i: index) {
  // expected-error @below {{a tile of rank 1 cannot be assembled into rank 2}}
  // expected-error @below {{failed to infer returned types}}
  %r = tile.insert %s into %d[%i, %i] : !tile.tile<8xf32>, !tile.tile<4x8xf32> -> !tile.tile<4x8xf32>
  return
}

// -----

func.func @insert_element(%s: !tile.tile<8xf32>, %d: !tile.tile<8xbf16>, %i: index) {
  // expected-error @below {{dtypes f32 and bf16 differ; cast one of them}}
  // expected-error @below {{failed to infer returned types}}
  %r = tile.insert %s into %d[%i] : !tile.tile<8xf32>, !tile.tile<8xbf16> -> !tile.tile<8xbf16>
  return
}

// -----

func.func @insert_offsets(%s: !tile.tile<8xf32>, %d: !tile.tile<8xf32>, %i: index) {
  // expected-error @below {{needs 1 offsets, got 2}}
  %r = tile.insert %s into %d[%i, %i] : !tile.tile<8xf32>, !tile.tile<8xf32> -> !tile.tile<8xf32>
  return
}

// -----

func.func @reshape_cells(%x: !tile.tile<4x8xf32>) {
  // expected-error @below {{[4, 8] has 32 cells, [4, 4] has 16}}
  %y = tile.reshape %x : !tile.tile<4x8xf32> -> !tile.tile<4x4xf32>
  return
}

// -----

func.func @reshape_tensor_cells(%x: !tile.tensor<4x8xf32>) {
  // expected-error @below {{[4, 8] has 32 cells, [31] has 31}}
  %y = tile.reshape %x : !tile.tensor<4x8xf32> -> !tile.tensor<31xf32>
  return
}

// -----

func.func @reshape_kind(%x: !tile.tile<4x8xf32>) {
  // expected-error @below {{reshapes a tile to a tile, or a tensor to a tensor}}
  %y = tile.reshape %x : !tile.tile<4x8xf32> -> !tile.tensor<32xf32>
  return
}

// -----

// Only the outermost of merged dimensions may be partial.
func.func @reshape_partial(%x: !tile.tile<4x8xf32, valid 4x?>) {
  // expected-error @below {{a tile of [4, 8], valid in [4, ?] only, cannot become [32]: its valid cells would not be a box}}
  %y = tile.reshape %x : !tile.tile<4x8xf32, valid 4x?> -> !tile.tile<32xf32, valid ?>
  return
}

// -----

func.func @reshape_split(%x: !tile.tile<8xf32, valid 3>) {
  // expected-error @below {{valid cells would not be a box}}
  %y = tile.reshape %x : !tile.tile<8xf32, valid 3> -> !tile.tile<4x2xf32>
  return
}

// -----

func.func @concat_axis(%x: !tile.tile<4x8xf32>) {
  // expected-error @below {{axis 2 is not in 0..1}}
  // expected-error @below {{failed to infer returned types}}
  %y = tile.concat %x along 2 : !tile.tile<4x8xf32> -> !tile.tile<4x8xf32>
  return
}

// -----

func.func @concat_partial(%x: !tile.tile<4x8xf32, valid 4x?>) {
  // expected-error @below {{tile 0 of concat must be wholly valid along axis 1}}
  // expected-error @below {{failed to infer returned types}}
  %y = tile.concat %x, %x along 1 : !tile.tile<4x8xf32, valid 4x?>, !tile.tile<4x8xf32, valid 4x?> -> !tile.tile<4x16xf32, valid 4x?>
  return
}

// -----

func.func @concat_shapes(%x: !tile.tile<4x8xf32>, %y: !tile.tile<2x8xf32>) {
  // expected-error @below {{shapes [4, 8] and [2, 8] differ outside of axis 1}}
  // expected-error @below {{failed to infer returned types}}
  %z = tile.concat %x, %y along 1 : !tile.tile<4x8xf32>, !tile.tile<2x8xf32> -> !tile.tile<4x16xf32>
  return
}

// -----

func.func @concat_elements(%x: !tile.tile<8xf32>, %y: !tile.tile<8xbf16>) {
  // expected-error @below {{dtypes f32 and bf16 differ; cast one of them}}
  // expected-error @below {{failed to infer returned types}}
  %z = tile.concat %x, %y along 0 : !tile.tile<8xf32>, !tile.tile<8xbf16> -> !tile.tile<16xf32>
  return
}

// -----

func.func @transpose_dim(%x: !tile.tile<4x8xf32>) {
  // expected-error @below {{dimension 2 is not in 0..1}}
  // expected-error @below {{failed to infer returned types}}
  %y = tile.transpose %x, 0, 2 : !tile.tile<4x8xf32> -> !tile.tile<8x4xf32>
  return
}

// -----

func.func @transpose_result(%x: !tile.tile<4x8xf32>) {
  // expected-error @below {{inferred type(s) '!tile.tile<8x4xf32>' are incompatible with return type(s) of operation '!tile.tile<4x8xf32>'}}
  // expected-error @below {{failed to infer returned types}}
  %y = tile.transpose %x, 0, 1 : !tile.tile<4x8xf32> -> !tile.tile<4x8xf32>
  return
}

// -----

func.func @expand(%v: !tile.tile<4x8xf32>, %x: !tile.tile<4x1xf32>) {
  // expected-error @below {{shape [4, 8] does not stretch to [4, 1]}}
  // expected-error @below {{failed to infer returned types}}
  %r = tile.expand %v like %x : !tile.tile<4x8xf32>, !tile.tile<4x1xf32> -> !tile.tile<4x8xf32>
  return
}
