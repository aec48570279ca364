//===- ParserModule.cpp - Imports, constants and functions ----------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ParserImpl.h"

#include "llvm/ADT/DenseMap.h"

using namespace tilec;
using llvm::SmallVector;
using llvm::StringRef;

void Parser::parseFile() {
  Stmts body;
  while (!at(TokenKind::EndOfFile)) {
    if (at(TokenKind::Indent)) {
      skipStrayIndent();
    } else if (at(TokenKind::Dedent) || at(TokenKind::Newline)) {
      advance();
    } else if (sourceKind == SourceKind::Python) {
      parsePythonStatement(body);
    } else {
      parseModuleStatement(body);
    }
  }
  module.docstring = takeDocstring(body);
  module.body = module.copy(Block(body));
}

void Parser::parseModuleStatement(Stmts &out) {
  SourceRange start = peek().range();
  statementStart = next;
  Stmt *s = nullptr;
  switch (peek().kind) {
  case TokenKind::At:
  case TokenKind::KwDef: {
    SmallVector<Expr *, 1> decorators;
    bool faulty = !parseDecorators(decorators);
    s = parseFunction(decorators, faulty);
    break;
  }
  case TokenKind::KwImport:
    s = parseImportStmt();
    break;
  case TokenKind::KwFrom:
    s = parseFromStmt();
    break;
  case TokenKind::KwFor:
  case TokenKind::KwWith:
  case TokenKind::KwIf:
    s = fail(start, describe(peek()) + " belongs inside of a function");
    break;
  default:
    return parseSimpleStatements(out);
  }
  out.push_back(s ? s : recover(start));
}

/// What a decorator makes of a function: jit, jit.inline, or the same of a
/// module, as in pl.jit. Python's may have arguments.
static std::optional<FunctionKind> functionKind(const Expr *decorator,
                                                SourceKind sourceKind) {
  if (auto *call = llvm::dyn_cast<CallExpr>(decorator);
      call && sourceKind == SourceKind::Python)
    decorator = call->callee;
  std::optional<std::string> name = dottedName(decorator);
  if (!name)
    return std::nullopt;
  StringRef text = *name;
  FunctionKind kind =
      text.consume_back(".inline") ? FunctionKind::Inline : FunctionKind::Entry;
  if (text == "jit" || text.ends_with(".jit"))
    return kind;
  return std::nullopt;
}

/// A statement of a Python module: kernels, constants and imports are read, the
/// rest is the host's business.
void Parser::parsePythonStatement(Stmts &out) {
  statementStart = next;
  SourceRange start = peek().range();
  quiet = true;
  if (at(TokenKind::At)) {
    SmallVector<Expr *, 1> decorators;
    bool faulty = !parseDecorators(decorators);
    quiet = !llvm::any_of(decorators, [&](const Expr *e) {
      return functionKind(e, sourceKind).has_value();
    });
    statementStart = next;
    Stmt *s = quiet ? nullptr : parseFunction(decorators, faulty);
    if (!s)
      s = recover(start);
    if (!quiet)
      out.push_back(s);
  } else if (at(TokenKind::Name) || at(TokenKind::String) ||
             at(TokenKind::KwImport) || at(TokenKind::KwFrom)) {
    Stmts understood;
    parseModuleStatement(understood);
    llvm::copy_if(understood, std::back_inserter(out),
                  [](Stmt *s) { return !llvm::isa<ErrorStmt>(s); });
  } else {
    recover(start);
  }
  quiet = false;
}

/// The decorators before a function, each on its line. False when one of them
/// is malformed, which was reported.
bool Parser::parseDecorators(llvm::SmallVectorImpl<Expr *> &decorators) {
  bool valid = true;
  while (at(TokenKind::At)) {
    SourceRange start = peek().range();
    statementStart = next;
    advance();
    Expr *decorator = parseExpression();
    if (decorator && !at(TokenKind::Newline))
      decorator = failExpected("the end of the line", "");
    if (decorator) {
      decorators.push_back(decorator);
      advance();
    } else {
      valid = false;
      recover(start);
    }
  }
  return valid;
}

/// The definition that follows the decorators. `faulty` tells that something
/// was reported about these.
Stmt *Parser::parseFunction(llvm::ArrayRef<Expr *> decorators, bool faulty) {
  auto *function = module.create<FunctionDecl>(peek().range());
  function->decorators = module.copy(decorators);
  statementStart = next;
  if (at(TokenKind::KwAsync) || at(TokenKind::KwClass))
    return parseSimpleStatement();
  Token name;
  if (!expect(TokenKind::KwDef, "after the decorator") ||
      !expectName("the function's name", name))
    return nullptr;
  function->name = name.text;
  function->nameRange = name.range();
  faulty = faulty || !checkDecorators(*function);
  if (!parseParameters(*function) ||
      (accept(TokenKind::Arrow) && !(function->returns = parseExpression())) ||
      !expectColon("function's header"))
    return nullptr;
  function->range = rangeFrom(function->range);
  inFunction = true;
  Block block = parseBlock(function->range);
  inFunction = false;
  Stmts body(block.begin(), block.end());
  function->docstring = takeDocstring(body);
  function->body = module.copy(Block(body));
  if (!faulty)
    return function;
  return module.create<ErrorStmt>(
      function->range, module.copy(llvm::ArrayRef<StringRef>(name.text)));
}

bool Parser::checkDecorators(FunctionDecl &function) {
  if (function.decorators.empty()) {
    fail(function.nameRange, "function " + quoted(function.name) +
                                 " needs '@jit' or '@jit.inline'");
    return false;
  }
  const Expr *first = function.decorators.front();
  std::optional<FunctionKind> kind = functionKind(first, sourceKind);
  if (!kind) {
    fail(first->range, "unknown decorator; a function of the tile language has "
                       "'@jit' or '@jit.inline'");
    return false;
  }
  if (function.decorators.size() > 1) {
    fail(function.decorators[1]->range, "a function has one decorator");
    note(first->range, "the first is here");
    return false;
  }
  function.functionKind = *kind;
  return true;
}

bool Parser::parseParameters(FunctionDecl &function) {
  if (!expect(TokenKind::LParen, "after the function's name"))
    return false;
  SmallVector<Param, 8> params;
  llvm::DenseMap<StringRef, SourceRange> known;
  while (!at(TokenKind::RParen)) {
    if (!parseParameter(params))
      return false;
    const Param &param = params.back();
    auto [first, isNew] = known.try_emplace(param.name, param.nameRange);
    if (!isNew) {
      fail(param.nameRange,
           "parameter " + quoted(param.name) + " is declared twice");
      note(first->second, "first declared here");
      return false;
    }
    if (!accept(TokenKind::Comma))
      break;
  }
  function.params = module.copy(llvm::ArrayRef<Param>(params));
  if (at(TokenKind::RParen))
    return advance(), true;
  failExpected("')' or ','", "in the parameters");
  return false;
}

/// name [: annotation] [= default]
bool Parser::parseParameter(llvm::SmallVectorImpl<Param> &params) {
  if (at(TokenKind::Star) || at(TokenKind::DoubleStar) ||
      at(TokenKind::Slash)) {
    fail(peek().range(), "the parameter " + describe(peek()) +
                             " is not part of the tile language");
    return false;
  }
  Token name;
  if (!expectName("a parameter's name", name))
    return false;
  Param param;
  param.name = name.text;
  param.nameRange = name.range();
  if (accept(TokenKind::Colon) && !(param.annotation = parseExpression()))
    return false;
  if (accept(TokenKind::Assign) && !(param.defaultValue = parseExpression()))
    return false;
  if (!param.defaultValue && !params.empty() && params.back().defaultValue) {
    fail(param.nameRange, "parameter " + quoted(param.name) +
                              " needs a default, as the one before it has one");
    return false;
  }
  param.range = rangeFrom(param.nameRange);
  params.push_back(param);
  return true;
}

bool Parser::parseDottedName(StringRef &name, SourceRange &range) {
  if (at(TokenKind::Dot) || at(TokenKind::Ellipsis)) {
    fail(peek().range(), "relative imports are not part of the tile language; "
                         "write the module's name");
    return false;
  }
  range = peek().range();
  std::string text;
  do {
    Token part;
    if (!expectName("a module's name", part))
      return false;
    text += (text.empty() ? "" : ".") + part.text.str();
  } while (accept(TokenKind::Dot));
  range = rangeFrom(range);
  name = module.copy(StringRef(text));
  return true;
}

static bool isVocabulary(StringRef name) {
  return name == "pypto" || name.starts_with("pypto.");
}

/// import NAME [as ALIAS]: for PyPTO's own modules, whose names are the
/// builtins.
Stmt *Parser::parseImportStmt() {
  SourceRange start = advance().range();
  ImportedName imported;
  SourceRange nameRange;
  if (!parseDottedName(imported.name, nameRange))
    return nullptr;
  if (!isVocabulary(imported.name))
    return fail(nameRange, "only names are imported; write 'from " +
                               imported.name + " import NAME'");
  imported.alias = imported.name;
  Token alias;
  if (accept(TokenKind::KwAs)) {
    if (!expectName("a name after 'as'", alias))
      return nullptr;
    imported.alias = alias.text;
  }
  imported.range = rangeFrom(nameRange);
  if (!at(TokenKind::Newline))
    return failExpected("the end of the line", "");
  advance();
  auto *import = module.create<ImportStmt>(
      rangeFrom(start), /*isFrom=*/false, imported.name, nameRange,
      module.copy(llvm::ArrayRef<ImportedName>(imported)));
  import->isVocabulary = true;
  return import;
}

/// from NAME import A, B as C, with or without parentheses.
Stmt *Parser::parseFromStmt() {
  SourceRange start = advance().range();
  StringRef name;
  SourceRange nameRange;
  if (!parseDottedName(name, nameRange) ||
      !expect(TokenKind::KwImport, "after the module's name"))
    return nullptr;
  bool parenthesized = accept(TokenKind::LParen);
  SmallVector<ImportedName, 8> names;
  do {
    if (parenthesized && !names.empty() && at(TokenKind::RParen))
      break;
    if (!parseImportedName(names))
      return nullptr;
  } while (accept(TokenKind::Comma));
  if (parenthesized && !accept(TokenKind::RParen))
    return failExpected("')' or ','", "");
  if (!at(TokenKind::Newline))
    return failExpected("the end of the line", "");
  advance();
  auto *import = module.create<ImportStmt>(
      rangeFrom(start), /*isFrom=*/true, name, nameRange,
      module.copy(llvm::ArrayRef<ImportedName>(names)));
  import->isVocabulary = isVocabulary(name);
  return import;
}

bool Parser::parseImportedName(llvm::SmallVectorImpl<ImportedName> &names) {
  if (at(TokenKind::Star)) {
    fail(peek().range(), "'import *' is not part of the tile language");
    return false;
  }
  Token name;
  if (!expectName("a name to import", name))
    return false;
  Token alias = name;
  if (accept(TokenKind::KwAs) && !expectName("a name after 'as'", alias))
    return false;
  names.push_back({name.text, alias.text, rangeFrom(name.range())});
  return true;
}
