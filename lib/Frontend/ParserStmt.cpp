//===- ParserStmt.cpp - Statements ----------------------------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ParserImpl.h"

using namespace tilec;
using llvm::SmallVector;
using llvm::StringRef;

/// What is wrong with a statement that begins with this keyword; empty where
/// nothing is.
static StringRef unsupportedStatement(TokenKind kind) {
  switch (kind) {
  case TokenKind::KwWhile:
    return "'while' loops are not part of the tile language";
  case TokenKind::KwClass:
    return "classes are not part of the tile language";
  case TokenKind::KwTry:
  case TokenKind::KwRaise:
    return "exceptions are not part of the tile language";
  case TokenKind::KwBreak:
    return "'break' is not part of the tile language";
  case TokenKind::KwContinue:
    return "'continue' is not part of the tile language";
  case TokenKind::KwDel:
    return "'del' is not part of the tile language";
  case TokenKind::KwGlobal:
    return "'global' is not part of the tile language";
  case TokenKind::KwNonlocal:
    return "'nonlocal' is not part of the tile language";
  case TokenKind::KwAsync:
    return "'async' is not part of the tile language";
  case TokenKind::KwElif:
    return "'elif' without an 'if' before it";
  case TokenKind::KwElse:
    return "'else' without an 'if' before it";
  case TokenKind::KwExcept:
  case TokenKind::KwFinally:
    return "exceptions are not part of the tile language";
  default:
    return "";
  }
}

static std::optional<BinaryOp> augmentedOp(TokenKind kind) {
  switch (kind) {
  case TokenKind::PlusAssign:
    return BinaryOp::Add;
  case TokenKind::MinusAssign:
    return BinaryOp::Sub;
  case TokenKind::StarAssign:
    return BinaryOp::Mul;
  case TokenKind::SlashAssign:
    return BinaryOp::Div;
  case TokenKind::DoubleSlashAssign:
    return BinaryOp::FloorDiv;
  case TokenKind::PercentAssign:
    return BinaryOp::Mod;
  case TokenKind::DoubleStarAssign:
    return BinaryOp::Pow;
  case TokenKind::AmpAssign:
    return BinaryOp::BitAnd;
  case TokenKind::PipeAssign:
    return BinaryOp::BitOr;
  case TokenKind::CaretAssign:
    return BinaryOp::BitXor;
  case TokenKind::LShiftAssign:
    return BinaryOp::Shl;
  case TokenKind::RShiftAssign:
    return BinaryOp::Shr;
  default:
    return std::nullopt;
  }
}

/// One logical line, or a compound statement with its blocks.
void Parser::parseStatement(Stmts &out) {
  SourceRange start = peek().range();
  statementStart = next;
  Stmt *s = nullptr;
  switch (peek().kind) {
  case TokenKind::KwFor:
    s = parseForStmt();
    break;
  case TokenKind::KwWith:
    s = parseWithStmt();
    break;
  case TokenKind::KwIf:
    s = parseIfStmt();
    break;
  default:
    return parseSimpleStatements(out);
  }
  out.push_back(s ? s : recover(start));
}

/// Statements of one line, separated by semicolons.
void Parser::parseSimpleStatements(Stmts &out) {
  SourceRange start = peek().range();
  do {
    if (at(TokenKind::Newline))
      break;
    Stmt *s = parseSimpleStatement();
    if (s && !at(TokenKind::Newline) && !at(TokenKind::Semicolon))
      s = failExpected("the end of the line", "");
    out.push_back(s ? s : recover(start));
    if (!s)
      return;
  } while (accept(TokenKind::Semicolon));
  accept(TokenKind::Newline);
}

Stmt *Parser::parseSimpleStatement() {
  switch (peek().kind) {
  case TokenKind::KwReturn:
    return parseReturnStmt();
  case TokenKind::KwAssert:
    return parseAssertStmt();
  case TokenKind::KwPass:
    return module.create<PassStmt>(advance().range());
  case TokenKind::KwImport:
  case TokenKind::KwFrom:
    return fail(peek().range(), "imports belong at the top of the file, "
                                "outside of functions");
  case TokenKind::KwDef:
  case TokenKind::At:
    return fail(peek().range(), "functions do not nest");
  default:
    if (StringRef why = unsupportedStatement(peek().kind); !why.empty())
      return fail(peek().range(), why);
    if (atMatchStatement())
      return fail(peek().range(),
                  "'match' statements are not part of the tile language");
    return parseExprStmt();
  }
}

/// `match` is a keyword only where it begins a statement that ends in a colon.
bool Parser::atMatchStatement() {
  if (!at(TokenKind::Name) || peek().text != "match" || line.size() < 4)
    return false;
  TokenKind second = peek(1).kind;
  return line[line.size() - 2].is(TokenKind::Colon) &&
         second != TokenKind::Colon && second != TokenKind::Assign &&
         second != TokenKind::Dot;
}

/// The statements after a colon: an indented block, or the rest of the line.
Block Parser::parseBlock(SourceRange header) {
  Stmts body;
  Nesting nesting(blockNesting);
  if (!at(TokenKind::Newline)) {
    statementStart = next;
    parseSimpleStatements(body);
    return module.copy(Block(body));
  }
  advance();
  if (!at(TokenKind::Indent)) {
    fail(header, "expected an indented block after this header");
  } else if (nesting.tooDeep()) {
    fail(header, "blocks nest deeper than " + llvm::Twine(maxNesting));
    skipBlock();
  } else {
    advance();
    parseStatementsOfBlock(body);
  }
  return module.copy(Block(body));
}

void Parser::skipStrayIndent() {
  if (!lexer.isForgiving())
    fail(peek().range(), "unexpected indentation");
  lexer.forgiveIndentation();
  advance();
}

/// Statements up to the Dedent that ends the block, which is taken. A block
/// that is indented for no reason is read as if it were not.
void Parser::parseStatementsOfBlock(Stmts &out) {
  unsigned strayIndents = 0;
  while (!at(TokenKind::EndOfFile)) {
    if (at(TokenKind::Indent)) {
      skipStrayIndent();
      ++strayIndents;
    } else if (!at(TokenKind::Dedent)) {
      parseStatement(out);
    } else {
      advance();
      if (strayIndents-- == 0)
        return;
    }
  }
}

Stmt *Parser::parseForStmt() {
  SourceRange start = advance().range();
  Expr *target = parseTargetList();
  if (!target || !expect(TokenKind::KwIn, "after the loop's names"))
    return nullptr;
  Expr *iter = parseExpressionList();
  if (!iter || !expectColon("'for' header"))
    return nullptr;
  SourceRange range = rangeFrom(start);
  Block body = parseBlock(range);
  if (at(TokenKind::KwElse)) {
    fail(peek().range(),
         "the 'else' of a 'for' loop is not part of the tile language");
    recoverLine(peek());
  }
  return module.create<ForStmt>(range, target, iter, body);
}

/// Names of a loop: what may stand between 'for' and 'in'.
Expr *Parser::parseTargetList() {
  SmallVector<Expr *, 4> elements;
  SourceRange start = peek().range();
  bool isTuple = false;
  do {
    if (!elements.empty() && at(TokenKind::KwIn))
      break;
    elements.push_back(parsePostfix());
    if (!elements.back() || !checkTarget(elements.back()))
      return nullptr;
    isTuple |= at(TokenKind::Comma);
  } while (accept(TokenKind::Comma));
  if (!isTuple)
    return elements.front();
  return make<TupleExpr>(rangeFrom(start), elements,
                         module.copy(llvm::ArrayRef<Expr *>(elements)));
}

Stmt *Parser::parseWithStmt() {
  SourceRange start = advance().range();
  SmallVector<WithItem, 2> items;
  do {
    WithItem item;
    item.context = parseExpression();
    if (!item.context)
      return nullptr;
    if (accept(TokenKind::KwAs)) {
      item.target = parsePostfix();
      if (!item.target || !checkTarget(item.target))
        return nullptr;
    }
    items.push_back(item);
  } while (accept(TokenKind::Comma));
  if (!expectColon("'with' header"))
    return nullptr;
  SourceRange range = rangeFrom(start);
  Block body = parseBlock(range);
  return module.create<WithStmt>(
      range, module.copy(llvm::ArrayRef<WithItem>(items)), body);
}

/// An 'if' or, being one that stands in the other's else, an 'elif'.
Stmt *Parser::parseIfStmt() {
  bool isElif = at(TokenKind::KwElif);
  SourceRange start = advance().range();
  Expr *condition = parseExpression();
  if (!condition || !expectColon(isElif ? "'elif' header" : "'if' header"))
    return nullptr;
  SourceRange range = rangeFrom(start);
  Block thenBody = parseBlock(range);
  Block elseBody = parseElseClause();
  return module.create<IfStmt>(range, condition, thenBody, elseBody, isElif);
}

Block Parser::parseElseClause() {
  SourceRange start = peek().range();
  statementStart = next;
  Stmt *s = nullptr;
  if (at(TokenKind::KwElif)) {
    Nesting nesting(blockNesting);
    s = nesting.tooDeep() ? failNesting() : parseIfStmt();
  } else if (!accept(TokenKind::KwElse)) {
    return {};
  } else if (at(TokenKind::KwIf)) {
    fail(peek().range(), "'else if' is written 'elif'");
  } else if (expectColon("'else'")) {
    return parseBlock(rangeFrom(start));
  }
  if (!s)
    s = recover(start);
  return module.copy(Block(s));
}

Stmt *Parser::parseReturnStmt() {
  SourceRange start = advance().range();
  if (!inFunction)
    return fail(start, "'return' belongs inside of a function");
  Expr *value = nullptr;
  if (!at(TokenKind::Newline) && !at(TokenKind::Semicolon) &&
      !(value = parseExpressionList()))
    return nullptr;
  return module.create<ReturnStmt>(rangeFrom(start), value);
}

Stmt *Parser::parseAssertStmt() {
  SourceRange start = advance().range();
  Expr *message = nullptr;
  Expr *condition = parseExpression();
  if (!condition ||
      (accept(TokenKind::Comma) && !(message = parseExpression())))
    return nullptr;
  return module.create<AssertStmt>(rangeFrom(start), condition, message);
}

/// An assignment of any kind, or an expression.
Stmt *Parser::parseExprStmt() {
  Expr *first = parseExpressionList();
  if (!first)
    return nullptr;
  if (at(TokenKind::Assign))
    return parseAssignment(first);
  if (augmentedOp(peek().kind))
    return parseAugAssignment(first);
  if (at(TokenKind::Colon))
    return parseAnnotation(first);
  if (at(TokenKind::AtAssign))
    return fail(peek().range(), "the operator '@=' is not part of the tile "
                                "language; write matmul(a, b)");
  if (!inFunction && !llvm::isa<StringExpr>(first) && at(TokenKind::Newline))
    return fail(first->range, "an expression at module level has no effect");
  return module.create<ExprStmt>(first->range, first);
}

Stmt *Parser::parseAssignment(Expr *first) {
  SmallVector<Expr *, 2> chain{first};
  while (accept(TokenKind::Assign)) {
    if (!checkTarget(chain.back()))
      return nullptr;
    chain.push_back(parseExpressionList());
    if (!chain.back())
      return nullptr;
  }
  Expr *value = chain.pop_back_val();
  return module.create<AssignStmt>(rangeFrom(first->range),
                                   module.copy(llvm::ArrayRef<Expr *>(chain)),
                                   value);
}

Stmt *Parser::parseAugAssignment(Expr *target) {
  if (!inFunction)
    return fail(peek().range(), "a module's constants are assigned once");
  if (!checkTarget(target, /*allowSequence=*/false))
    return nullptr;
  Token op = advance();
  Expr *value = parseExpressionList();
  if (!value)
    return nullptr;
  return module.create<AugAssignStmt>(rangeFrom(target->range), target,
                                      *augmentedOp(op.kind), op.range(), value);
}

Stmt *Parser::parseAnnotation(Expr *target) {
  if (!llvm::isa<NameExpr, AttributeExpr, SubscriptExpr>(target))
    return failExpected("the end of the line", "");
  advance();
  Expr *annotation = parseExpression();
  Expr *value = nullptr;
  if (!annotation ||
      (accept(TokenKind::Assign) && !(value = parseExpressionList())))
    return nullptr;
  return module.create<AnnAssignStmt>(rangeFrom(target->range), target,
                                      annotation, value);
}

static StringRef describeTarget(const Expr *e) {
  switch (e->kind) {
  case Expr::Kind::Call:
    return "a call";
  case Expr::Kind::Compare:
    return "a comparison";
  case Expr::Kind::Tuple:
    return "a tuple";
  case Expr::Kind::List:
    return "a list";
  case Expr::Kind::Int:
  case Expr::Kind::Float:
  case Expr::Kind::Bool:
  case Expr::Kind::None:
  case Expr::Kind::String:
    return "a literal";
  default:
    return "an expression";
  }
}

bool Parser::checkTarget(const Expr *target, bool allowSequence) {
  llvm::ArrayRef<Expr *> elements;
  switch (target->kind) {
  case Expr::Kind::Name:
  case Expr::Kind::Subscript:
  case Expr::Kind::Attribute:
    return true;
  case Expr::Kind::Tuple:
    elements = llvm::cast<TupleExpr>(target)->elements;
    break;
  case Expr::Kind::List:
    elements = llvm::cast<ListExpr>(target)->elements;
    break;
  default:
    allowSequence = false;
    break;
  }
  if (!allowSequence) {
    fail(target->range, "cannot assign to " + describeTarget(target));
    return false;
  }
  return llvm::all_of(elements, [&](const Expr *e) { return checkTarget(e); });
}

/// Removes a docstring from the beginning of a body.
StringExpr *Parser::takeDocstring(Stmts &body) {
  if (body.empty())
    return nullptr;
  auto *first = llvm::dyn_cast<ExprStmt>(body.front());
  auto *text = first ? llvm::dyn_cast<StringExpr>(first->value) : nullptr;
  if (text)
    body.erase(body.begin());
  return text;
}
