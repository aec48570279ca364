//===- ParserExpr.cpp - Expressions ---------------------------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Python's precedence, from the loosest to the tightest:
//
//   a if c else b | or | and | not | comparisons | '|' | ^ | & | << >> | + -
//   | * / // % | unary - + ~ | ** | call, subscript, attribute
//
//===----------------------------------------------------------------------===//

#include "ParserImpl.h"

#include "llvm/ADT/DenseMap.h"

using namespace tilec;
using llvm::SmallVector;
using llvm::StringRef;

namespace {
struct BinaryRule {
  BinaryOp op;
  unsigned precedence; ///< Higher binds tighter; 0 is no operator.
};
} // namespace

static BinaryRule binaryRule(TokenKind kind) {
  switch (kind) {
  case TokenKind::Pipe:
    return {BinaryOp::BitOr, 1};
  case TokenKind::Caret:
    return {BinaryOp::BitXor, 2};
  case TokenKind::Amp:
    return {BinaryOp::BitAnd, 3};
  case TokenKind::LShift:
    return {BinaryOp::Shl, 4};
  case TokenKind::RShift:
    return {BinaryOp::Shr, 4};
  case TokenKind::Plus:
    return {BinaryOp::Add, 5};
  case TokenKind::Minus:
    return {BinaryOp::Sub, 5};
  case TokenKind::Star:
    return {BinaryOp::Mul, 6};
  case TokenKind::Slash:
    return {BinaryOp::Div, 6};
  case TokenKind::DoubleSlash:
    return {BinaryOp::FloorDiv, 6};
  case TokenKind::Percent:
    return {BinaryOp::Mod, 6};
  default:
    return {BinaryOp::Add, 0};
  }
}

static std::optional<CompareOp> compareOp(TokenKind kind) {
  switch (kind) {
  case TokenKind::EqualEqual:
    return CompareOp::Eq;
  case TokenKind::NotEqual:
    return CompareOp::Ne;
  case TokenKind::Less:
    return CompareOp::Lt;
  case TokenKind::LessEqual:
    return CompareOp::Le;
  case TokenKind::Greater:
    return CompareOp::Gt;
  case TokenKind::GreaterEqual:
    return CompareOp::Ge;
  default:
    return std::nullopt;
  }
}

/// Whether an expression cannot begin here: what ends a list, or an element
/// that may be left out.
static bool endsExpression(TokenKind kind) {
  switch (kind) {
  case TokenKind::Newline:
  case TokenKind::EndOfFile:
  case TokenKind::RParen:
  case TokenKind::RBracket:
  case TokenKind::RBrace:
  case TokenKind::Assign:
  case TokenKind::Colon:
  case TokenKind::Semicolon:
  case TokenKind::KwIn:
    return true;
  default:
    return false;
  }
}

/// One expression, or a tuple without parentheses.
Expr *Parser::parseExpressionList() {
  Expr *first = parseExpression();
  if (!first || !at(TokenKind::Comma))
    return first;
  SmallVector<Expr *, 8> elements{first};
  while (accept(TokenKind::Comma)) {
    if (endsExpression(peek().kind))
      break;
    elements.push_back(parseExpression());
    if (!elements.back())
      return nullptr;
  }
  return make<TupleExpr>(rangeFrom(first->range), elements,
                         module.copy(llvm::ArrayRef<Expr *>(elements)));
}

Expr *Parser::parseExpression() {
  Nesting nesting(exprNesting);
  if (nesting.tooDeep(maxExprNesting))
    return failNesting();
  if (at(TokenKind::KwLambda))
    return fail(peek().range(),
                "'lambda' functions are not part of the tile language");
  if (at(TokenKind::Star) || at(TokenKind::DoubleStar))
    return fail(peek().range(), "unpacking with " + describe(peek()) +
                                    " is not part of the tile language");
  return parseConditional();
}

Expr *Parser::parseConditional() {
  Expr *value = parseOr();
  if (!value)
    return nullptr;
  if (at(TokenKind::ColonAssign))
    return fail(peek().range(),
                "assignment inside an expression (':=') is not part of the "
                "tile language");
  if (!accept(TokenKind::KwIf))
    return value;
  Expr *condition = parseOr();
  if (!condition || !expect(TokenKind::KwElse, "of the conditional expression"))
    return nullptr;
  Expr *otherwise = parseExpression();
  if (!otherwise)
    return nullptr;
  return make<ConditionalExpr>(rangeFrom(value->range),
                               {value, condition, otherwise}, condition, value,
                               otherwise);
}

Expr *Parser::makeBinary(BinaryOp op, const Token &token, Expr *lhs,
                         Expr *rhs) {
  if (!lhs || !rhs)
    return nullptr;
  return make<BinaryExpr>(rangeFrom(lhs->range), {lhs, rhs}, op, token.range(),
                          lhs, rhs);
}

Expr *Parser::parseOr() {
  Expr *lhs = parseAnd();
  while (lhs && at(TokenKind::KwOr)) {
    Token op = advance();
    lhs = makeBinary(BinaryOp::Or, op, lhs, parseAnd());
  }
  return lhs;
}

Expr *Parser::parseAnd() {
  Expr *lhs = parseNot();
  while (lhs && at(TokenKind::KwAnd)) {
    Token op = advance();
    lhs = makeBinary(BinaryOp::And, op, lhs, parseNot());
  }
  return lhs;
}

Expr *Parser::parseNot() {
  if (!at(TokenKind::KwNot))
    return parseComparison();
  Nesting nesting(exprNesting);
  if (nesting.tooDeep(maxExprNesting))
    return failNesting();
  SourceRange start = advance().range();
  Expr *operand = parseNot();
  if (!operand)
    return nullptr;
  return make<UnaryExpr>(rangeFrom(start), operand, UnaryOp::Not, operand);
}

Expr *Parser::parseComparison() {
  Expr *first = parseBinary(1);
  if (!first)
    return nullptr;
  SmallVector<CompareExpr::Link, 2> links;
  SmallVector<Expr *, 4> operands{first};
  while (std::optional<CompareOp> op = compareOp(peek().kind)) {
    SourceRange opRange = advance().range();
    operands.push_back(parseBinary(1));
    if (!operands.back())
      return nullptr;
    links.push_back({*op, opRange, operands.back()});
  }
  if (at(TokenKind::KwIs) || at(TokenKind::KwIn) || at(TokenKind::KwNot))
    return fail(peek().range(), describe(peek()) +
                                    " comparisons are not part of the tile "
                                    "language");
  if (links.empty())
    return first;
  return make<CompareExpr>(
      rangeFrom(first->range), operands, first,
      module.copy(llvm::ArrayRef<CompareExpr::Link>(links)));
}

/// Left-associative operators of at least the given precedence.
Expr *Parser::parseBinary(unsigned minPrecedence) {
  Expr *lhs = parseUnary();
  while (lhs) {
    if (at(TokenKind::At))
      return fail(peek().range(), "the operator '@' is not part of the tile "
                                  "language; write matmul(a, b)");
    BinaryRule rule = binaryRule(peek().kind);
    if (rule.precedence < minPrecedence || rule.precedence == 0)
      return lhs;
    Token op = advance();
    lhs = makeBinary(rule.op, op, lhs, parseBinary(rule.precedence + 1));
  }
  return nullptr;
}

Expr *Parser::parseUnary() {
  UnaryOp op;
  if (at(TokenKind::Minus))
    op = UnaryOp::Neg;
  else if (at(TokenKind::Plus))
    op = UnaryOp::Pos;
  else if (at(TokenKind::Tilde))
    op = UnaryOp::Invert;
  else
    return parsePower();
  Nesting nesting(exprNesting);
  if (nesting.tooDeep(maxExprNesting))
    return failNesting();
  SourceRange start = advance().range();
  Expr *operand = parseUnary();
  if (!operand)
    return nullptr;
  return make<UnaryExpr>(rangeFrom(start), operand, op, operand);
}

/// Right-associative, and tighter than a sign on its left: -a ** -b is
/// -(a ** (-b)).
Expr *Parser::parsePower() {
  Expr *base = parsePostfix();
  if (!base || !at(TokenKind::DoubleStar))
    return base;
  Nesting nesting(exprNesting);
  if (nesting.tooDeep(maxExprNesting))
    return failNesting();
  Token op = advance();
  return makeBinary(BinaryOp::Pow, op, base, parseUnary());
}

Expr *Parser::parsePostfix() {
  Expr *e = parsePrimary();
  while (e) {
    if (at(TokenKind::LParen))
      e = parseCall(e);
    else if (at(TokenKind::LBracket))
      e = parseSubscript(e);
    else if (at(TokenKind::Dot))
      e = parseAttribute(e);
    else
      return e;
  }
  return nullptr;
}

Expr *Parser::parsePrimary() {
  SourceRange range = peek().range();
  switch (peek().kind) {
  case TokenKind::Name:
    return make<NameExpr>(range, {}, advance().text);
  case TokenKind::Int:
  case TokenKind::Float:
    return parseNumber();
  case TokenKind::String:
    return parseString();
  case TokenKind::KwTrue:
  case TokenKind::KwFalse:
    return make<BoolExpr>(range, {}, advance().is(TokenKind::KwTrue));
  case TokenKind::KwNone:
    advance();
    return make<NoneExpr>(range, {});
  case TokenKind::LParen:
    return parseParenthesized();
  case TokenKind::LBracket:
    return parseList();
  default:
    return failExpression();
  }
}

Expr *Parser::parseNumber() {
  Token token = advance();
  if (token.is(TokenKind::Int))
    return make<IntExpr>(token.range(), {}, *decodeInt(token.text));
  return make<FloatExpr>(token.range(), {}, *decodeFloat(token.text));
}

/// String literals that stand side by side are one.
Expr *Parser::parseString() {
  SourceRange start = peek().range();
  std::string value;
  while (at(TokenKind::String)) {
    Token token = advance();
    if (std::optional<SourceRange> bad = decodeString(token.text, value)) {
      StringRef text(bad->begin.getPointer(),
                     bad->end.getPointer() - bad->begin.getPointer());
      return fail(*bad, "invalid escape sequence " + quoted(text) +
                            "; a backslash is written '\\\\'");
    }
  }
  if (at(TokenKind::FString) || at(TokenKind::Bytes))
    return failExpression();
  return make<StringExpr>(rangeFrom(start), {}, module.copy(StringRef(value)));
}

/// (a), (a, b) or ().
Expr *Parser::parseParenthesized() {
  SourceRange start = advance().range();
  SmallVector<Expr *, 8> elements;
  bool isTuple = at(TokenKind::RParen);
  while (!at(TokenKind::RParen)) {
    elements.push_back(parseExpression());
    if (!elements.back() || failIfComprehension())
      return nullptr;
    if (!accept(TokenKind::Comma))
      break;
    isTuple = true;
  }
  if (!at(TokenKind::RParen))
    return failExpected("')' or ','", "");
  advance();
  if (isTuple)
    return make<TupleExpr>(rangeFrom(start), elements,
                           module.copy(llvm::ArrayRef<Expr *>(elements)));
  elements.front()->range = rangeFrom(start);
  return elements.front();
}

Expr *Parser::parseList() {
  SourceRange start = advance().range();
  SmallVector<Expr *, 8> elements;
  while (!at(TokenKind::RBracket)) {
    elements.push_back(parseExpression());
    if (!elements.back() || failIfComprehension())
      return nullptr;
    if (!accept(TokenKind::Comma))
      break;
  }
  if (!at(TokenKind::RBracket))
    return failExpected("']' or ','", "");
  advance();
  return make<ListExpr>(rangeFrom(start), elements,
                        module.copy(llvm::ArrayRef<Expr *>(elements)));
}

Expr *Parser::parseCall(Expr *callee) {
  advance();
  SmallVector<Argument, 8> args;
  llvm::DenseMap<StringRef, SourceRange> keywords;
  while (!at(TokenKind::RParen)) {
    if (!parseArgument(args) || failIfComprehension())
      return nullptr;
    const Argument &arg = args.back();
    if (!arg.keyword.empty()) {
      auto [first, isNew] = keywords.try_emplace(arg.keyword, arg.keywordRange);
      if (!isNew) {
        fail(arg.keywordRange,
             "argument " + quoted(arg.keyword) + " is given twice");
        note(first->second, "first given here");
        return nullptr;
      }
    } else if (args.size() > 1 && !args[args.size() - 2].keyword.empty()) {
      return fail(arg.value->range,
                  "a positional argument may not follow a keyword argument");
    }
    if (!accept(TokenKind::Comma))
      break;
  }
  if (!at(TokenKind::RParen))
    return failExpected("')' or ','", "");
  advance();
  SmallVector<Expr *, 8> children{callee};
  for (const Argument &arg : args)
    children.push_back(arg.value);
  return make<CallExpr>(rangeFrom(callee->range), children, callee,
                        module.copy(llvm::ArrayRef<Argument>(args)));
}

bool Parser::parseArgument(llvm::SmallVectorImpl<Argument> &args) {
  Argument arg;
  if (at(TokenKind::Name) && peek(1).is(TokenKind::Assign)) {
    Token keyword = advance();
    advance();
    arg.keyword = keyword.text;
    arg.keywordRange = keyword.range();
  }
  arg.value = parseExpression();
  args.push_back(arg);
  return arg.value != nullptr;
}

Expr *Parser::parseSubscript(Expr *base) {
  advance();
  SmallVector<Expr *, 4> indices;
  do {
    if (!indices.empty() && at(TokenKind::RBracket))
      break;
    indices.push_back(parseIndex());
    if (!indices.back())
      return nullptr;
  } while (accept(TokenKind::Comma));
  if (!at(TokenKind::RBracket))
    return failExpected("']' or ','", "");
  advance();
  SmallVector<Expr *, 4> children{base};
  children.append(indices.begin(), indices.end());
  return make<SubscriptExpr>(rangeFrom(base->range), children, base,
                             module.copy(llvm::ArrayRef<Expr *>(indices)));
}

/// An expression or a slice a:b:c with any part left out.
Expr *Parser::parseIndex() {
  SourceRange start = peek().range();
  Expr *parts[3] = {};
  unsigned count = 0;
  do {
    if (!at(TokenKind::Colon) && !at(TokenKind::Comma) &&
        !at(TokenKind::RBracket)) {
      parts[count] = parseExpression();
      if (!parts[count])
        return nullptr;
    } else if (count == 0 && !at(TokenKind::Colon)) {
      return failExpected("an index or a slice", "");
    }
    ++count;
  } while (count < 3 && accept(TokenKind::Colon));
  if (count == 1)
    return parts[0];
  return make<SliceExpr>(rangeFrom(start), parts, parts[0], parts[1], parts[2]);
}

Expr *Parser::parseAttribute(Expr *base) {
  advance();
  Token name;
  if (!expectName("a name after '.'", name))
    return nullptr;
  return make<AttributeExpr>(rangeFrom(base->range), base, base, name.text,
                             name.range());
}

bool Parser::failIfComprehension() {
  if (!at(TokenKind::KwFor) && !at(TokenKind::KwAsync))
    return false;
  fail(peek().range(), "comprehensions are not part of the tile language");
  return true;
}

/// There is no expression here. Python that the language leaves out is named.
Expr *Parser::failExpression() {
  StringRef what;
  switch (peek().kind) {
  case TokenKind::FString:
    what = "f-strings are";
    break;
  case TokenKind::Bytes:
    what = "bytes literals are";
    break;
  case TokenKind::LBrace:
    what = "dictionaries and sets are";
    break;
  case TokenKind::Ellipsis:
    what = "'...' is";
    break;
  case TokenKind::KwLambda:
    what = "'lambda' functions are";
    break;
  case TokenKind::KwAwait:
    what = "'await' is";
    break;
  case TokenKind::KwYield:
    what = "'yield' is";
    break;
  default:
    return failExpected("an expression", "");
  }
  return fail(peek().range(), what + " not part of the tile language");
}
