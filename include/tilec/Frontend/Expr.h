//===- Expr.h - Expressions of the syntax tree ------------------*- C++ -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Expressions as written. Nodes are allocated in the arena of their Module,
// are trivially destructible, and refer to text and children that live as
// long as the module does. No expression is deeper than maxExprDepth, so
// recursion over a tree is safe. Parentheses leave no node behind.
//
//===----------------------------------------------------------------------===//

#ifndef TILEC_FRONTEND_EXPR_H
#define TILEC_FRONTEND_EXPR_H

#include "tilec/Frontend/Diagnostics.h"

#include "llvm/ADT/ArrayRef.h"
#include "llvm/Support/Casting.h"

#include <cstdint>
#include <optional>

namespace tilec {

/// The parser refuses deeper trees: a chain of 500 operators is a mistake or
/// an attack, and every later stage recurses over expressions.
inline constexpr unsigned maxExprDepth = 500;

struct Expr {
  enum class Kind {
    Name,
    Int,
    Float,
    Bool,
    None,
    String,
    Tuple,
    List,
    Attribute,
    Subscript,
    Slice,
    Call,
    Unary,
    Binary,
    Compare,
    Conditional,
  };

  const Kind kind;
  /// Height of the tree below, this node included.
  unsigned depth = 1;
  SourceRange range;

protected:
  Expr(Kind kind, SourceRange range) : kind(kind), range(range) {}
};

/// Gives a node its Kind and LLVM-style casts.
template <typename Derived, Expr::Kind K> struct ExprOf : Expr {
  static bool classof(const Expr *e) { return e->kind == K; }

protected:
  explicit ExprOf(SourceRange range) : Expr(K, range) {}
};

/// x
struct NameExpr : ExprOf<NameExpr, Expr::Kind::Name> {
  llvm::StringRef name;

  NameExpr(SourceRange range, llvm::StringRef name)
      : ExprOf(range), name(name) {}
};

/// 42, 0xff. Never negative: -1 is a Unary. May exceed INT64_MAX, which is in
/// range only under a minus sign, and only up to 2^63.
struct IntExpr : ExprOf<IntExpr, Expr::Kind::Int> {
  uint64_t value;

  IntExpr(SourceRange range, uint64_t value) : ExprOf(range), value(value) {}
};

/// 1.5, 1e-6
struct FloatExpr : ExprOf<FloatExpr, Expr::Kind::Float> {
  double value;

  FloatExpr(SourceRange range, double value) : ExprOf(range), value(value) {}
};

/// True, False
struct BoolExpr : ExprOf<BoolExpr, Expr::Kind::Bool> {
  bool value;

  BoolExpr(SourceRange range, bool value) : ExprOf(range), value(value) {}
};

/// None
struct NoneExpr : ExprOf<NoneExpr, Expr::Kind::None> {
  explicit NoneExpr(SourceRange range) : ExprOf(range) {}
};

/// "text" after escapes and the joining of adjacent literals; UTF-8, may hold
/// NUL characters.
struct StringExpr : ExprOf<StringExpr, Expr::Kind::String> {
  llvm::StringRef value;

  StringExpr(SourceRange range, llvm::StringRef value)
      : ExprOf(range), value(value) {}
};

/// (a, b), also without parentheses; () is empty.
struct TupleExpr : ExprOf<TupleExpr, Expr::Kind::Tuple> {
  llvm::ArrayRef<Expr *> elements;

  TupleExpr(SourceRange range, llvm::ArrayRef<Expr *> elements)
      : ExprOf(range), elements(elements) {}
};

/// [a, b]
struct ListExpr : ExprOf<ListExpr, Expr::Kind::List> {
  llvm::ArrayRef<Expr *> elements;

  ListExpr(SourceRange range, llvm::ArrayRef<Expr *> elements)
      : ExprOf(range), elements(elements) {}
};

/// base.name
struct AttributeExpr : ExprOf<AttributeExpr, Expr::Kind::Attribute> {
  Expr *base;
  llvm::StringRef name;
  SourceRange nameRange;

  AttributeExpr(SourceRange range, Expr *base, llvm::StringRef name,
                SourceRange nameRange)
      : ExprOf(range), base(base), name(name), nameRange(nameRange) {}
};

/// base[i], base[a:b, c], base[[16, 16], FP32]. One entry of `indices` a comma;
/// entries may be SliceExpr.
struct SubscriptExpr : ExprOf<SubscriptExpr, Expr::Kind::Subscript> {
  Expr *base;
  llvm::ArrayRef<Expr *> indices;

  SubscriptExpr(SourceRange range, Expr *base, llvm::ArrayRef<Expr *> indices)
      : ExprOf(range), base(base), indices(indices) {}
};

/// lower:upper:step inside a subscript; each may be null.
struct SliceExpr : ExprOf<SliceExpr, Expr::Kind::Slice> {
  Expr *lower;
  Expr *upper;
  Expr *step;

  SliceExpr(SourceRange range, Expr *lower, Expr *upper, Expr *step)
      : ExprOf(range), lower(lower), upper(upper), step(step) {}
};

/// An argument of a call. Positional when `keyword` is empty; the parser
/// refuses positional ones after keywords, and a keyword given twice.
struct Argument {
  llvm::StringRef keyword;
  SourceRange keywordRange;
  Expr *value = nullptr;
};

/// callee(a, k=b)
struct CallExpr : ExprOf<CallExpr, Expr::Kind::Call> {
  Expr *callee;
  llvm::ArrayRef<Argument> args;

  CallExpr(SourceRange range, Expr *callee, llvm::ArrayRef<Argument> args)
      : ExprOf(range), callee(callee), args(args) {}
};

enum class UnaryOp { Neg, Pos, Invert, Not };

/// -x, +x, ~x, not x
struct UnaryExpr : ExprOf<UnaryExpr, Expr::Kind::Unary> {
  UnaryOp op;
  Expr *operand;

  UnaryExpr(SourceRange range, UnaryOp op, Expr *operand)
      : ExprOf(range), op(op), operand(operand) {}
};

enum class BinaryOp {
  Add,
  Sub,
  Mul,
  Div,
  FloorDiv,
  Mod,
  Pow,
  BitAnd,
  BitOr,
  BitXor,
  Shl,
  Shr,
  And,
  Or,
};

/// lhs op rhs, `and` and `or` among them.
struct BinaryExpr : ExprOf<BinaryExpr, Expr::Kind::Binary> {
  BinaryOp op;
  SourceRange opRange;
  Expr *lhs;
  Expr *rhs;

  BinaryExpr(SourceRange range, BinaryOp op, SourceRange opRange, Expr *lhs,
             Expr *rhs)
      : ExprOf(range), op(op), opRange(opRange), lhs(lhs), rhs(rhs) {}
};

enum class CompareOp { Eq, Ne, Lt, Le, Gt, Ge };

/// first op operand [op operand]...: a < b <= c has two links.
struct CompareExpr : ExprOf<CompareExpr, Expr::Kind::Compare> {
  struct Link {
    CompareOp op;
    SourceRange opRange;
    Expr *operand;
  };

  Expr *first;
  llvm::ArrayRef<Link> links;

  CompareExpr(SourceRange range, Expr *first, llvm::ArrayRef<Link> links)
      : ExprOf(range), first(first), links(links) {}
};

/// thenValue if condition else elseValue
struct ConditionalExpr : ExprOf<ConditionalExpr, Expr::Kind::Conditional> {
  Expr *condition;
  Expr *thenValue;
  Expr *elseValue;

  ConditionalExpr(SourceRange range, Expr *condition, Expr *thenValue,
                  Expr *elseValue)
      : ExprOf(range), condition(condition), thenValue(thenValue),
        elseValue(elseValue) {}
};

/// The operator as it is written: "-", "not", "//", "<=".
llvm::StringRef spelling(UnaryOp op);
llvm::StringRef spelling(BinaryOp op);
llvm::StringRef spelling(CompareOp op);

/// "a.b.c" for names and attributes of names, nothing for anything else.
std::optional<std::string> dottedName(const Expr *e);

} // namespace tilec

#endif // TILEC_FRONTEND_EXPR_H
