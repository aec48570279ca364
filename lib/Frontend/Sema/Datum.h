//===- Datum.h - What an expression means -----------------------*- C++ -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The value of an expression while a function is elaborated: known now (a
// constant, a function, a name space) or when the program runs (a scalar, tile
// or tensor, as an SSA value).
//
//===----------------------------------------------------------------------===//

#ifndef TILEC_LIB_FRONTEND_SEMA_DATUM_H
#define TILEC_LIB_FRONTEND_SEMA_DATUM_H

#include "tilec/Dialect/Tile/Tile.h"
#include "tilec/Frontend/AST.h"
#include "tilec/Support/DType.h"
#include "tilec/Support/DimExpr.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace tilec {

struct Builtin;
class ModuleScope;

/// Memory that tensors name: a parameter of an entry, or a create_tensor.
struct Storage {
  enum class Access { Local, Plain, Out, InOut, Weight };

  std::string name;
  SourceRange definition;
  Access access = Access::Local;
  /// A name carried by a loop or bound by branches stands for any of these.
  llvm::SmallVector<Storage *, 2> aliases;
};

class Datum {
public:
  enum class Kind : uint8_t {
    Poison,  ///< Made from something that an error was reported for.
    Unknown, ///< Not known in this attempt at a loop's body; see LoopPlan.
    None,
    Int,
    Float,
    Bool,
    String,
    Tuple,
    List,
    DType,
    Enumerator, ///< Level.CORE_GROUP; text is "CORE_GROUP", space "Level".
    Namespace,  ///< Level, PadValue, tensor, a PyPTO module; space its name.
    Dynamic,    ///< A polynomial of dynamic names, outside of a function body.
    Function,
    Builtin,
    Module,
    Scalar,
    Tile,
    Tensor,
  };

  Datum() = default;

  static Datum poison() { return Datum(Kind::Poison); }
  static Datum unknown() { return Datum(Kind::Unknown); }
  static Datum none() { return Datum(Kind::None); }
  static Datum integer(int64_t value,
                       std::optional<tilec::DType> dtype = std::nullopt);
  static Datum real(double value,
                    std::optional<tilec::DType> dtype = std::nullopt);
  static Datum boolean(bool value);
  static Datum string(llvm::StringRef text);
  static Datum sequence(Kind kind, std::vector<Datum> elements);
  static Datum elementType(tilec::DType dtype);
  static Datum nameSpace(llvm::StringRef name);
  static Datum enumerator(llvm::StringRef space, llvm::StringRef name);
  static Datum dynamic(DimExpr expression);
  static Datum function(const FunctionDecl *decl, const ModuleScope *scope);
  static Datum builtin(const Builtin *builtin);
  static Datum module(const ModuleScope *scope);
  static Datum scalar(mlir::Value value, tilec::DType dtype, DimExpr symbolic);
  static Datum tile(mlir::Value value);
  static Datum tensor(mlir::Value value, Storage *storage,
                      std::vector<DimExpr> dims);

  Kind getKind() const { return kind; }
  bool is(Kind k) const { return kind == k; }
  bool isPoison() const { return kind == Kind::Poison; }
  /// Nothing can be said about it, and nothing should.
  bool isSilent() const {
    return kind == Kind::Poison || kind == Kind::Unknown;
  }
  bool isInt() const { return kind == Kind::Int; }
  bool isFloat() const { return kind == Kind::Float; }
  bool isBool() const { return kind == Kind::Bool; }
  bool isString() const { return kind == Kind::String; }
  bool isSequence() const { return kind == Kind::Tuple || kind == Kind::List; }
  /// An int, float or bool known now.
  bool isNumber() const { return isInt() || isFloat() || isBool(); }
  bool isScalar() const { return kind == Kind::Scalar; }
  bool isTile() const { return kind == Kind::Tile; }
  bool isTensor() const { return kind == Kind::Tensor; }
  /// Known only when the program runs.
  bool isRuntime() const { return isScalar() || isTile() || isTensor(); }
  /// The same, or holds something that is.
  bool holdsRuntime() const;

  int64_t getInt() const { return intValue; }
  bool getBool() const { return intValue != 0; }
  double getFloat() const { return floatValue; }
  /// A number as a floating-point value.
  double asDouble() const {
    return isFloat() ? floatValue : static_cast<double>(intValue);
  }
  llvm::StringRef getText() const { return text; }
  llvm::StringRef getSpace() const { return space; }
  llvm::ArrayRef<Datum> getElements() const { return *elements; }
  const FunctionDecl *getFunction() const {
    return static_cast<const FunctionDecl *>(pointer);
  }
  const Builtin *getBuiltin() const {
    return static_cast<const Builtin *>(pointer);
  }
  const ModuleScope *getScope() const { return scope; }

  /// The dtype of a scalar, of the cells of a tile or tensor, or one given to a
  /// constant; the dtype itself for a DType. None for a literal.
  std::optional<tilec::DType> getDType() const { return dtype; }
  mlir::Value getValue() const { return value; }
  tile::TileType getTileType() const {
    return mlir::cast<tile::TileType>(value.getType());
  }
  tile::TensorRefType getTensorType() const {
    return mlir::cast<tile::TensorRefType>(value.getType());
  }
  llvm::ArrayRef<int64_t> getShape() const;
  Storage *getStorage() const { return storage; }
  /// A tensor's dimensions as polynomials.
  llvm::ArrayRef<DimExpr> getDims() const { return *dims; }

  /// What is known of an integer as a polynomial, none for anything else.
  std::optional<DimExpr> getSymbolic() const;
  /// The value of an integer that is constant, if only after simplification.
  std::optional<int64_t> getConstantInt() const;

  /// The same constant, or the same SSA value.
  bool isSameAs(const Datum &other) const;

  /// The name and place of the binding it was read from; empty for a value
  /// that was not bound.
  llvm::StringRef name;
  SourceRange origin;
  /// The tile came as the argument of an inline function's tensor parameter.
  bool isTileArgument = false;

private:
  explicit Datum(Kind kind) : kind(kind) {}

  Kind kind = Kind::None;
  std::optional<tilec::DType> dtype;
  int64_t intValue = 0;
  double floatValue = 0;
  llvm::StringRef text;
  llvm::StringRef space;
  std::shared_ptr<const std::vector<Datum>> elements;
  std::shared_ptr<const std::vector<DimExpr>> dims;
  std::shared_ptr<const DimExpr> symbolic;
  mlir::Value value;
  Storage *storage = nullptr;
  const void *pointer = nullptr;
  const ModuleScope *scope = nullptr;
};

/// "a tile of [16, 256] FP32", "an INDEX scalar", "the string \"x\"".
std::string describe(const Datum &datum);
/// "[16, 256]", with "?" for an extent that has no name.
std::string formatShape(const Datum &datum);
std::string formatDims(llvm::ArrayRef<DimExpr> dims);

/// "[16, 256] FP32": what must agree between two tiles or tensors.
std::string formatShapeAndDType(const Datum &datum);

/// As Python writes it: "1.0", "1e-06".
std::string formatFloat(double value);

/// "an INDEX", "a UINT8".
std::string withArticle(llvm::StringRef name);

/// The dtype of a cell type, and back.
DType getDType(mlir::Type elementType);
mlir::Type getElementType(mlir::MLIRContext *context, DType dtype);

} // namespace tilec

#endif // TILEC_LIB_FRONTEND_SEMA_DATUM_H
