//===- ASTPrinter.cpp - The syntax tree as text ---------------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilec/Frontend/AST.h"
#include "tilec/Frontend/Token.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/TypeSwitch.h"

#include <charconv>

using namespace tilec;
using llvm::StringRef;

namespace {
class ASTPrinter {
public:
  explicit ASTPrinter(llvm::raw_ostream &os) : os(os) {}

  void printModule(const Module &module);

private:
  // Statements, each from the beginning of its line.
  void printBlock(Block block);
  void printStmt(const Stmt *s);
  void printAssign(const AssignStmt *s);
  void printFor(const ForStmt *s);
  void printWith(const WithStmt *s);
  void printIf(const IfStmt *s);
  void printImport(const ImportStmt *s);
  void printFunction(const FunctionDecl *f);
  void printParam(const Param &param);
  void printDocstring(const StringExpr *text);
  void printError(const ErrorStmt *s);
  llvm::raw_ostream &line() { return os.indent(2 * level); }

  // Expressions, within a line.
  void print(const Expr *e);
  void printList(llvm::ArrayRef<Expr *> list);
  void printString(StringRef text);
  void printFloat(double value);
  void printCall(const CallExpr *e);
  void printCompare(const CompareExpr *e);
  void printSlice(const SliceExpr *e);
  void printAfter(StringRef separator, const Expr *e) {
    if (!e)
      return;
    os << separator;
    print(e);
  }

  llvm::raw_ostream &os;
  unsigned level = 0;
};
} // namespace

void tilec::printAST(const Module &module, llvm::raw_ostream &os) {
  ASTPrinter(os).printModule(module);
}

void ASTPrinter::printModule(const Module &module) {
  os << "module " << module.name << '\n';
  ++level;
  printDocstring(module.docstring);
  --level;
  printBlock(module.body);
}

void ASTPrinter::printBlock(Block block) {
  ++level;
  for (const Stmt *s : block)
    printStmt(s);
  --level;
}

void ASTPrinter::printStmt(const Stmt *s) {
  auto simple = [&](StringRef word, const Expr *e) {
    line() << word;
    printAfter(" ", e);
  };
  llvm::TypeSwitch<const Stmt *>(s)
      .Case([&](const AssignStmt *s) { printAssign(s); })
      .Case([&](const ForStmt *s) { printFor(s); })
      .Case([&](const WithStmt *s) { printWith(s); })
      .Case([&](const IfStmt *s) { printIf(s); })
      .Case([&](const ImportStmt *s) { printImport(s); })
      .Case([&](const FunctionDecl *s) { printFunction(s); })
      .Case([&](const ErrorStmt *s) { printError(s); })
      .Case([&](const PassStmt *) { line() << "pass\n"; })
      .Case([&](const ExprStmt *s) {
        simple("expr", s->value);
        os << '\n';
      })
      .Case([&](const ReturnStmt *s) {
        simple("return", s->value);
        os << '\n';
      })
      .Case([&](const AssertStmt *s) {
        simple("assert", s->condition);
        printAfter(", ", s->message);
        os << '\n';
      })
      .Case([&](const AugAssignStmt *s) {
        simple("assign", s->target);
        os << ' ' << spelling(s->op) << "= ";
        print(s->value);
        os << '\n';
      })
      .Case([&](const AnnAssignStmt *s) {
        simple("assign", s->target);
        printAfter(": ", s->annotation);
        printAfter(" = ", s->value);
        os << '\n';
      });
}

void ASTPrinter::printAssign(const AssignStmt *s) {
  line() << "assign ";
  for (const Expr *target : s->targets) {
    print(target);
    os << " = ";
  }
  print(s->value);
  os << '\n';
}

void ASTPrinter::printFor(const ForStmt *s) {
  line() << "for ";
  print(s->target);
  printAfter(" in ", s->iter);
  os << '\n';
  printBlock(s->body);
}

void ASTPrinter::printWith(const WithStmt *s) {
  line() << "with ";
  llvm::interleaveComma(s->items, os, [&](const WithItem &item) {
    print(item.context);
    printAfter(" as ", item.target);
  });
  os << '\n';
  printBlock(s->body);
}

/// An elif stands at the level of its if.
void ASTPrinter::printIf(const IfStmt *s) {
  while (true) {
    line() << (s->isElif ? "elif " : "if ");
    print(s->condition);
    os << '\n';
    printBlock(s->thenBody);
    if (s->elseBody.empty())
      return;
    auto *elif = llvm::dyn_cast<IfStmt>(s->elseBody.front());
    if (!elif || !elif->isElif)
      break;
    s = elif;
  }
  line() << "else\n";
  printBlock(s->elseBody);
}

void ASTPrinter::printImport(const ImportStmt *s) {
  auto printName = [&](const ImportedName &name) {
    os << name.name;
    if (name.alias != name.name)
      os << " as " << name.alias;
  };
  line();
  if (s->isFrom)
    os << "from " << s->moduleName << ' ';
  os << "import ";
  llvm::interleaveComma(s->names, os, printName);
  os << '\n';
}

void ASTPrinter::printFunction(const FunctionDecl *f) {
  bool isEntry = f->functionKind == FunctionKind::Entry;
  line() << (isEntry ? "entry " : "inline ") << f->name << '\n';
  ++level;
  for (const Param &param : f->params)
    printParam(param);
  if (f->returns) {
    line() << "returns";
    printAfter(" ", f->returns);
    os << '\n';
  }
  printDocstring(f->docstring);
  --level;
  printBlock(f->body);
}

void ASTPrinter::printParam(const Param &param) {
  line() << "param " << param.name;
  printAfter(": ", param.annotation);
  printAfter(" = ", param.defaultValue);
  os << '\n';
}

void ASTPrinter::printDocstring(const StringExpr *text) {
  if (!text)
    return;
  line() << "doc ";
  printString(text->value);
  os << '\n';
}

void ASTPrinter::printError(const ErrorStmt *s) {
  line() << "error";
  for (StringRef name : s->names)
    os << ' ' << name;
  os << '\n';
}

void ASTPrinter::print(const Expr *e) {
  llvm::TypeSwitch<const Expr *>(e)
      .Case([&](const NameExpr *e) { os << e->name; })
      .Case([&](const IntExpr *e) { os << e->value; })
      .Case([&](const FloatExpr *e) { printFloat(e->value); })
      .Case([&](const BoolExpr *e) { os << (e->value ? "True" : "False"); })
      .Case([&](const NoneExpr *) { os << "None"; })
      .Case([&](const StringExpr *e) { printString(e->value); })
      .Case([&](const CallExpr *e) { printCall(e); })
      .Case([&](const CompareExpr *e) { printCompare(e); })
      .Case([&](const SliceExpr *e) { printSlice(e); })
      .Case([&](const TupleExpr *e) {
        os << '(';
        printList(e->elements);
        os << (e->elements.size() == 1 ? ",)" : ")");
      })
      .Case([&](const ListExpr *e) {
        os << '[';
        printList(e->elements);
        os << ']';
      })
      .Case([&](const AttributeExpr *e) {
        print(e->base);
        os << '.' << e->name;
      })
      .Case([&](const SubscriptExpr *e) {
        print(e->base);
        os << '[';
        printList(e->indices);
        os << ']';
      })
      .Case([&](const UnaryExpr *e) {
        os << '(' << spelling(e->op) << (e->op == UnaryOp::Not ? " " : "");
        print(e->operand);
        os << ')';
      })
      .Case([&](const BinaryExpr *e) {
        os << '(';
        print(e->lhs);
        os << ' ' << spelling(e->op) << ' ';
        print(e->rhs);
        os << ')';
      })
      .Case([&](const ConditionalExpr *e) {
        os << '(';
        print(e->thenValue);
        printAfter(" if ", e->condition);
        printAfter(" else ", e->elseValue);
        os << ')';
      });
}

void ASTPrinter::printList(llvm::ArrayRef<Expr *> list) {
  llvm::interleaveComma(list, os, [&](const Expr *e) { print(e); });
}

void ASTPrinter::printString(StringRef text) {
  os << '"';
  for (char c : text) {
    auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\')
      os << '\\' << c;
    else if (c == '\n')
      os << "\\n";
    else if (byte < 0x20 || byte == 0x7f)
      os << escapedByte(byte);
    else
      os << c;
  }
  os << '"';
}

/// The shortest text that reads back as the same value, and as a float.
void ASTPrinter::printFloat(double value) {
  char buffer[32];
  auto [end, status] = std::to_chars(buffer, buffer + sizeof(buffer), value);
  StringRef text(buffer, end - buffer);
  os << text;
  if (text.find_first_not_of("0123456789") == StringRef::npos)
    os << ".0";
}

void ASTPrinter::printCall(const CallExpr *e) {
  print(e->callee);
  os << '(';
  llvm::interleaveComma(e->args, os, [&](const Argument &arg) {
    if (!arg.keyword.empty())
      os << arg.keyword << '=';
    print(arg.value);
  });
  os << ')';
}

void ASTPrinter::printCompare(const CompareExpr *e) {
  os << '(';
  print(e->first);
  for (const CompareExpr::Link &link : e->links) {
    os << ' ' << spelling(link.op) << ' ';
    print(link.operand);
  }
  os << ')';
}

void ASTPrinter::printSlice(const SliceExpr *e) {
  if (e->lower)
    print(e->lower);
  os << ':';
  if (e->upper)
    print(e->upper);
  printAfter(":", e->step);
}
