//===- Builtins.h - The functions of the language ---------------*- C++ -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// One row a builtin: its name, its parameters, where it may stand, and the
// function that gives a call its meaning. Arity, keywords, defaults and
// misspelt names are checked from the table, the same way for all.
//
//===----------------------------------------------------------------------===//

#ifndef TILEC_LIB_FRONTEND_SEMA_BUILTINS_H
#define TILEC_LIB_FRONTEND_SEMA_BUILTINS_H

#include "Datum.h"

namespace tilec {

class Elaborator;
class BoundArgs;

struct Builtin {
  enum class Role : uint8_t {
    Anywhere, ///< Data movement between storage and tiles, and scalars.
    Compute,  ///< Elementwise on scalars may stand anywhere, the rest in a
              ///< scope.
    Loop,     ///< range and its like, in the header of a `for`.
    Scope,    ///< at, in the header of a `with`.
    Type,     ///< Tensor[...], in annotations.
    Reserved, ///< A name kept for later.
  };
  using Handler = Datum (*)(Elaborator &, const BoundArgs &);

  llvm::StringRef name;
  /// "x, sizes, valid_shape=": an optional parameter ends in `=`, and `*rest`
  /// takes any number.
  llvm::StringRef parameters;
  Role role;
  Handler handler;
  /// Which of several operations a shared handler makes.
  int kind = 0;
};

/// An argument of a call, evaluated.
struct BoundArg {
  Datum datum;
  const Expr *expr = nullptr;

  bool isGiven() const { return expr != nullptr; }
  SourceRange range() const { return expr ? expr->range : SourceRange(); }
};

/// The arguments of a call in the order of the parameters.
class BoundArgs {
public:
  BoundArgs(const Builtin &builtin, const CallExpr &call)
      : builtin(builtin), call(call) {}

  const BoundArg &operator[](size_t i) const { return args[i]; }
  bool has(size_t i) const { return args[i].isGiven(); }
  /// The argument of that name; one that is not given if there is none.
  const BoundArg &get(llvm::StringRef name) const;
  SourceRange range() const { return call.range; }

  const Builtin &builtin;
  const CallExpr &call;
  llvm::SmallVector<BoundArg, 4> args;
  /// What a `*rest` parameter takes.
  llvm::SmallVector<BoundArg, 4> rest;
};

/// All rows, in the order of their names.
llvm::ArrayRef<Builtin> getBuiltins();
/// The row of that name, or null.
const Builtin *findBuiltin(llvm::StringRef name);

/// What a name means that neither the function nor the module binds: a builtin,
/// a dtype or a name space.
std::optional<Datum> findVocabulary(llvm::StringRef name);
/// Every such name.
std::vector<llvm::StringRef> getVocabulary();
/// A member of a name space, such as Level.CORE_GROUP.
std::optional<Datum> findMember(llvm::StringRef space, llvm::StringRef name);
std::vector<llvm::StringRef> getMembers(llvm::StringRef space);

/// The rows that share a subject.
llvm::ArrayRef<Builtin> getMovementBuiltins();
llvm::ArrayRef<Builtin> getElementBuiltins();
llvm::ArrayRef<Builtin> getElementwiseBuiltins();
llvm::ArrayRef<Builtin> getShapeBuiltins();
llvm::ArrayRef<Builtin> getContractionBuiltins();
llvm::ArrayRef<Builtin> getScalarBuiltins();
llvm::ArrayRef<Builtin> getControlBuiltins();

} // namespace tilec

#endif // TILEC_LIB_FRONTEND_SEMA_BUILTINS_H
