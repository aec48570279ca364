//===- Stmt.h - Statements of the syntax tree -------------------*- C++ -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Statements as written, allocated like expressions. Blocks nest at most
// maxNesting deep, an `elif` counting as a block inside its `if`. The range of
// a compound statement is its header, up to and with the colon.
//
//===----------------------------------------------------------------------===//

#ifndef TILEC_FRONTEND_STMT_H
#define TILEC_FRONTEND_STMT_H

#include "tilec/Frontend/Expr.h"

namespace tilec {

class Module;

/// Brackets, blocks and prefix operators nest no deeper.
inline constexpr unsigned maxNesting = 200;

struct Stmt {
  enum class Kind {
    Expr,
    Assign,
    AugAssign,
    AnnAssign,
    For,
    With,
    If,
    Return,
    Assert,
    Pass,
    Import,
    Function,
    Error,
  };

  const Kind kind;
  SourceRange range;

protected:
  Stmt(Kind kind, SourceRange range) : kind(kind), range(range) {}
};

using Block = llvm::ArrayRef<Stmt *>;

/// Gives a node its Kind and LLVM-style casts.
template <typename Derived, Stmt::Kind K> struct StmtOf : Stmt {
  static bool classof(const Stmt *s) { return s->kind == K; }

protected:
  explicit StmtOf(SourceRange range) : Stmt(K, range) {}
};

/// A call, or a docstring in an unusual place.
struct ExprStmt : StmtOf<ExprStmt, Stmt::Kind::Expr> {
  Expr *value;

  ExprStmt(SourceRange range, Expr *value) : StmtOf(range), value(value) {}
};

/// a = b = value. Each target is a Name, a Subscript, an Attribute, or a Tuple
/// or List of targets.
struct AssignStmt : StmtOf<AssignStmt, Stmt::Kind::Assign> {
  llvm::ArrayRef<Expr *> targets;
  Expr *value;

  AssignStmt(SourceRange range, llvm::ArrayRef<Expr *> targets, Expr *value)
      : StmtOf(range), targets(targets), value(value) {}
};

/// target op= value; the target is a Name, a Subscript or an Attribute.
struct AugAssignStmt : StmtOf<AugAssignStmt, Stmt::Kind::AugAssign> {
  Expr *target;
  BinaryOp op;
  SourceRange opRange;
  Expr *value;

  AugAssignStmt(SourceRange range, Expr *target, BinaryOp op,
                SourceRange opRange, Expr *value)
      : StmtOf(range), target(target), op(op), opRange(opRange), value(value) {}
};

/// target: annotation [= value]; `value` may be null.
struct AnnAssignStmt : StmtOf<AnnAssignStmt, Stmt::Kind::AnnAssign> {
  Expr *target;
  Expr *annotation;
  Expr *value;

  AnnAssignStmt(SourceRange range, Expr *target, Expr *annotation, Expr *value)
      : StmtOf(range), target(target), annotation(annotation), value(value) {}
};

/// for target in iter: body. The target is a Name or a Tuple of targets.
struct ForStmt : StmtOf<ForStmt, Stmt::Kind::For> {
  Expr *target;
  Expr *iter;
  Block body;

  ForStmt(SourceRange range, Expr *target, Expr *iter, Block body)
      : StmtOf(range), target(target), iter(iter), body(body) {}
};

/// context [as target]; `target` may be null.
struct WithItem {
  Expr *context = nullptr;
  Expr *target = nullptr;
};

/// with item, item: body
struct WithStmt : StmtOf<WithStmt, Stmt::Kind::With> {
  llvm::ArrayRef<WithItem> items;
  Block body;

  WithStmt(SourceRange range, llvm::ArrayRef<WithItem> items, Block body)
      : StmtOf(range), items(items), body(body) {}
};

/// if condition: thenBody else: elseBody. An `elif` is an IfStmt with `isElif`
/// alone in the elseBody.
struct IfStmt : StmtOf<IfStmt, Stmt::Kind::If> {
  Expr *condition;
  Block thenBody;
  Block elseBody;
  bool isElif;

  IfStmt(SourceRange range, Expr *condition, Block thenBody, Block elseBody,
         bool isElif)
      : StmtOf(range), condition(condition), thenBody(thenBody),
        elseBody(elseBody), isElif(isElif) {}
};

/// return [value]; `value` may be null.
struct ReturnStmt : StmtOf<ReturnStmt, Stmt::Kind::Return> {
  Expr *value;

  ReturnStmt(SourceRange range, Expr *value) : StmtOf(range), value(value) {}
};

/// assert condition [, message]; `message` may be null.
struct AssertStmt : StmtOf<AssertStmt, Stmt::Kind::Assert> {
  Expr *condition;
  Expr *message;

  AssertStmt(SourceRange range, Expr *condition, Expr *message)
      : StmtOf(range), condition(condition), message(message) {}
};

struct PassStmt : StmtOf<PassStmt, Stmt::Kind::Pass> {
  explicit PassStmt(SourceRange range) : StmtOf(range) {}
};

/// name [as alias]. `alias` equals `name` where none is given.
struct ImportedName {
  llvm::StringRef name;
  llvm::StringRef alias;
  SourceRange range;
};

/// from module import names (isFrom), or import module [as alias], which is
/// one entry of `names` whose name is the module's.
struct ImportStmt : StmtOf<ImportStmt, Stmt::Kind::Import> {
  bool isFrom;
  llvm::StringRef moduleName; ///< Dotted.
  SourceRange moduleRange;
  llvm::ArrayRef<ImportedName> names;
  /// Set by the ModuleLoader. Null when the module could not be loaded (an
  /// error was reported) or is one of PyPTO's own (isVocabulary).
  Module *resolved = nullptr;
  /// The module is PyPTO's own vocabulary: its names are the builtins.
  bool isVocabulary = false;

  ImportStmt(SourceRange range, bool isFrom, llvm::StringRef moduleName,
             SourceRange moduleRange, llvm::ArrayRef<ImportedName> names)
      : StmtOf(range), isFrom(isFrom), moduleName(moduleName),
        moduleRange(moduleRange), names(names) {}
};

/// A parameter; `annotation` and `defaultValue` may be null.
struct Param {
  llvm::StringRef name;
  SourceRange nameRange;
  SourceRange range;
  Expr *annotation = nullptr;
  Expr *defaultValue = nullptr;
};

enum class FunctionKind {
  Entry,  ///< @jit
  Inline, ///< @jit.inline
};

/// @decorator def name(params) -> returns: body. The docstring is not part of
/// the body. Only at module level.
struct FunctionDecl : StmtOf<FunctionDecl, Stmt::Kind::Function> {
  FunctionKind functionKind = FunctionKind::Inline;
  llvm::StringRef name;
  SourceRange nameRange;
  llvm::ArrayRef<Expr *> decorators;
  llvm::ArrayRef<Param> params;
  Expr *returns = nullptr;         ///< May be null.
  StringExpr *docstring = nullptr; ///< May be null.
  Block body;

  explicit FunctionDecl(SourceRange range) : StmtOf(range) {}
};

/// Stands for source that an error was already reported for. `names` are the
/// identifiers in it: they may have been meant to be bound here, so a later
/// use of one deserves no error of its own.
struct ErrorStmt : StmtOf<ErrorStmt, Stmt::Kind::Error> {
  llvm::ArrayRef<llvm::StringRef> names;

  ErrorStmt(SourceRange range, llvm::ArrayRef<llvm::StringRef> names)
      : StmtOf(range), names(names) {}
};

} // namespace tilec

#endif // TILEC_FRONTEND_STMT_H
