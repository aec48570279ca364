//===- TileElementwiseOps.td - Elementwise ops, casts and reductions -*- tablegen -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TILEC_DIALECT_TILE_TILEELEMENTWISEOPS_TD
#define TILEC_DIALECT_TILE_TILEELEMENTWISEOPS_TD

include "tilec/Dialect/Tile/TileOpBase.td"

class Tile_UnaryOp<string mnemonic, string kind, string what, list<Trait> traits = []>
    : Tile_InferOp<mnemonic,
        "::tilec::tile::inferUnary(::tilec::tile::UnaryKind::" # kind # ", adaptor.getOperand().getType(), error)",
        [Pure, Tile_ElementwiseInterface, Tile_UnaryInterface] # traits> {
  let summary = what;
  let description = [{
    The elementwise }] # what # [{. BF16 and FP16 compute in FP32 and round the result.

    ```mlir
    func.func @}] # mnemonic # "(%x: " # !if(!eq(mnemonic, "not"), "!tile.tile<4x8xi32>", "!tile.tile<4x8xf32, valid ?x8>") # [{) {
      %r = tile.}] # mnemonic # " %x : " # !if(!eq(mnemonic, "not"), "!tile.tile<4x8xi32> -> !tile.tile<4x8xi32>", "!tile.tile<4x8xf32, valid ?x8> -> !tile.tile<4x8xf32, valid ?x8>") # [{
      return
    }
    ```
  }];
  let arguments = (ins Tile_Value:$operand);
  let results = (outs Tile_Value:$result);
  let assemblyFormat = "$operand attr-dict `:` type($operand) `->` type($result)";
  let extraClassDeclaration = inferenceDecls # [{
    ::tilec::tile::UnaryKind getUnaryKind() { return ::tilec::tile::UnaryKind::}] # kind # [{; }
  }];
}

def Tile_NegOp : Tile_UnaryOp<"neg", "Neg", "negation">;
def Tile_AbsOp : Tile_UnaryOp<"abs", "Abs", "absolute value">;
def Tile_ExpOp : Tile_UnaryOp<"exp", "Exp", "exponential">;
def Tile_LogOp : Tile_UnaryOp<"log", "Log", "natural logarithm">;
def Tile_SqrtOp : Tile_UnaryOp<"sqrt", "Sqrt", "square root, correctly rounded">;
def Tile_RsqrtOp : Tile_UnaryOp<"rsqrt", "Rsqrt", "1/sqrt(x) of correctly rounded steps">;
def Tile_RecipOp : Tile_UnaryOp<"recip", "Recip", "1/x, correctly rounded">;
def Tile_SinOp : Tile_UnaryOp<"sin", "Sin", "sine">;
def Tile_CosOp : Tile_UnaryOp<"cos", "Cos", "cosine">;
def Tile_ReluOp : Tile_UnaryOp<"relu", "Relu", "maximum with zero">;
def Tile_SigmoidOp : Tile_UnaryOp<"sigmoid", "Sigmoid", "1/(1+exp(-x)) of correctly rounded steps">;
def Tile_TanhOp : Tile_UnaryOp<"tanh", "Tanh", "hyperbolic tangent">;
def Tile_NotOp : Tile_UnaryOp<"not", "Not", "bitwise complement, logical on BOOL">;

class Tile_BinaryOp<string mnemonic, string kind, string what, bit integer = 0>
    : Tile_InferOp<mnemonic,
        "::tilec::tile::inferBinary(::tilec::tile::BinaryKind::" # kind #
        ", adaptor.getLhs().getType(), adaptor.getRhs().getType(), error)",
        [NoMemoryEffect, Tile_ElementwiseInterface, Tile_BinaryInterface]> {
  let summary = what;
  let description = [{
    The elementwise }] # what # [{; 1-sized dimensions and scalars are stretched.

    ```mlir
    func.func @}] # mnemonic # "(%x: !tile.tile<4x8x" # !if(integer, "i32", "f32") # ", valid ?x8>, %v: !tile.tile<4x1x" # !if(integer, "i32", "f32") # [{>) {
      %r = tile.}] # mnemonic # " %x, %v : !tile.tile<4x8x" # !if(integer, "i32", "f32") # ", valid ?x8>, !tile.tile<4x1x" # !if(integer, "i32", "f32") # "> -> !tile.tile<4x8x" # !if(integer, "i32", "f32") # [{, valid ?x8>
      return
    }
    ```
  }];
  let arguments = (ins Tile_Value:$lhs, Tile_Value:$rhs);
  let results = (outs Tile_Value:$result);
  let assemblyFormat = "$lhs `,` $rhs attr-dict `:` type($lhs) `,` type($rhs) `->` type($result)";
  let extraClassDeclaration = inferenceDecls # [{
    ::tilec::tile::BinaryKind getBinaryKind() { return ::tilec::tile::BinaryKind::}] # kind # [{; }
  }];
}

def Tile_AddOp : Tile_BinaryOp<"add", "Add", "sum">;
def Tile_SubOp : Tile_BinaryOp<"sub", "Sub", "difference">;
def Tile_MulOp : Tile_BinaryOp<"mul", "Mul", "product">;
def Tile_DivOp : Tile_BinaryOp<"div", "Div", "quotient; integers floor, and a zero divisor is a run-time error">;
def Tile_RemOp : Tile_BinaryOp<"rem", "Rem", "remainder with the divisor's sign; a zero integer divisor is a run-time error">;
def Tile_MaximumOp : Tile_BinaryOp<"maximum", "Maximum", "maximum of IEEE 754-2019, NaN propagates">;
def Tile_MinimumOp : Tile_BinaryOp<"minimum", "Minimum", "minimum of IEEE 754-2019, NaN propagates">;
def Tile_AndOp : Tile_BinaryOp<"and", "And", "bitwise and", 1>;
def Tile_OrOp : Tile_BinaryOp<"or", "Or", "bitwise or", 1>;
def Tile_XorOp : Tile_BinaryOp<"xor", "Xor", "bitwise exclusive or", 1>;
def Tile_ShlOp : Tile_BinaryOp<"shl", "Shl", "shift left; by the width or more it gives 0", 1>;
def Tile_ShrOp : Tile_BinaryOp<"shr", "Shr", "shift right, arithmetic on signed types", 1>;

def Tile_CmpOp : Tile_InferOp<"cmp",
    "::tilec::tile::inferCmp(adaptor.getLhs().getType(), adaptor.getRhs().getType(), error)",
    [Pure, Tile_ElementwiseInterface]> {
  let summary = "elementwise comparison to BOOL";
  let description = [{
    Ordered as in IEEE 754: with a NaN only `ne` holds.

    ```mlir
    func.func @cmp(%x: !tile.tile<4x8xf32>, %s: f32) {
      %m = tile.cmp lt %x, %s : !tile.tile<4x8xf32>, f32 -> !tile.tile<4x8xi1>
      return
    }
    ```
  }];
  let arguments = (ins Tile_CmpMode:$mode, Tile_Value:$lhs, Tile_Value:$rhs);
  let results = (outs Tile_Value:$result);
  let assemblyFormat = "$mode $lhs `,` $rhs attr-dict `:` type($lhs) `,` type($rhs) `->` type($result)";
}

def Tile_SelOp : Tile_InferOp<"sel",
    "::tilec::tile::inferSel(adaptor.getMask().getType(), adaptor.getLhs().getType(), adaptor.getRhs().getType(), error)",
    [Pure, Tile_ElementwiseInterface]> {
  let summary = "elementwise choice by a BOOL mask";
  let description = [{
    ```mlir
    func.func @sel(%m: !tile.tile<4x8xi1>, %x: !tile.tile<4x8xf32>, %s: f32) {
      %r = tile.sel %m, %x, %s : !tile.tile<4x8xi1>, !tile.tile<4x8xf32>, f32 -> !tile.tile<4x8xf32>
      return
    }
    ```
  }];
  let arguments = (ins Tile_Value:$mask, Tile_Value:$lhs, Tile_Value:$rhs);
  let results = (outs Tile_Value:$result);
  let assemblyFormat = [{
    $mask `,` $lhs `,` $rhs attr-dict `:` type($mask) `,` type($lhs) `,` type($rhs) `->` type($result)
  }];
}

def Tile_CastOp : Tile_ResultOp<"cast", [Pure, Tile_ElementwiseInterface]> {
  let summary = "elementwise conversion to another dtype";
  let description = [{
    Float narrowing and float-to-int round by `mode`; float-to-int saturates and
    takes NaN to 0; integers wrap; BOOL is `!= 0`. Subnormals are kept.

    ```mlir
    func.func @cast(%x: !tile.tile<4x8xf32, valid ?x8>) {
      %r = tile.cast %x rint : !tile.tile<4x8xf32, valid ?x8> -> !tile.tile<4x8xbf16, valid ?x8>
      return
    }
    ```
  }];
  let arguments = (ins Tile_Tile:$operand, Tile_RoundMode:$mode);
  let results = (outs Tile_Tile:$result);
  let assemblyFormat = "$operand $mode attr-dict `:` type($operand) `->` type($result)";
  let hasVerifier = 1;
  let hasFolder = 1;
}

def Tile_ScalarCastOp : Tile_ResultOp<"scalar_cast", [Pure]> {
  let summary = "conversion of a scalar to another dtype";
  let description = [{
    As `tile.cast`, to the element type `to`; an integer result is an `index` that
    holds the wrapped or saturated value of that type.

    ```mlir
    func.func @scalar_cast(%x: f32) -> index {
      %r = tile.scalar_cast %x rint to i8 : f32 -> index
      return %r : index
    }
    ```
  }];
  let arguments = (ins Tile_Scalar:$operand, Tile_RoundMode:$mode, TypeAttr:$to);
  let results = (outs Tile_Scalar:$result);
  let assemblyFormat = "$operand $mode `to` $to attr-dict `:` type($operand) `->` type($result)";
  let hasVerifier = 1;
}

def Tile_FloorDivOp : Tile_ResultOp<"floordiv", [NoMemoryEffect, SameOperandsAndResultType]> {
  let summary = "floor of a quotient of scalars";
  let description = [{
    A zero divisor is a run-time error; -2^63 by -1 wraps.

    ```mlir
    func.func @floordiv(%a: index, %b: index) -> index {
      %q = tile.floordiv %a, %b : index
      return %q : index
    }
    ```
  }];
  let arguments = (ins Index:$lhs, Index:$rhs);
  let results = (outs Index:$result);
  let assemblyFormat = "$lhs `,` $rhs attr-dict `:` type($result)";
  let hasFolder = 1;
}

def Tile_ModOp : Tile_ResultOp<"mod", [NoMemoryEffect, SameOperandsAndResultType]> {
  let summary = "remainder of a floored quotient of scalars";
  let description = [{
    Has the divisor's sign. A zero divisor is a run-time error.

    ```mlir
    func.func @mod(%a: index, %b: index) -> index {
      %r = tile.mod %a, %b : index
      return %r : index
    }
    ```
  }];
  let arguments = (ins Index:$lhs, Index:$rhs);
  let results = (outs Index:$result);
  let assemblyFormat = "$lhs `,` $rhs attr-dict `:` type($result)";
  let hasFolder = 1;
}

#endif // TILEC_DIALECT_TILE_TILEELEMENTWISEOPS_TD
