//===- TileBase.td - The tile dialect, its types and enums -*- tablegen -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TILEC_DIALECT_TILE_TILEBASE_TD
#define TILEC_DIALECT_TILE_TILEBASE_TD

include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/EnumAttr.td"
include "mlir/IR/OpBase.td"

def Tile_Dialect : Dialect {
  let name = "tile";
  let cppNamespace = "::tilec::tile";
  let summary = "Tile-level kernels: tensors are storage, tiles are values";
  let description = [{
    A `!tile.tensor` names row-major storage; a `!tile.tile` is an immutable
    value of static nominal shape with a valid region, a box anchored at cell 0.
    No result depends on a cell outside the valid region. Control flow and
    scalar arithmetic are `scf` and `arith`; every integer scalar is an `index`,
    which is 64 bits wide and signed.
  }];
  let useDefaultTypePrinterParser = 1;
  let useDefaultAttributePrinterParser = 1;
  let hasConstantMaterializer = 1;
  let extraClassDeclaration = [{
    void registerTypes();
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect"];
}

class Tile_Type<string name, string typeMnemonic> : TypeDef<Tile_Dialect, name> {
  let mnemonic = typeMnemonic;
  let hasCustomAssemblyFormat = 1;
  let genVerifyDecl = 1;
}

def Tile_Tensor : Tile_Type<"TensorRef", "tensor"> {
  let summary = "A reference to storage, row-major unless it says otherwise";
  let description = [{
    Rank 1 to 4; a dimension is a positive constant or `?`. `weight` marks
    contents that are constant between calls, so that the compiler may choose
    the layout: `!tile.tensor<?x5120xbf16, weight>`. The chosen one is part of the type:
    `!tile.tensor<?x5120xbf16, weight packed<kn>>` is summed over its dimension 0 and has the
    columns of dimension 1, `packed<nk>` the other way round. The layout changes no meaning: cell [i, j]
    is cell [i, j]. Only a contraction's right side can be read so.
  }];
  let parameters = (ins ArrayRefParameter<"int64_t", "extents, in cells">:$shape,
                        "::mlir::Type":$elementType, "bool":$weight,
                        "::tilec::Layout":$layout);
  let builders = [
    TypeBuilderWithInferredContext<(ins "::llvm::ArrayRef<int64_t>":$shape,
        "::mlir::Type":$elementType, CArg<"bool", "false">:$weight,
        CArg<"::tilec::Layout", "::tilec::Layout::RowMajor">:$layout), [{
      return $_get(elementType.getContext(), shape, elementType, weight, layout);
    }]>
  ];
  let skipDefaultBuilders = 1;
  let extraClassDeclaration = [{
    int64_t getRank() const { return getShape().size(); }
    bool isDynamicDim(int64_t d) const {
      return ::mlir::ShapedType::isDynamic(getShape()[d]);
    }
    bool hasStaticShape() const {
      return !::mlir::ShapedType::isDynamicShape(getShape());
    }
    bool isPacked() const { return getLayout() != ::tilec::Layout::RowMajor; }
    TensorRefType withLayout(::tilec::Layout layout) const {
      return get(getShape(), getElementType(), getWeight(), layout);
    }
  }];
}

def Tile_Tile : Tile_Type<"Tile", "tile"> {
  let summary = "A tile: an immutable value with a valid region";
  let description = [{
    The nominal shape is static, rank 1 to 4. `valid` holds an extent in
    `0..size` for each dimension, or `?` for one known at run time only; left
    out, the tile is wholly valid: `!tile.tile<16x256xf32, valid ?x256>`.
  }];
  let parameters = (ins ArrayRefParameter<"int64_t", "extents, in cells">:$shape,
                        "::mlir::Type":$elementType,
                        ArrayRefParameter<"int64_t", "valid extents, in cells">:$valid);
  let builders = [
    TypeBuilderWithInferredContext<(ins "::llvm::ArrayRef<int64_t>":$shape,
        "::mlir::Type":$elementType, "::llvm::ArrayRef<int64_t>":$valid), [{
      return $_get(elementType.getContext(), shape, elementType, valid);
    }]>,
    TypeBuilderWithInferredContext<(ins "::llvm::ArrayRef<int64_t>":$shape,
        "::mlir::Type":$elementType), [{
      return $_get(elementType.getContext(), shape, elementType, shape);
    }]>
  ];
  let skipDefaultBuilders = 1;
  let extraClassDeclaration = [{
    int64_t getRank() const { return getShape().size(); }
    int64_t getNumCells() const;
    bool isDynamicValid(int64_t d) const {
      return ::mlir::ShapedType::isDynamic(getValid()[d]);
    }
    bool isWhollyValid() const { return getShape() == getValid(); }
    TileType cloneWith(::llvm::ArrayRef<int64_t> shape, ::mlir::Type elementType,
                       ::llvm::ArrayRef<int64_t> valid) const {
      return get(shape, elementType, valid);
    }
    TileType withElementType(::mlir::Type elementType) const {
      return get(getShape(), elementType, getValid());
    }
    TileType withValid(::llvm::ArrayRef<int64_t> valid) const {
      return get(getShape(), getElementType(), valid);
    }
  }];
}

// A scalar in IR: every integer dtype is an index.
def Tile_Scalar : AnyTypeOf<[Index, F32, BF16, F16, I1], "scalar">;
def Tile_Value : AnyTypeOf<[Tile_Tile, Tile_Scalar], "tile or scalar">;
def Tile_Storage : AnyTypeOf<[Tile_Tensor, Tile_Tile], "tensor or tile">;
def Tile_Any : AnyTypeOf<[Tile_Tensor, Tile_Tile, Tile_Scalar], "tensor, tile or scalar">;

class Tile_Enum<string name, string summary, list<I32EnumAttrCase> cases>
    : I32EnumAttr<name, summary, cases> {
  let cppNamespace = "::tilec::tile";
  let genSpecializedAttr = 0;
}
class Tile_EnumAttr<I32EnumAttr info, string mnemonic> : EnumAttr<Tile_Dialect, info, mnemonic> {
  let assemblyFormat = "$value";
}

def Tile_UnaryKindInfo : Tile_Enum<"UnaryKind", "elementwise operation of one operand", [
  I32EnumAttrCase<"Neg", 0, "neg">, I32EnumAttrCase<"Abs", 1, "abs">,
  I32EnumAttrCase<"Exp", 2, "exp">, I32EnumAttrCase<"Log", 3, "log">,
  I32EnumAttrCase<"Sqrt", 4, "sqrt">, I32EnumAttrCase<"Rsqrt", 5, "rsqrt">,
  I32EnumAttrCase<"Recip", 6, "recip">, I32EnumAttrCase<"Sin", 7, "sin">,
  I32EnumAttrCase<"Cos", 8, "cos">, I32EnumAttrCase<"Relu", 9, "relu">,
  I32EnumAttrCase<"Sigmoid", 10, "sigmoid">, I32EnumAttrCase<"Tanh", 11, "tanh">,
  I32EnumAttrCase<"Not", 12, "not">]>;
def Tile_BinaryKindInfo : Tile_Enum<"BinaryKind", "elementwise operation of two operands", [
  I32EnumAttrCase<"Add", 0, "add">, I32EnumAttrCase<"Sub", 1, "sub">,
  I32EnumAttrCase<"Mul", 2, "mul">, I32EnumAttrCase<"Div", 3, "div">,
  I32EnumAttrCase<"Rem", 4, "rem">, I32EnumAttrCase<"Maximum", 5, "maximum">,
  I32EnumAttrCase<"Minimum", 6, "minimum">, I32EnumAttrCase<"And", 7, "and">,
  I32EnumAttrCase<"Or", 8, "or">, I32EnumAttrCase<"Xor", 9, "xor">,
  I32EnumAttrCase<"Shl", 10, "shl">, I32EnumAttrCase<"Shr", 11, "shr">]>;
def Tile_CmpModeInfo : Tile_Enum<"CmpMode", "comparison", [
  I32EnumAttrCase<"Eq", 0, "eq">, I32EnumAttrCase<"Ne", 1, "ne">,
  I32EnumAttrCase<"Lt", 2, "lt">, I32EnumAttrCase<"Le", 3, "le">,
  I32EnumAttrCase<"Gt", 4, "gt">, I32EnumAttrCase<"Ge", 5, "ge">]>;
def Tile_ReduceKindInfo : Tile_Enum<"ReduceKind", "reduction", [
  I32EnumAttrCase<"Sum", 0, "sum">, I32EnumAttrCase<"Prod", 1, "prod">,
  I32EnumAttrCase<"Max", 2, "max">, I32EnumAttrCase<"Min", 3, "min">,
  I32EnumAttrCase<"ArgMax", 4, "argmax">, I32EnumAttrCase<"ArgMin", 5, "argmin">]>;
def Tile_RoundModeInfo : Tile_Enum<"RoundMode", "rounding of a cast", [
  I32EnumAttrCase<"Rint", 0, "rint">, I32EnumAttrCase<"Round", 1, "round">,
  I32EnumAttrCase<"Floor", 2, "floor">, I32EnumAttrCase<"Ceil", 3, "ceil">,
  I32EnumAttrCase<"Trunc", 4, "trunc">]>;
def Tile_PadValueInfo : Tile_Enum<"PadValue", "value that padding cells get", [
  I32EnumAttrCase<"Zero", 0, "zero">, I32EnumAttrCase<"Min", 1, "min">,
  I32EnumAttrCase<"Max", 2, "max">, I32EnumAttrCase<"Inf", 3, "inf">,
  I32EnumAttrCase<"NegInf", 4, "neg_inf">]>;

def Tile_CmpMode : Tile_EnumAttr<Tile_CmpModeInfo, "cmp_mode">;
def Tile_ReduceKind : Tile_EnumAttr<Tile_ReduceKindInfo, "reduce_kind">;
def Tile_RoundMode : Tile_EnumAttr<Tile_RoundModeInfo, "round_mode">;
def Tile_PadValue : Tile_EnumAttr<Tile_PadValueInfo, "pad_value">;

#endif // TILEC_DIALECT_TILE_TILEBASE_TD
