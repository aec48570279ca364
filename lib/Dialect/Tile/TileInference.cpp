//===- TileInference.cpp - Result types of the tile ops -----------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/IR/Matchers.h"
#include "tilec/Dialect/Tile/Tile.h"
#include <fmt/format.h>

using namespace mlir;
using namespace tilec::tile;

//===----------------------------------------------------------------------===//
// Element types and valid extents
//===----------------------------------------------------------------------===//

Type tilec::tile::getScalarType(Type elementType) {
  if (isIntegerElement(elementType))
    return IndexType::get(elementType.getContext());
  return elementType;
}

bool tilec::tile::isElementType(Type type) {
  if (isa<IndexType, Float32Type, BFloat16Type, Float16Type>(type))
    return true;
  auto integer = dyn_cast<IntegerType>(type);
  if (!integer || integer.isSigned())
    return false;
  unsigned width = integer.getWidth();
  if (integer.isUnsigned())
    return width == 8 || width == 16 || width == 32;
  return width == 1 || width == 8 || width == 16 || width == 32 || width == 64;
}

bool tilec::tile::isIntegerElement(Type type) {
  return isa<IndexType>(type) ||
         (isa<IntegerType>(type) && type.getIntOrFloatBitWidth() != 1);
}

bool tilec::tile::isUnsignedElement(Type type) {
  return type.isUnsignedInteger();
}

unsigned tilec::tile::getElementBits(Type type) {
  return isa<IndexType>(type) ? 64 : type.getIntOrFloatBitWidth();
}

unsigned tilec::tile::getElementBytes(Type type) {
  return (getElementBits(type) + 7) / 8;
}

int64_t tilec::tile::intersectValid(int64_t lhs, int64_t rhs) {
  if (lhs == 0 || rhs == 0)
    return 0;
  if (ShapedType::isDynamic(lhs) || ShapedType::isDynamic(rhs))
    return ShapedType::kDynamic;
  return std::min(lhs, rhs);
}

/// What is asked for, clamped to 0..size, and to what the source has.
static int64_t clampValid(int64_t asked, int64_t size, int64_t available) {
  int64_t clamped = ShapedType::isDynamic(asked)
                        ? ShapedType::kDynamic
                        : std::clamp<int64_t>(asked, 0, size);
  // Intersecting with the whole size changes nothing.
  if (!ShapedType::isDynamic(available) && available >= size)
    return clamped;
  return intersectValid(clamped, available);
}

SmallVector<int64_t> tilec::tile::getConstantExtents(ValueRange values) {
  SmallVector<int64_t> extents;
  for (Value value : values)
    extents.push_back(
        getConstantIntValue(value).value_or(ShapedType::kDynamic));
  return extents;
}

bool tilec::tile::haveCompatibleTypes(TypeRange lhs, TypeRange rhs) {
  if (lhs.size() != rhs.size())
    return false;
  for (auto [l, r] : llvm::zip_equal(lhs, rhs)) {
    auto left = dyn_cast<TileType>(l), right = dyn_cast<TileType>(r);
    if (!left || !right) {
      if (l != r)
        return false;
      continue;
    }
    if (left.getShape() != right.getShape() ||
        left.getElementType() != right.getElementType())
      return false;
    for (auto [a, b] : llvm::zip_equal(left.getValid(), right.getValid()))
      if (a != b && !ShapedType::isDynamic(a) && !ShapedType::isDynamic(b))
        return false;
  }
  return true;
}

//===----------------------------------------------------------------------===//
// Helpers of the rules
//===----------------------------------------------------------------------===//

template <typename... Args>
static InferredType fail(InferenceError &error,
                         fmt::format_string<Args...> text, Args &&...args) {
  error.message = fmt::format(text, std::forward<Args>(args)...);
  return failure();
}

static std::string str(Type type) {
  std::string text;
  llvm::raw_string_ostream(text) << type;
  return text;
}

static std::string str(ArrayRef<int64_t> shape) {
  return fmt::format("[{}]", fmt::join(shape, ", "));
}

static Type elementOf(Type type) {
  if (auto tile = dyn_cast<TileType>(type))
    return tile.getElementType();
  return type;
}

/// The scalar or tile type with cells of `elementType` at the places of
/// `shape` and `valid`; a scalar where there is no shape.
static Type withShape(const TileType &shape, Type elementType) {
  return shape ? shape.withElementType(elementType)
               : getScalarType(elementType);
}

/// Broadcasts the tiles among `operands` against each other; scalars fit
/// everything. A null tile type where there are only scalars.
static FailureOr<TileType> broadcast(ArrayRef<Type> operands,
                                     InferenceError &error) {
  TileType result;
  for (Type operand : operands) {
    auto tile = dyn_cast<TileType>(operand);
    if (!tile)
      continue;
    if (!result) {
      result = tile;
      continue;
    }
    // C7
    if (tile.getRank() != result.getRank()) {
      error.message =
          fmt::format("shapes {} and {} differ in rank; reshape one of them",
                      str(result.getShape()), str(tile.getShape()));
      return failure();
    }
    SmallVector<int64_t> shape, valid;
    for (int64_t d = 0; d < tile.getRank(); ++d) {
      int64_t l = result.getShape()[d], r = tile.getShape()[d];
      int64_t lv = result.getValid()[d], rv = tile.getValid()[d];
      if (l != r && l != 1 && r != 1) {
        error.message =
            fmt::format("shapes {} and {} do not broadcast",
                        str(result.getShape()), str(tile.getShape()));
        return failure();
      }
      // A stretched cell is valid everywhere or, if it is invalid, nowhere.
      if (l != r && l == 1)
        lv = lv == 1 ? r : lv;
      if (l != r && r == 1)
        rv = rv == 1 ? l : rv;
      shape.push_back(std::max(l, r));
      int64_t size = shape.back();
      valid.push_back(lv == size   ? rv
                      : rv == size ? lv
                                   : intersectValid(lv, rv));
    }
    result = TileType::get(shape, tile.getElementType(), valid);
  }
  return result;
}

/// The element type that tiles and scalars agree on, or an error.
static FailureOr<Type> commonElement(ArrayRef<Type> operands,
                                     InferenceError &error) {
  Type element;
  for (Type operand : operands)
    if (auto tile = dyn_cast<TileType>(operand)) {
      // C6
      if (element && element != tile.getElementType()) {
        error.message = fmt::format("dtypes {} and {} differ; cast one of them",
                                    str(element), str(tile.getElementType()));
        return failure();
      }
      element = tile.getElementType();
    }
  Type scalar = element ? getScalarType(element) : elementOf(operands.front());
  for (Type operand : operands)
    // C5
    if (!isa<TileType>(operand) && operand != scalar) {
      error.message = fmt::format("a scalar of type {} meets {}; cast it",
                                  str(operand), str(scalar));
      return failure();
    }
  return element ? element : scalar;
}

//===----------------------------------------------------------------------===//
// Elementwise ops
//===----------------------------------------------------------------------===//

static bool isFloatOnly(UnaryKind kind) {
  return kind != UnaryKind::Neg && kind != UnaryKind::Abs &&
         kind != UnaryKind::Relu && kind != UnaryKind::Not;
}

InferredType tilec::tile::inferUnary(UnaryKind kind, Type operand,
                                     InferenceError &error) {
  Type element = elementOf(operand);
  if (!isElementType(element))
    return fail(error, "expected a tile or scalar, got {}", str(operand));
  StringRef name = stringifyUnaryKind(kind);
  // C8
  if (isFloatOnly(kind) && !isa<FloatType>(element))
    return fail(error, "{} needs a float dtype, got {}", name, str(element));
  if (kind == UnaryKind::Not && isa<FloatType>(element))
    return fail(error, "{} needs an integer dtype, got {}", name, str(element));
  if (kind != UnaryKind::Not && element.isInteger(1))
    return fail(error, "{} does not take BOOL", name);
  return operand;
}

static bool isBitwise(BinaryKind kind) {
  return kind == BinaryKind::And || kind == BinaryKind::Or ||
         kind == BinaryKind::Xor;
}

InferredType tilec::tile::inferBinary(BinaryKind kind, Type lhs, Type rhs,
                                      InferenceError &error) {
  FailureOr<Type> element = commonElement({lhs, rhs}, error);
  if (failed(element))
    return failure();
  StringRef name = stringifyBinaryKind(kind);
  // C8
  bool shift = kind == BinaryKind::Shl || kind == BinaryKind::Shr;
  if ((isBitwise(kind) || shift) && isa<FloatType>(*element))
    return fail(error, "{} needs an integer dtype, got {}", name,
                str(*element));
  if (!isBitwise(kind) && element->isInteger(1))
    return fail(error, "{} does not take BOOL", name);
  FailureOr<TileType> shape = broadcast({lhs, rhs}, error);
  if (failed(shape))
    return failure();
  return withShape(*shape, *element);
}

InferredType tilec::tile::inferCmp(Type lhs, Type rhs, InferenceError &error) {
  FailureOr<Type> element = commonElement({lhs, rhs}, error);
  if (failed(element))
    return failure();
  FailureOr<TileType> shape = broadcast({lhs, rhs}, error);
  if (failed(shape))
    return failure();
  return withShape(*shape, IntegerType::get(lhs.getContext(), 1));
}

InferredType tilec::tile::inferSel(Type mask, Type lhs, Type rhs,
                                   InferenceError &error) {
  // C9
  if (!elementOf(mask).isInteger(1))
    return fail(error, "the mask of sel must be BOOL, got {}",
                str(elementOf(mask)));
  FailureOr<Type> element = commonElement({lhs, rhs}, error);
  if (failed(element))
    return failure();
  FailureOr<TileType> shape = broadcast({mask, lhs, rhs}, error);
  if (failed(shape))
    return failure();
  // Scalars alone chosen by a tile of masks: cells of the scalars' own type.
  return withShape(*shape, *element);
}

InferredType tilec::tile::inferExpand(Type source, Type like,
                                      InferenceError &error) {
  auto from = dyn_cast<TileType>(source), to = dyn_cast<TileType>(like);
  if (!from || !to)
    return fail(error, "expected tiles");
  FailureOr<TileType> shape = broadcast({source, like}, error);
  if (failed(shape))
    return failure();
  // C10
  if (shape->getShape() != to.getShape())
    return fail(error, "shape {} does not stretch to {}", str(from.getShape()),
                str(to.getShape()));
  return Type(shape->withElementType(from.getElementType()));
}

//===----------------------------------------------------------------------===//
// Data movement
//===----------------------------------------------------------------------===//

static ArrayRef<int64_t> shapeOf(Type type) {
  if (auto tile = dyn_cast<TileType>(type))
    return tile.getShape();
  return cast<TensorRefType>(type).getShape();
}

/// What a tile's valid extent leaves behind an offset.
static int64_t availableFrom(int64_t valid, int64_t offset) {
  if (valid == 0)
    return 0;
  if (ShapedType::isDynamic(valid) || ShapedType::isDynamic(offset))
    return ShapedType::kDynamic;
  // Before the tile there is nothing: an error when it runs.
  return offset < 0 ? ShapedType::kDynamic
                    : std::max<int64_t>(valid - offset, 0);
}

InferredType tilec::tile::inferSlice(Type source, ArrayRef<int64_t> sizes,
                                     ArrayRef<int64_t> valid,
                                     InferenceError &error,
                                     ArrayRef<int64_t> offsets) {
  size_t rank = shapeOf(source).size();
  // C11
  if (sizes.size() != rank)
    return fail(error, "slice of rank {} needs {} sizes, got {}", rank, rank,
                sizes.size());
  if (!valid.empty() && valid.size() != rank)
    return fail(error, "slice of rank {} needs {} valid extents, got {}", rank,
                rank, valid.size());
  auto tile = dyn_cast<TileType>(source);
  SmallVector<int64_t> result;
  for (size_t d = 0; d < rank; ++d) {
    if (sizes[d] <= 0)
      return fail(error, "size {} of dimension {} is not positive", sizes[d],
                  d);
    int64_t asked = valid.empty() ? sizes[d] : valid[d];
    int64_t available = sizes[d];
    if (tile)
      available =
          availableFrom(tile.getValid()[d],
                        offsets.empty() ? ShapedType::kDynamic : offsets[d]);
    result.push_back(clampValid(asked, sizes[d], available));
  }
  Type element = tile ? tile.getElementType()
                      : cast<TensorRefType>(source).getElementType();
  return Type(TileType::get(sizes, element, result));
}

InferredType tilec::tile::inferSetValidShape(Type source,
                                             ArrayRef<int64_t> valid,
                                             InferenceError &error) {
  auto tile = cast<TileType>(source);
  // C4
  if (valid.size() != size_t(tile.getRank()))
    return fail(error, "expected {} valid extents, got {}", tile.getRank(),
                valid.size());
  SmallVector<int64_t> result;
  for (int64_t d = 0; d < tile.getRank(); ++d)
    result.push_back(
        clampValid(valid[d], tile.getShape()[d], tile.getValid()[d]));
  return Type(tile.withValid(result));
}

InferredType tilec::tile::inferInsert(Type source, Type dest,
                                      InferenceError &error) {
  auto from = cast<TileType>(source), to = cast<TileType>(dest);
  // C12
  if (from.getRank() != to.getRank())
    return fail(error, "a tile of rank {} cannot be assembled into rank {}",
                from.getRank(), to.getRank());
  if (from.getElementType() != to.getElementType())
    return fail(error, "dtypes {} and {} differ; cast one of them",
                str(from.getElementType()), str(to.getElementType()));
  return dest;
}

InferredType tilec::tile::inferConcat(TypeRange sources, int64_t axis,
                                      InferenceError &error) {
  if (sources.empty())
    return fail(error, "concat needs at least one tile");
  auto first = cast<TileType>(sources.front());
  // C17
  if (axis < 0 || axis >= first.getRank())
    return fail(error, "axis {} is not in 0..{}", axis, first.getRank() - 1);
  SmallVector<int64_t> shape(first.getShape()), valid(first.getValid());
  shape[axis] = valid[axis] = 0;
  for (auto [i, type] : llvm::enumerate(sources)) {
    auto tile = cast<TileType>(type);
    if (tile.getElementType() != first.getElementType())
      return fail(error, "dtypes {} and {} differ; cast one of them",
                  str(first.getElementType()), str(tile.getElementType()));
    if (tile.getRank() != first.getRank())
      return fail(error, "tiles of rank {} and {} cannot be joined",
                  first.getRank(), tile.getRank());
    for (int64_t d = 0; d < tile.getRank(); ++d) {
      int64_t extent = tile.getValid()[d];
      if (d != axis) {
        if (tile.getShape()[d] != shape[d])
          return fail(error, "shapes {} and {} differ outside of axis {}",
                      str(first.getShape()), str(tile.getShape()), axis);
        valid[d] = intersectValid(valid[d], extent);
        continue;
      }
      bool last = i + 1 == sources.size();
      if (!last && extent != tile.getShape()[d])
        return fail(error,
                    "tile {} of concat must be wholly valid along axis {}", i,
                    axis);
      valid[d] = ShapedType::isDynamic(extent) ? extent : valid[d] + extent;
    }
    shape[axis] += tile.getShape()[axis];
  }
  return Type(TileType::get(shape, first.getElementType(), valid));
}

InferredType tilec::tile::inferTranspose(Type source, int64_t dim0,
                                         int64_t dim1, InferenceError &error) {
  auto tile = cast<TileType>(source);
  // C18
  for (int64_t dim : {dim0, dim1})
    if (dim < 0 || dim >= tile.getRank())
      return fail(error, "dimension {} is not in 0..{}", dim,
                  tile.getRank() - 1);
  SmallVector<int64_t> shape(tile.getShape()), valid(tile.getValid());
  std::swap(shape[dim0], shape[dim1]);
  std::swap(valid[dim0], valid[dim1]);
  return Type(TileType::get(shape, tile.getElementType(), valid));
}

//===----------------------------------------------------------------------===//
// Contractions and reductions
//===----------------------------------------------------------------------===//

InferredType tilec::tile::inferMatmul(Type lhs, Type rhs, bool transposeA,
                                      bool transposeB, InferenceError &error) {
  auto a = cast<TileType>(lhs), b = cast<TileType>(rhs);
  // C19
  if (a.getRank() != 2 || b.getRank() != 2)
    return fail(error, "matmul takes tiles of rank 2, got {} and {}",
                str(a.getShape()), str(b.getShape()));
  Type element = a.getElementType();
  if (element != b.getElementType())
    return fail(error, "dtypes {} and {} differ; cast one of them",
                str(element), str(b.getElementType()));
  bool isFloat = isa<FloatType>(element);
  if (!isFloat && !element.isSignlessInteger(8))
    return fail(error, "matmul takes BF16, FP16, FP32 or INT8, got {}",
                str(element));
  if (a.getShape()[transposeA ? 0 : 1] != b.getShape()[transposeB ? 1 : 0])
    return fail(error, "matmul of {}{} and {}{}: the inner extents differ",
                str(a.getShape()), transposeA ? " transposed" : "",
                str(b.getShape()), transposeB ? " transposed" : "");
  int64_t m = transposeA ? 1 : 0, n = transposeB ? 0 : 1;
  MLIRContext *context = lhs.getContext();
  Type result = isFloat ? Type(Float32Type::get(context))
                        : Type(IntegerType::get(context, 32));
  return Type(TileType::get({a.getShape()[m], b.getShape()[n]}, result,
                            {a.getValid()[m], b.getValid()[n]}));
}

/// The product's type where it is added to an accumulator.
static InferredType addToAcc(Type acc, TileType product,
                             InferenceError &error) {
  auto into = cast<TileType>(acc);
  // C20
  if (into.getShape() != product.getShape() ||
      into.getElementType() != product.getElementType())
    return fail(error, "the accumulator is {} of {}, the product {} of {}",
                str(into.getShape()), str(into.getElementType()),
                str(product.getShape()), str(product.getElementType()));
  SmallVector<int64_t> valid;
  for (int64_t d = 0; d < 2; ++d)
    valid.push_back(clampValid(into.getValid()[d], product.getShape()[d],
                               product.getValid()[d]));
  return Type(product.withValid(valid));
}

InferredType tilec::tile::inferMatmulAcc(Type acc, Type lhs, Type rhs,
                                         bool transposeA, bool transposeB,
                                         InferenceError &error) {
  InferredType product = inferMatmul(lhs, rhs, transposeA, transposeB, error);
  if (failed(product))
    return failure();
  return addToAcc(acc, cast<TileType>(*product), error);
}

InferredType tilec::tile::inferContract(const ContractOperand &lhs,
                                        const ContractOperand &rhs, Type acc,
                                        ArrayRef<int64_t> shape,
                                        InferenceError &error) {
  // C29
  if (shape.size() != 2)
    return fail(error, "contract yields a tile of rank 2, not {}", str(shape));
  // Of the k axis only one cell is looked at: how many there are is no matter
  // of types.
  auto infer = [&](const ContractOperand &operand, unsigned d) {
    SmallVector<int64_t> sizes{shape[d], shape[d]}, valid(sizes);
    unsigned kDim = (d == 1) != operand.transposed ? 0 : 1;
    sizes[kDim] = valid[kDim] = 1;
    valid[1 - kDim] = operand.extent;
    return inferSlice(operand.source, sizes, valid, error, operand.offsets);
  };
  InferredType a = infer(lhs, 0), b = failed(a) ? a : infer(rhs, 1);
  if (failed(a) || failed(b))
    return failure();
  InferredType product =
      inferMatmul(*a, *b, lhs.transposed, rhs.transposed, error);
  if (failed(product) || !acc)
    return product;
  return addToAcc(acc, cast<TileType>(*product), error);
}

InferredType tilec::tile::inferReduce(ReduceKind kind, Type source,
                                      int64_t axis, InferenceError &error) {
  auto tile = cast<TileType>(source);
  // C21
  if (tile.getRank() != 2)
    return fail(error, "a reduction takes a tile of rank 2, got {}",
                str(tile.getShape()));
  if (axis < 0 || axis > 1)
    return fail(error, "axis {} is not in 0..1", axis);
  if (tile.getElementType().isInteger(1))
    return fail(error, "a reduction does not take BOOL; cast it");
  bool isArg = kind == ReduceKind::ArgMax || kind == ReduceKind::ArgMin;
  if (isArg && axis != 1)
    return fail(error, "{} runs along rows only", stringifyReduceKind(kind));
  SmallVector<int64_t> shape(tile.getShape()), valid(tile.getValid());
  shape[axis] = valid[axis] = 1;
  Type element =
      isArg ? IntegerType::get(source.getContext(), 32) : tile.getElementType();
  return Type(TileType::get(shape, element, valid));
}
