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

// -----

func.func @contract_rank(%x: !tile.tensor<8x8x8xf32>, %c: index) {
  // expected-error @below {{takes storage of rank 2, got '!tile.tensor<8x8x8xf32>'}}
  %r = tile.contract %x[%c, %c, %c], %x[%c, %c, %c] m %c n %c k %c
      : !tile.tensor<8x8x8xf32>, !tile.tensor<8x8x8xf32> -> !tile.tile<8x8xf32, valid ?x?>
  return
}

// -----

func.func @contract_offsets(%x: !tile.tensor<8x8xf32>, %c: index) {
  // expected-error @below {{needs 2 offsets for '!tile.tensor<8x8xf32>', got 1}}
  %r = tile.contract %x[%c, %c], %x[%c] m %c n %c k %c
      : !tile.tensor<8x8xf32>, !tile.tensor<8x8xf32> -> !tile.tile<8x8xf32, valid ?x?>
  return
}

// -----

func.func @contract_dtypes(%x: !tile.tensor<8x8xf32>, %y: !tile.tensor<8x8xbf16>, %c: index) {
  // expected-error @below {{dtypes f32 and bf16 differ; cast one of them}}
  %r = tile.contract %x[%c, %c], %y[%c, %c] m %c n %c k %c
      : !tile.tensor<8x8xf32>, !tile.tensor<8x8xbf16> -> !tile.tile<8x8xf32, valid ?x?>
  return
}

// -----

func.func @contract_dtype(%x: !tile.tensor<8x8xi32>, %c: index) {
  // expected-error @below {{matmul takes BF16, FP16, FP32 or INT8, got i32}}
  %r = tile.contract %x[%c, %c], %x[%c, %c] m %c n %c k %c
      : !tile.tensor<8x8xi32>, !tile.tensor<8x8xi32> -> !tile.tile<8x8xi32, valid ?x?>
  return
}

// -----

func.func @contract_result_rank(%x: !tile.tensor<8x8xf32>, %c: index) {
  // expected-error @below {{contract yields a tile of rank 2, not [8]}}
  %r = tile.contract %x[%c, %c], %x[%c, %c] m %c n %c k %c
      : !tile.tensor<8x8xf32>, !tile.tensor<8x8xf32> -> !tile.tile<8xf32, valid ?>
  return
}

// -----

func.func @contract_valid(%x: !tile.tensor<8x8xf32>, %c: index) {
  %c4 = arith.constant 4 : index
  // expected-error @below {{yields '!tile.tile<8x8xf32, valid 4x?>', not '!tile.tile<8x8xf32, valid 5x?>'}}
  %r = tile.contract %x[%c, %c], %x[%c, %c] m %c4 n %c k %c
      : !tile.tensor<8x8xf32>, !tile.tensor<8x8xf32> -> !tile.tile<8x8xf32, valid 5x?>
  return
}

// -----

func.func @contract_acc(%x: !tile.tensor<8x8xf32>, %acc: !tile.tile<8x4xf32>, %c: index) {
  // expected-error @below {{the accumulator is [8, 4] of f32, the product [8, 8] of f32}}
  %r = tile.contract %x[%c, %c], %x[%c, %c] m %c n %c k %c acc %acc
      : !tile.tensor<8x8xf32>, !tile.tensor<8x8xf32>, !tile.tile<8x4xf32> -> !tile.tile<8x8xf32, valid ?x?>
  return
}

// -----

func.func @contract_step(%x: !tile.tensor<8x8xf32>, %c: index) {
  // expected-error @below {{attribute 'step' failed to satisfy constraint}}
  %r = tile.contract %x[%c, %c], %x[%c, %c] m %c n %c k %c step 0
      : !tile.tensor<8x8xf32>, !tile.tensor<8x8xf32> -> !tile.tile<8x8xf32, valid ?x?>
  return
}
