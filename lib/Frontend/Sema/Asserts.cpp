//===- Asserts.cpp - assert -----------------------------------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Constants.h"
#include "Elaborator.h"

#include "llvm/ADT/SetVector.h"

using namespace tilec;
using llvm::StringRef;

static StringRef textOf(const Expr *e) {
  const char *begin = e->range.begin.getPointer();
  return StringRef(begin, e->range.end.getPointer() - begin);
}

namespace {
/// The operands of the comparisons in a condition, in order.
class OperandCollector {
public:
  void visit(const Expr *e) {
    if (auto *binary = llvm::dyn_cast<BinaryExpr>(e)) {
      if (binary->op == BinaryOp::And || binary->op == BinaryOp::Or) {
        visit(binary->lhs);
        visit(binary->rhs);
      }
    } else if (auto *negated = llvm::dyn_cast<UnaryExpr>(e)) {
      if (negated->op == UnaryOp::Not)
        visit(negated->operand);
    } else if (auto *compare = llvm::dyn_cast<CompareExpr>(e)) {
      add(compare->first);
      for (const CompareExpr::Link &link : compare->links)
        add(link.operand);
    }
  }

  llvm::SmallVector<const Expr *, 4> operands;

private:
  void add(const Expr *e) {
    if (seen.insert(textOf(e)).second)
      operands.push_back(e);
  }
  llvm::DenseSet<StringRef> seen;
};
} // namespace

/// Appends "; a is {0}, B is 16" for what the condition compares.
void Elaborator::describeOperands(const Expr *condition, std::string &message,
                                  llvm::SmallVectorImpl<mlir::Value> &values) {
  constexpr size_t maxValues = 8, maxText = 40;
  OperandCollector collector;
  collector.visit(condition);
  std::string separator = ": ";
  for (const Expr *operand : collector.operands) {
    StringRef text = textOf(operand);
    if (text.size() > maxText || text.contains('\n') ||
        llvm::isa<IntExpr>(operand) || values.size() == maxValues)
      continue;
    // Only names and what was computed for the condition: nothing is read
    // from memory or divided a second time.
    auto known = comparedValues.find(operand);
    if (known == comparedValues.end())
      continue;
    const Datum &datum = known->second;
    if (datum.isInt()) {
      message +=
          separator + text.str() + " is " + std::to_string(datum.getInt());
    } else if (datum.isScalar() && isInteger(*datum.getDType()) &&
               datum.getValue().getParentRegion()->isAncestor(
                   emitter.builder.getInsertionBlock()->getParent())) {
      message += separator + text.str() + " is {" +
                 std::to_string(values.size()) + "}";
      values.push_back(datum.getValue());
    } else {
      continue;
    }
    separator = ", ";
  }
}

/// Placeholders that the author did not mean as such are broken up.
static std::string escapePlaceholders(StringRef text) {
  std::string result;
  for (size_t i = 0; i < text.size(); ++i) {
    result += text[i];
    if (text[i] == '{' && i + 2 < text.size() && text[i + 2] == '}')
      result += ' ';
  }
  return result;
}

void Elaborator::elaborateAssert(const AssertStmt *s) {
  comparedValues.clear();
  llvm::SaveAndRestore records(recordsCompared, true);
  Datum condition = evaluate(s->condition);
  recordsCompared = false;
  std::optional<StringRef> text;
  if (s->message)
    text = toString({evaluate(s->message), s->message}, "the message");
  if (condition.isSilent())
    return;
  std::string message =
      text ? escapePlaceholders(*text)
           : "assertion failed: " + escapePlaceholders(textOf(s->condition));
  llvm::SmallVector<mlir::Value> values;
  if (std::optional<bool> truth = getTruth(condition)) {
    if (!*truth) {
      describeOperands(s->condition, message, values);
      error(s->condition->range, message);
    }
    return;
  }
  mlir::Value value = toCondition(condition, s->condition->range);
  if (!value)
    return;
  describeOperands(s->condition, message, values);
  emitter.create<tile::AssertOp>(s->range, value, message, values);
}
