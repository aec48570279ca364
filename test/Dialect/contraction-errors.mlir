// RUN: tile-opt %s --verify-diagnostics --split-input-file

func.func @matmul_rank(%a: !tile.tile<8xf32>, %b: !tile.tile<8x4xf32>) {
  // expected-error @below {{matmul takes tiles of rank 2, got [8] and [8, 4]}}
  // expected-error @below {{failed to infer returned types}}
  %c = tile.matmul %a, %b : !tile.tile<8xf32>, !tile.tile<8x4xf32> -> !tile.tile<1x4xf32>
  return
}

// -----

func.func @matmul_inner(%a: !tile.tile<4x8xf32>, %b: !tile.tile<4x8xf32>) {
  // expected-error @below {{matmul of [4, 8] and [4, 8]: the inner extents differ}}
  // expected-error @below {{failed to infer returned types}}
  %c = tile.matmul %a, %b : !tile.tile<4x8xf32>, !tile.tile<4x8xf32> -> !tile.tile<4x8xf32>
  return
}

// -----

func.func @matmul_inner_transposed(%a: !tile.tile<4x8xf32>, %b: !tile.tile<8x4xf32>) {
  // expected-error @below {{matmul of [4, 8] and [8, 4] transposed: the inner extents differ}}
  // expected-error @below {{failed to infer returned types}}
  %c = tile.matmul %a, %b transpose_b : !tile.tile<4x8xf32>, !tile.tile<8x4xf32> -> !tile.tile<4x4xf32>
  return
}

// -----

func.func @matmul_dtypes(%a: !tile.tile<8x8xf32>, %b: !tile.tile<8x8xbf16>) {
  // expected-error @below {{dtypes f32 and bf16 differ; cast one of them}}
  // expected-error @below {{failed to infer returned types}}
  %c = tile.matmul %a, %b : !tile.tile<8x8xf32>, !tile.tile<8x8xbf16> -> !tile.tile<8x8xf32>
  return
}

// -----

func.func @matmul_dtype(%a: !tile.tile<8x8xi32>) {
  // expected-error @below {{matmul takes BF16, FP16, FP32 or INT8, got i32}}
  // expected-error @below {{failed to infer returned types}}
  %c = tile.matmul %a, %a : !tile.tile<8x8xi32>, !tile.tile<8x8xi32> -> !tile.tile<8x8xi32>
  return
}

// -----

func.func @matmul_result(%a: !tile.tile<8x8xbf16>) {
  // expected-error @below {{inferred type(s) '!tile.tile<8x8xf32>' are incompatible}}
  // expected-error @below {{failed to infer returned types}}
  %c = tile.matmul %a, %a : !tile.tile<8x8xbf16>, !tile.tile<8x8xbf16> -> !tile.tile<8x8xbf16>
  return
}

// -----

func.func @matmul_acc(%c: !tile.tile<8x4xf32>, %a: !tile.tile<8x8xbf16>) {
  // expected-error @below {{the accumulator is [8, 4] of f32, the product [8, 8] of f32}}
  // expected-error @below {{failed to infer returned types}}
  %d = tile.matmul_acc %c, %a, %a : !tile.tile<8x4xf32>, !tile.tile<8x8xbf16>, !tile.tile<8x8xbf16> -> !tile.tile<8x4xf32>
  return
}

// -----

func.func @reduce_rank(%x: !tile.tile<8xf32>) {
  // expected-error @below {{a reduction takes a tile of rank 2, got [8]}}
  // expected-error @below {{failed to infer returned types}}
  %r = tile.reduce sum %x along 0 : !tile.tile<8xf32> -> !tile.tile<1xf32>
  return
}

// -----

func.func @reduce_axis(%x: !tile.tile<8x8xf32>) {
  // expected-error @below {{axis 2 is not in 0..1}}
  // expected-error @below {{failed to infer returned types}}
  %r = tile.reduce sum %x along 2 : !tile.tile<8x8xf32> -> !tile.tile<8x1xf32>
  return
}

// -----

func.func @reduce_bool(%x: !tile.tile<8x8xi1>) {
  // expected-error @below {{a reduction does not take BOOL; cast it}}
  // expected-error @below {{failed to infer returned types}}
  %r = tile.reduce max %x along 1 : !tile.tile<8x8xi1> -> !tile.tile<8x1xi1>
  return
}

// -----

func.func @argmax_columns(%x: !tile.tile<8x8xf32>) {
  // expected-error @below {{argmax runs along rows only}}
  // expected-error @below {{failed to infer returned types}}
  %r = tile.reduce argmax %x along 0 : !tile.tile<8x8xf32> -> !tile.tile<1x8xi32>
  return
}
