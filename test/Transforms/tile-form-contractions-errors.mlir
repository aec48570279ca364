// RUN: tile-opt %s --tile-form-contractions --verify-diagnostics --split-input-file
// What is not made a contraction of, and why.

// -----

func.func @computed(%x: !tile.tensor<8x64xf32>, %w: !tile.tensor<64x8xf32>, %acc: !tile.tile<8x8xf32>, %n: index) -> !tile.tile<8x8xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  %c16 = arith.constant 16 : index
  %c64 = arith.constant 64 : index
  %sum = scf.for %k = %c0 to %c64 step %c16 iter_args(%s = %acc) -> (!tile.tile<8x8xf32>) {
    %a = tile.slice %x[%c0, %k] : !tile.tensor<8x64xf32> -> !tile.tile<8x16xf32>
    // expected-note @below {{it is made here}}
    %c = tile.neg %a : !tile.tile<8x16xf32> -> !tile.tile<8x16xf32>
    %b = tile.slice %w[%k, %c0] : !tile.tensor<64x8xf32> -> !tile.tile<16x8xf32>
    // expected-remark @below {{the left operand is no slice}}
    %p = tile.matmul_acc %s, %c, %b : !tile.tile<8x8xf32>, !tile.tile<8x16xf32>, !tile.tile<16x8xf32> -> !tile.tile<8x8xf32>
    scf.yield %p : !tile.tile<8x8xf32>
  }
  return %sum : !tile.tile<8x8xf32>
}

// -----

func.func @made_in_the_loop(%x: !tile.tensor<8x64xf32>, %w: !tile.tensor<64x8xf32>, %acc: !tile.tile<8x8xf32>, %n: index) -> !tile.tile<8x8xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  %c16 = arith.constant 16 : index
  %c64 = arith.constant 64 : index
  %sum = scf.for %k = %c0 to %c64 step %c16 iter_args(%s = %acc) -> (!tile.tile<8x8xf32>) {
    %t = tile.create : !tile.tensor<64x8xf32>
    %a = tile.slice %x[%c0, %k] : !tile.tensor<8x64xf32> -> !tile.tile<8x16xf32>
    // expected-note @below {{it is sliced here}}
    %b = tile.slice %t[%k, %c0] : !tile.tensor<64x8xf32> -> !tile.tile<16x8xf32>
    // expected-remark @below {{the right operand is sliced from what each step makes anew}}
    %p = tile.matmul_acc %s, %a, %b : !tile.tile<8x8xf32>, !tile.tile<8x16xf32>, !tile.tile<16x8xf32> -> !tile.tile<8x8xf32>
    scf.yield %p : !tile.tile<8x8xf32>
  }
  return %sum : !tile.tile<8x8xf32>
}

// -----

func.func @moves(%x: !tile.tensor<8x64xf32>, %w: !tile.tensor<64x8xf32>, %acc: !tile.tile<8x8xf32>, %n: index) -> !tile.tile<8x8xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  %c16 = arith.constant 16 : index
  %c64 = arith.constant 64 : index
  %sum = scf.for %k = %c0 to %c64 step %c16 iter_args(%s = %acc) -> (!tile.tile<8x8xf32>) {
    // expected-note @below {{it is sliced here}}
    %a = tile.slice %x[%k, %k] : !tile.tensor<8x64xf32> -> !tile.tile<8x16xf32>
    %b = tile.slice %w[%k, %c0] : !tile.tensor<64x8xf32> -> !tile.tile<16x8xf32>
    // expected-remark @below {{the left operand moves along the dimension that is not summed over}}
    %p = tile.matmul_acc %s, %a, %b : !tile.tile<8x8xf32>, !tile.tile<8x16xf32>, !tile.tile<16x8xf32> -> !tile.tile<8x8xf32>
    scf.yield %p : !tile.tile<8x8xf32>
  }
  return %sum : !tile.tile<8x8xf32>
}

// -----

func.func @rows(%x: !tile.tensor<8x64xf32>, %w: !tile.tensor<64x8xf32>, %acc: !tile.tile<8x8xf32>, %n: index) -> !tile.tile<8x8xf32, valid ?x8> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  %c16 = arith.constant 16 : index
  %c64 = arith.constant 64 : index
  %init = tile.relax_valid %acc : !tile.tile<8x8xf32> -> !tile.tile<8x8xf32, valid ?x8>
  %sum = scf.for %k = %c0 to %c64 step %c16 iter_args(%s = %init) -> (!tile.tile<8x8xf32, valid ?x8>) {
    %r = arith.subi %n, %k : index
    // expected-note @below {{it is sliced here}}
    %a = tile.slice %x[%c0, %k] valid [%r, %c16] : !tile.tensor<8x64xf32> -> !tile.tile<8x16xf32, valid ?x16>
    %b = tile.slice %w[%k, %c0] : !tile.tensor<64x8xf32> -> !tile.tile<16x8xf32>
    // expected-remark @below {{the left operand has another number of valid rows or columns in each step}}
    %p = tile.matmul_acc %s, %a, %b : !tile.tile<8x8xf32, valid ?x8>, !tile.tile<8x16xf32, valid ?x16>, !tile.tile<16x8xf32> -> !tile.tile<8x8xf32, valid ?x8>
    scf.yield %p : !tile.tile<8x8xf32, valid ?x8>
  }
  return %sum : !tile.tile<8x8xf32, valid ?x8>
}

// -----

func.func @nonlinear(%x: !tile.tensor<8x64xf32>, %w: !tile.tensor<64x8xf32>, %acc: !tile.tile<8x8xf32>, %n: index) -> !tile.tile<8x8xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  %c16 = arith.constant 16 : index
  %c64 = arith.constant 64 : index
  %sum = scf.for %k = %c0 to %c64 step %c16 iter_args(%s = %acc) -> (!tile.tile<8x8xf32>) {
    %kk = arith.muli %k, %k : index
    // expected-note @below {{it is sliced here}}
    %a = tile.slice %x[%c0, %kk] : !tile.tensor<8x64xf32> -> !tile.tile<8x16xf32>
    %b = tile.slice %w[%k, %c0] : !tile.tensor<64x8xf32> -> !tile.tile<16x8xf32>
    // expected-remark @below {{the left operand's offset along k is not linear in the loop's index}}
    %p = tile.matmul_acc %s, %a, %b : !tile.tile<8x8xf32>, !tile.tile<8x16xf32>, !tile.tile<16x8xf32> -> !tile.tile<8x8xf32>
    scf.yield %p : !tile.tile<8x8xf32>
  }
  return %sum : !tile.tile<8x8xf32>
}

// -----

func.func @nonlinear_extent(%x: !tile.tensor<8x64xf32>, %w: !tile.tensor<64x8xf32>, %acc: !tile.tile<8x8xf32>, %n: index) -> !tile.tile<8x8xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  %c16 = arith.constant 16 : index
  %c64 = arith.constant 64 : index
  %sum = scf.for %k = %c0 to %c64 step %c16 iter_args(%s = %acc) -> (!tile.tile<8x8xf32>) {
    %kk = arith.muli %k, %k : index
    // expected-note @below {{it is sliced here}}
    %a = tile.slice %x[%c0, %k] valid [%c16, %kk] : !tile.tensor<8x64xf32> -> !tile.tile<8x16xf32, valid 8x?>
    %b = tile.slice %w[%k, %c0] : !tile.tensor<64x8xf32> -> !tile.tile<16x8xf32>
    // expected-remark @below {{the left operand's valid extent along k is not linear in the loop's index}}
    %p = tile.matmul_acc %s, %a, %b : !tile.tile<8x8xf32>, !tile.tile<8x16xf32, valid 8x?>, !tile.tile<16x8xf32> -> !tile.tile<8x8xf32>
    scf.yield %p : !tile.tile<8x8xf32>
  }
  return %sum : !tile.tile<8x8xf32>
}

// -----

func.func @extent(%x: !tile.tensor<8x64xf32>, %w: !tile.tensor<64x8xf32>, %acc: !tile.tile<8x8xf32>, %n: index) -> !tile.tile<8x8xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  %c16 = arith.constant 16 : index
  %c64 = arith.constant 64 : index
  %sum = scf.for %k = %c0 to %c64 step %c16 iter_args(%s = %acc) -> (!tile.tile<8x8xf32>) {
    // expected-note @below {{it is sliced here}}
    %a = tile.slice %x[%c0, %k] valid [%c16, %n] : !tile.tensor<8x64xf32> -> !tile.tile<8x16xf32, valid 8x?>
    %b = tile.slice %w[%k, %c0] : !tile.tensor<64x8xf32> -> !tile.tile<16x8xf32>
    // expected-remark @below {{the left operand's valid extent along k is not what earlier steps have left}}
    %p = tile.matmul_acc %s, %a, %b : !tile.tile<8x8xf32>, !tile.tile<8x16xf32, valid 8x?>, !tile.tile<16x8xf32> -> !tile.tile<8x8xf32>
    scf.yield %p : !tile.tile<8x8xf32>
  }
  return %sum : !tile.tile<8x8xf32>
}

// -----

func.func @gap(%x: !tile.tensor<8x64xf32>, %w: !tile.tensor<64x8xf32>, %acc: !tile.tile<8x8xf32>, %n: index) -> !tile.tile<8x8xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  %c16 = arith.constant 16 : index
  %c64 = arith.constant 64 : index
  %sum = scf.for %k = %c0 to %c64 step %c16 iter_args(%s = %acc) -> (!tile.tile<8x8xf32>) {
    // expected-note @below {{it is sliced here}}
    %a = tile.slice %x[%c0, %k] : !tile.tensor<8x64xf32> -> !tile.tile<8x8xf32>
    %b = tile.slice %w[%k, %c0] : !tile.tensor<64x8xf32> -> !tile.tile<8x8xf32>
    // expected-remark @below {{the left operand takes 8 k a step and advances by 16}}
    %p = tile.matmul_acc %s, %a, %b : !tile.tile<8x8xf32>, !tile.tile<8x8xf32>, !tile.tile<8x8xf32> -> !tile.tile<8x8xf32>
    scf.yield %p : !tile.tile<8x8xf32>
  }
  return %sum : !tile.tile<8x8xf32>
}

// -----

func.func @overlap(%x: !tile.tensor<8x64xf32>, %w: !tile.tensor<64x8xf32>, %acc: !tile.tile<8x8xf32>, %n: index) -> !tile.tile<8x8xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  %c16 = arith.constant 16 : index
  %c64 = arith.constant 64 : index
  %sum = scf.for %k = %c0 to %c64 step %c4 iter_args(%s = %acc) -> (!tile.tile<8x8xf32>) {
    // expected-note @below {{it is sliced here}}
    %a = tile.slice %x[%c0, %k] : !tile.tensor<8x64xf32> -> !tile.tile<8x16xf32>
    %b = tile.slice %w[%k, %c0] : !tile.tensor<64x8xf32> -> !tile.tile<16x8xf32>
    // expected-remark @below {{the left operand takes 16 k a step and advances by 4}}
    %p = tile.matmul_acc %s, %a, %b : !tile.tile<8x8xf32>, !tile.tile<8x16xf32>, !tile.tile<16x8xf32> -> !tile.tile<8x8xf32>
    scf.yield %p : !tile.tile<8x8xf32>
  }
  return %sum : !tile.tile<8x8xf32>
}

// -----

func.func @apart(%x: !tile.tensor<8x64xf32>, %w: !tile.tensor<64x8xf32>, %acc: !tile.tile<8x8xf32>, %n: index) -> !tile.tile<8x8xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  %c16 = arith.constant 16 : index
  %c64 = arith.constant 64 : index
  %sum = scf.for %k = %c0 to %c64 step %c16 iter_args(%s = %acc) -> (!tile.tile<8x8xf32>) {
    %kk = arith.addi %k, %k : index
    %a = tile.slice %x[%c0, %k] : !tile.tensor<8x64xf32> -> !tile.tile<8x16xf32>
    // expected-note @below {{the right one is sliced here}}
    %b = tile.slice %w[%kk, %c0] : !tile.tensor<64x8xf32> -> !tile.tile<16x8xf32>
    // expected-remark @below {{the operands advance by 16 and 32 along k}}
    %p = tile.matmul_acc %s, %a, %b : !tile.tile<8x8xf32>, !tile.tile<8x16xf32>, !tile.tile<16x8xf32> -> !tile.tile<8x8xf32>
    scf.yield %p : !tile.tile<8x8xf32>
  }
  return %sum : !tile.tile<8x8xf32>
}

// -----

func.func @odd(%x: !tile.tensor<8x64xbf16>, %w: !tile.tensor<64x8xbf16>, %acc: !tile.tile<8x8xf32>, %n: index) -> !tile.tile<8x8xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  %c16 = arith.constant 16 : index
  %c64 = arith.constant 64 : index
  %c15 = arith.constant 15 : index
  %sum = scf.for %k = %c0 to %c64 step %c15 iter_args(%s = %acc) -> (!tile.tile<8x8xf32>) {
    %kk = arith.muli %k, %c1 : index
    %a = tile.slice %x[%c0, %k] : !tile.tensor<8x64xbf16> -> !tile.tile<8x15xbf16>
    %b = tile.slice %w[%k, %c0] : !tile.tensor<64x8xbf16> -> !tile.tile<15x8xbf16>
    // expected-remark @below {{each step has an odd number of k, 15, and pairs of BF16 are counted anew in each}}
    %p = tile.matmul_acc %s, %a, %b : !tile.tile<8x8xf32>, !tile.tile<8x15xbf16>, !tile.tile<15x8xbf16> -> !tile.tile<8x8xf32>
    scf.yield %p : !tile.tile<8x8xf32>
  }
  return %sum : !tile.tile<8x8xf32>
}

// -----

func.func @written(%x: !tile.tensor<8x64xf32>, %w: !tile.tensor<64x8xf32>, %acc: !tile.tile<8x8xf32>, %n: index) -> !tile.tile<8x8xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  %c16 = arith.constant 16 : index
  %c64 = arith.constant 64 : index
  %one = arith.constant 1.0 : f32
  %sum = scf.for %k = %c0 to %c64 step %c16 iter_args(%s = %acc) -> (!tile.tile<8x8xf32>) {
    %a = tile.slice %x[%c0, %k] : !tile.tensor<8x64xf32> -> !tile.tile<8x16xf32>
    %b = tile.slice %w[%k, %c0] : !tile.tensor<64x8xf32> -> !tile.tile<16x8xf32>
    // expected-remark @below {{the loop writes to what the product reads}}
    %p = tile.matmul_acc %s, %a, %b : !tile.tile<8x8xf32>, !tile.tile<8x16xf32>, !tile.tile<16x8xf32> -> !tile.tile<8x8xf32>
    // expected-note @below {{it is written here}}
    tile.write %one into %x[%c0, %k] : f32 into !tile.tensor<8x64xf32>
    scf.yield %p : !tile.tile<8x8xf32>
  }
  return %sum : !tile.tile<8x8xf32>
}

// -----

func.func @seen(%x: !tile.tensor<8x64xf32>, %w: !tile.tensor<64x8xf32>, %acc: !tile.tile<8x8xf32>, %n: index, %y: !tile.tensor<8x8xf32>) -> !tile.tile<8x8xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  %c16 = arith.constant 16 : index
  %c64 = arith.constant 64 : index
  %sum = scf.for %k = %c0 to %c64 step %c16 iter_args(%s = %acc) -> (!tile.tile<8x8xf32>) {
    %a = tile.slice %x[%c0, %k] : !tile.tensor<8x64xf32> -> !tile.tile<8x16xf32>
    %b = tile.slice %w[%k, %c0] : !tile.tensor<64x8xf32> -> !tile.tile<16x8xf32>
    // expected-remark @below {{the sum so far is used before the loop ends}}
    %p = tile.matmul_acc %s, %a, %b : !tile.tile<8x8xf32>, !tile.tile<8x16xf32>, !tile.tile<16x8xf32> -> !tile.tile<8x8xf32>
    // expected-note @below {{it is used here}}
    tile.assemble %p into %y[%c0, %c0] : !tile.tile<8x8xf32> into !tile.tensor<8x8xf32>
    scf.yield %p : !tile.tile<8x8xf32>
  }
  return %sum : !tile.tile<8x8xf32>
}

// -----

func.func @scaled(%x: !tile.tensor<8x64xf32>, %w: !tile.tensor<64x8xf32>, %acc: !tile.tile<8x8xf32>, %n: index) -> !tile.tile<8x8xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  %c16 = arith.constant 16 : index
  %c64 = arith.constant 64 : index
  %sum = scf.for %k = %c0 to %c64 step %c16 iter_args(%s = %acc) -> (!tile.tile<8x8xf32>) {
    %a = tile.slice %x[%c0, %k] : !tile.tensor<8x64xf32> -> !tile.tile<8x16xf32>
    %b = tile.slice %w[%k, %c0] : !tile.tensor<64x8xf32> -> !tile.tile<16x8xf32>
    // expected-remark @below {{the loop carries on something else than this sum}}
    %p = tile.matmul_acc %s, %a, %b : !tile.tile<8x8xf32>, !tile.tile<8x16xf32>, !tile.tile<16x8xf32> -> !tile.tile<8x8xf32>
    // expected-note @below {{it is made here}}
    %q = tile.neg %p : !tile.tile<8x8xf32> -> !tile.tile<8x8xf32>
    scf.yield %q : !tile.tile<8x8xf32>
  }
  return %sum : !tile.tile<8x8xf32>
}

// -----

func.func @condition(%x: !tile.tensor<8x64xf32>, %w: !tile.tensor<64x8xf32>, %acc: !tile.tile<8x8xf32>, %n: index) -> !tile.tile<8x8xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  %c16 = arith.constant 16 : index
  %c64 = arith.constant 64 : index
  %sum = scf.for %k = %c0 to %c64 step %c16 iter_args(%s = %acc) -> (!tile.tile<8x8xf32>) {
    %a = tile.slice %x[%c0, %k] : !tile.tensor<8x64xf32> -> !tile.tile<8x16xf32>
    %b = tile.slice %w[%k, %c0] : !tile.tensor<64x8xf32> -> !tile.tile<16x8xf32>
    %is = arith.cmpi eq, %k, %c16 : index
    // expected-note @below {{this is the condition}}
    %q = scf.if %is -> (!tile.tile<8x8xf32>) {
      %f = tile.matmul %a, %b : !tile.tile<8x16xf32>, !tile.tile<16x8xf32> -> !tile.tile<8x8xf32>
      scf.yield %f : !tile.tile<8x8xf32>
    } else {
    // expected-remark @below {{the condition does not tell the first step from the others}}
    %p = tile.matmul_acc %s, %a, %b : !tile.tile<8x8xf32>, !tile.tile<8x16xf32>, !tile.tile<16x8xf32> -> !tile.tile<8x8xf32>
      scf.yield %p : !tile.tile<8x8xf32>
    }
    scf.yield %q : !tile.tile<8x8xf32>
  }
  return %sum : !tile.tile<8x8xf32>
}

// -----

func.func @other_first(%x: !tile.tensor<8x64xf32>, %w: !tile.tensor<64x8xf32>, %acc: !tile.tile<8x8xf32>, %n: index) -> !tile.tile<8x8xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  %c16 = arith.constant 16 : index
  %c64 = arith.constant 64 : index
  %one = arith.constant 1.0 : f32
  %sum = scf.for %k = %c0 to %c64 step %c16 iter_args(%s = %acc) -> (!tile.tile<8x8xf32>) {
    %a = tile.slice %x[%c0, %k] : !tile.tensor<8x64xf32> -> !tile.tile<8x16xf32>
    %b = tile.slice %w[%k, %c0] : !tile.tensor<64x8xf32> -> !tile.tile<16x8xf32>
    %is = arith.cmpi eq, %k, %c0 : index
    // expected-note @below {{it is chosen here}}
    %q = scf.if %is -> (!tile.tile<8x8xf32>) {
      %f = tile.full %one : f32 -> !tile.tile<8x8xf32>
      scf.yield %f : !tile.tile<8x8xf32>
    } else {
    // expected-remark @below {{the first step is no product of the same kind}}
    %p = tile.matmul_acc %s, %a, %b : !tile.tile<8x8xf32>, !tile.tile<8x16xf32>, !tile.tile<16x8xf32> -> !tile.tile<8x8xf32>
      scf.yield %p : !tile.tile<8x8xf32>
    }
    scf.yield %q : !tile.tile<8x8xf32>
  }
  return %sum : !tile.tile<8x8xf32>
}

// -----

func.func @first_elsewhere(%x: !tile.tensor<8x64xf32>, %w: !tile.tensor<64x8xf32>, %acc: !tile.tile<8x8xf32>, %n: index) -> !tile.tile<8x8xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  %c16 = arith.constant 16 : index
  %c64 = arith.constant 64 : index
  %sum = scf.for %k = %c0 to %c64 step %c16 iter_args(%s = %acc) -> (!tile.tile<8x8xf32>) {
    %a = tile.slice %x[%c0, %k] : !tile.tensor<8x64xf32> -> !tile.tile<8x16xf32>
    %b = tile.slice %w[%k, %c0] : !tile.tensor<64x8xf32> -> !tile.tile<16x8xf32>
    %d = tile.slice %w[%k, %c1] : !tile.tensor<64x8xf32> -> !tile.tile<16x8xf32>
    %is = arith.cmpi eq, %k, %c0 : index
    %q = scf.if %is -> (!tile.tile<8x8xf32>) {
    // expected-note @below {{this is the first step}}
      %f = tile.matmul %a, %d : !tile.tile<8x16xf32>, !tile.tile<16x8xf32> -> !tile.tile<8x8xf32>
      scf.yield %f : !tile.tile<8x8xf32>
    } else {
    // expected-remark @below {{the first step multiplies other slices than the others}}
    %p = tile.matmul_acc %s, %a, %b : !tile.tile<8x8xf32>, !tile.tile<8x16xf32>, !tile.tile<16x8xf32> -> !tile.tile<8x8xf32>
      scf.yield %p : !tile.tile<8x8xf32>
    }
    scf.yield %q : !tile.tile<8x8xf32>
  }
  return %sum : !tile.tile<8x8xf32>
}

// -----

func.func @valid_k(%x: !tile.tensor<8x64xf32>, %w: !tile.tensor<64x8xf32>, %acc: !tile.tile<8x8xf32>, %n: index) -> !tile.tile<8x8xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  %c16 = arith.constant 16 : index
  %c64 = arith.constant 64 : index
  %sum = scf.for %k = %c0 to %c64 step %c16 iter_args(%s = %acc) -> (!tile.tile<8x8xf32>) {
    %left = arith.subi %n, %k : index
    %a = tile.slice %x[%c0, %k] valid [%c16, %left] : !tile.tensor<8x64xf32> -> !tile.tile<8x16xf32, valid 8x?>
    // expected-note @below {{the right one is sliced here}}
    %b = tile.slice %w[%k, %c0] : !tile.tensor<64x8xf32> -> !tile.tile<16x8xf32>
    // expected-remark @below {{the operands are not known to have the same number of valid k}}
    %p = tile.matmul_acc %s, %a, %b : !tile.tile<8x8xf32>, !tile.tile<8x16xf32, valid 8x?>, !tile.tile<16x8xf32> -> !tile.tile<8x8xf32>
    scf.yield %p : !tile.tile<8x8xf32>
  }
  return %sum : !tile.tile<8x8xf32>
}

// -----

func.func @step(%x: !tile.tensor<8x64xf32>, %w: !tile.tensor<64x8xf32>, %acc: !tile.tile<8x8xf32>, %n: index) -> !tile.tile<8x8xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  %c16 = arith.constant 16 : index
  %c64 = arith.constant 64 : index
  // expected-note @below {{this is the loop}}
  %sum = scf.for %k = %c0 to %c64 step %n iter_args(%s = %acc) -> (!tile.tile<8x8xf32>) {
    %a = tile.slice %x[%c0, %k] : !tile.tensor<8x64xf32> -> !tile.tile<8x16xf32>
    %b = tile.slice %w[%k, %c0] : !tile.tensor<64x8xf32> -> !tile.tile<16x8xf32>
    // expected-remark @below {{the step of the loop is not a constant}}
    %p = tile.matmul_acc %s, %a, %b : !tile.tile<8x8xf32>, !tile.tile<8x16xf32>, !tile.tile<16x8xf32> -> !tile.tile<8x8xf32>
    scf.yield %p : !tile.tile<8x8xf32>
  }
  return %sum : !tile.tile<8x8xf32>
}
