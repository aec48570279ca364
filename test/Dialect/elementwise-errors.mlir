// RUN: tile-opt %s --verify-diagnostics --split-input-file

func.func @shapes(%x: !tile.tile<4x8xf32>, %y: !tile.tile<4x7xf32>) {
  // expected-error @below {{shapes [4, 8] and [4, 7] do not broadcast}}
  // expected-error @below {{failed to infer returned types}}
  %r = tile.add %x, %y : !tile.tile<4x8xf32>, !tile.tile<4x7xf32> -> !tile.tile<4x8xf32>
  return
}

// -----

func.func @ranks(%x: !tile.tile<4x8xf32>, %y: !tile.tile<8xf32>) {
  // expected-error @below {{shapes [4, 8] and [8] differ in rank; reshape one of them}}
  // expected-error @below {{failed to infer returned types}}
  %r = tile.add %x, %y : !tile.tile<4x8xf32>, !tile.tile<8xf32> -> !tile.tile<4x8xf32>
  return
}

// -----

func.func @dtypes(%x: !tile.tile<8xf32>, %y: !tile.tile<8xbf16>) {
  // expected-error @below {{dtypes f32 and bf16 differ; cast one of them}}
  // expected-error @below {{failed to infer returned types}}
  %r = tile.mul %x, %y : !tile.tile<8xf32>, !tile.tile<8xbf16> -> !tile.tile<8xf32>
  return
}

// -----

func.func @scalar(%x: !tile.tile<8xf32>, %s: index) {
  // expected-error @below {{a scalar of type index meets f32; cast it}}
  // expected-error @below {{failed to infer returned types}}
  %r = tile.mul %x, %s : !tile.tile<8xf32>, index -> !tile.tile<8xf32>
  return
}

// -----

func.func @float_function(%x: !tile.tile<8xi32>) {
  // expected-error @below {{exp needs a float dtype, got i32}}
  // expected-error @below {{failed to infer returned types}}
  %r = tile.exp %x : !tile.tile<8xi32> -> !tile.tile<8xi32>
  return
}

// -----

func.func @integer_function(%x: !tile.tile<8xf32>) {
  // expected-error @below {{not needs an integer dtype, got f32}}
  // expected-error @below {{failed to infer returned types}}
  %r = tile.not %x : !tile.tile<8xf32> -> !tile.tile<8xf32>
  return
}

// -----

func.func @shift(%x: !tile.tile<8xf32>) {
  // expected-error @below {{shl needs an integer dtype, got f32}}
  // expected-error @below {{failed to infer returned types}}
  %r = tile.shl %x, %x : !tile.tile<8xf32>, !tile.tile<8xf32> -> !tile.tile<8xf32>
  return
}

// -----

func.func @bool_sum(%x: !tile.tile<8xi1>) {
  // expected-error @below {{add does not take BOOL}}
  // expected-error @below {{failed to infer returned types}}
  %r = tile.add %x, %x : !tile.tile<8xi1>, !tile.tile<8xi1> -> !tile.tile<8xi1>
  return
}

// -----

func.func @bool_negation(%x: !tile.tile<8xi1>) {
  // expected-error @below {{neg does not take BOOL}}
  // expected-error @below {{failed to infer returned types}}
  %r = tile.neg %x : !tile.tile<8xi1> -> !tile.tile<8xi1>
  return
}

// -----

func.func @result(%x: !tile.tile<8xf32>) {
  // expected-error @below {{inferred type(s) '!tile.tile<8xf32>' are incompatible with return type(s) of operation '!tile.tile<8xf32, valid 4>'}}
  // expected-error @below {{failed to infer returned types}}
  %r = tile.neg %x : !tile.tile<8xf32> -> !tile.tile<8xf32, valid 4>
  return
}

// -----

func.func @mask(%m: !tile.tile<8xi8>, %x: !tile.tile<8xf32>) {
  // expected-error @below {{the mask of sel must be BOOL, got i8}}
  // expected-error @below {{failed to infer returned types}}
  %r = tile.sel %m, %x, %x : !tile.tile<8xi8>, !tile.tile<8xf32>, !tile.tile<8xf32> -> !tile.tile<8xf32>
  return
}

// -----

func.func @comparison(%x: !tile.tile<8xf32>) {
  // expected-error @below {{inferred type(s) '!tile.tile<8xi1>' are incompatible}}
  // expected-error @below {{failed to infer returned types}}
  %r = tile.cmp eq %x, %x : !tile.tile<8xf32>, !tile.tile<8xf32> -> !tile.tile<8xf32>
  return
}

// -----

func.func @cast_shape(%x: !tile.tile<8xf32>) {
  // expected-error @below {{changes the dtype only, not '!tile.tile<8xf32>' to '!tile.tile<4xbf16>'}}
  %r = tile.cast %x rint : !tile.tile<8xf32> -> !tile.tile<4xbf16>
  return
}

// -----

func.func @scalar_cast_to(%x: f32) {
  // expected-error @below {{'f64' is not the type of a dtype}}
  %r = tile.scalar_cast %x rint to f64 : f32 -> f32
  return
}

// -----

func.func @scalar_cast_result(%x: f32) {
  // expected-error @below {{yields 'index'}}
  %r = tile.scalar_cast %x rint to i8 : f32 -> f32
  return
}
