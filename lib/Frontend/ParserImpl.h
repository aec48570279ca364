//===- ParserImpl.h - Recursive descent -------------------------*- C++ -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// One function for each rule of the grammar. A function that returns null has
// reported why; its caller returns null too, up to the statement, where
// recover() skips the rest. Within a compound statement that happens only
// while its header is parsed: blocks recover on their own.
//
//===----------------------------------------------------------------------===//

#ifndef TILEC_LIB_FRONTEND_PARSERIMPL_H
#define TILEC_LIB_FRONTEND_PARSERIMPL_H

#include "tilec/Frontend/Lexer.h"
#include "tilec/Frontend/Parser.h"

#include "llvm/ADT/SetVector.h"

namespace tilec {

class Parser {
public:
  Parser(Module &module, llvm::StringRef text, SourceKind kind,
         Diagnostics &diags)
      : module(module), diags(diags), lexer(text, diags), sourceKind(kind) {}

  void parseFile();

private:
  using Stmts = llvm::SmallVector<Stmt *, 8>;

  // Tokens (Parser.cpp).
  const Token &peek(size_t ahead = 0);
  bool at(TokenKind kind) { return peek().is(kind); }
  Token advance();
  bool accept(TokenKind kind);
  bool expect(TokenKind kind, llvm::StringRef context);
  bool expectColon(llvm::StringRef header);
  bool expectName(llvm::StringRef what, Token &name);
  SourceRange rangeFrom(SourceRange start) const {
    return {start.begin, previousEnd};
  }

  // Diagnostics and recovery (Parser.cpp).
  std::nullptr_t fail(SourceRange range, const llvm::Twine &message);
  void note(SourceRange range, const llvm::Twine &message);
  std::nullptr_t failExpected(llvm::StringRef what, llvm::StringRef context);
  ErrorStmt *recover(SourceRange start);
  void recoverLine(Token first);
  void recoverClauses();
  void skipBlock();
  void collectNamesOfLine();

  // Module level (ParserModule.cpp).
  void parseModuleStatement(Stmts &out);
  void parsePythonStatement(Stmts &out);
  bool parseDecorators(llvm::SmallVectorImpl<Expr *> &decorators);
  Stmt *parseFunction(llvm::ArrayRef<Expr *> decorators, bool faulty);
  bool checkDecorators(FunctionDecl &function);
  bool parseParameters(FunctionDecl &function);
  bool parseParameter(llvm::SmallVectorImpl<Param> &params);
  Stmt *parseImportStmt();
  Stmt *parseFromStmt();
  bool parseDottedName(llvm::StringRef &name, SourceRange &range);
  bool parseImportedName(llvm::SmallVectorImpl<ImportedName> &names);

  // Statements (ParserStmt.cpp).
  void parseStatement(Stmts &out);
  Stmt *parseSimpleStatement();
  void parseSimpleStatements(Stmts &out);
  Block parseBlock(SourceRange header);
  void parseStatementsOfBlock(Stmts &out);
  void skipStrayIndent();
  Stmt *parseForStmt();
  Stmt *parseWithStmt();
  Stmt *parseIfStmt();
  Block parseElseClause();
  bool atMatchStatement();
  Stmt *parseReturnStmt();
  Stmt *parseAssertStmt();
  Stmt *parseExprStmt();
  Stmt *parseAssignment(Expr *first);
  Stmt *parseAugAssignment(Expr *target);
  Stmt *parseAnnotation(Expr *target);
  Expr *parseTargetList();
  bool checkTarget(const Expr *target, bool allowSequence = true);
  StringExpr *takeDocstring(Stmts &body);

  // Expressions (ParserExpr.cpp).
  Expr *parseExpressionList();
  Expr *parseExpression();
  Expr *parseConditional();
  Expr *parseOr();
  Expr *parseAnd();
  Expr *parseNot();
  Expr *parseComparison();
  Expr *parseBinary(unsigned minPrecedence);
  Expr *parseUnary();
  Expr *parsePower();
  Expr *parsePostfix();
  Expr *parsePrimary();
  Expr *parseNumber();
  Expr *parseString();
  Expr *parseParenthesized();
  Expr *parseList();
  Expr *parseCall(Expr *callee);
  bool parseArgument(llvm::SmallVectorImpl<Argument> &args);
  Expr *parseSubscript(Expr *base);
  Expr *parseIndex();
  Expr *parseAttribute(Expr *base);
  Expr *failExpression();
  bool failIfComprehension();
  bool parseElements(llvm::SmallVectorImpl<Expr *> &elements,
                     TokenKind closing);
  Expr *makeBinary(BinaryOp op, const Token &token, Expr *lhs, Expr *rhs);

  /// Makes a node over children, unless the tree would become too deep.
  template <typename Node, typename... Args>
  Node *make(SourceRange range, llvm::ArrayRef<Expr *> children,
             Args &&...args) {
    unsigned depth = 1;
    for (const Expr *child : children)
      depth = std::max(depth, child ? child->depth + 1 : 1);
    if (depth > maxExprDepth)
      return fail(range, "the expression is nested or chained deeper than " +
                             llvm::Twine(maxExprDepth));
    Node *node = module.create<Node>(range, std::forward<Args>(args)...);
    node->depth = depth;
    return node;
  }

  /// Counts a level of nesting for as long as it lives.
  class Nesting {
  public:
    explicit Nesting(unsigned &level) : level(++level) {}
    ~Nesting() { --level; }
    Nesting(const Nesting &) = delete;
    Nesting &operator=(const Nesting &) = delete;
    bool tooDeep(unsigned limit = maxNesting) const { return level > limit; }

  private:
    unsigned &level;
  };
  /// An expression without brackets and signs is a level by itself.
  static constexpr unsigned maxExprNesting = maxNesting + 1;
  std::nullptr_t failNesting();

  Module &module;
  Diagnostics &diags;
  Lexer lexer;
  SourceKind sourceKind;

  std::vector<Token> line; ///< The logical line at hand.
  size_t next = 0;         ///< Index of its next token.
  size_t statementStart = 0;
  bool lineHasError = false; ///< The lexer reported something about it.
  llvm::SMLoc previousEnd;

  unsigned exprNesting = 0;
  unsigned blockNesting = 0;
  bool inFunction = false;
  /// Parsing a Python statement that may well be outside the language.
  bool quiet = false;
  /// Where the identifiers of skipped source go, while some is skipped.
  llvm::SetVector<llvm::StringRef> *skippedNames = nullptr;
};

} // namespace tilec

#endif // TILEC_LIB_FRONTEND_PARSERIMPL_H
