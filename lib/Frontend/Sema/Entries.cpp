//===- Entries.cpp - Functions of the module ------------------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Elaborator.h"
#include "tilec/Dialect/Tile/PruneResults.h"
#include "tilec/Support/Signature.h"

#include <fmt/format.h>

using namespace tilec;
using llvm::StringRef;

/// An entry, or a function that nothing calls, while it is elaborated.
struct Elaborator::EntryState {
  const FunctionDecl &decl;
  std::vector<Annotation> annotations;
  llvm::SmallVector<std::string> symbols;
  mlir::func::FuncOp op;
  /// In the order of the parameters; null for scalars.
  llvm::SmallVector<Storage *> storages;
  /// Every parameter of an entry has a type.
  bool isValid = true;
};

//===----------------------------------------------------------------------===//
// Parameters
//===----------------------------------------------------------------------===//

/// The dynamic names of the shapes, in order of first occurrence.
static llvm::SmallVector<std::string>
collectSymbols(llvm::ArrayRef<Annotation> annotations) {
  llvm::SmallVector<std::string> symbols;
  for (const Annotation &annotation : annotations)
    for (const DimExpr &dim : annotation.dims)
      for (const std::string &name : dim.getSymbols())
        if (!llvm::is_contained(symbols, name))
          symbols.push_back(name);
  return symbols;
}

/// Whether one dimension determines the name once `known` are.
static bool determines(const DimExpr &dim, StringRef name,
                       llvm::ArrayRef<std::string> known) {
  unsigned occurrences = 0;
  for (const DimExpr::Term &term : dim.getTerms())
    for (const std::string &symbol : term.symbols) {
      if (symbol == name)
        ++occurrences;
      else if (!llvm::is_contained(known, symbol))
        return false;
    }
  return occurrences == 1;
}

/// Every dynamic name must follow from the shapes of a call's arguments.
void Elaborator::checkDetermined(EntryState &state) {
  llvm::SmallVector<std::string> known;
  for (bool progresses = true; progresses;) {
    progresses = false;
    for (const std::string &name : state.symbols) {
      if (llvm::is_contained(known, name))
        continue;
      bool isDetermined =
          llvm::any_of(state.annotations, [&](const Annotation &annotation) {
            return llvm::any_of(annotation.dims, [&](const DimExpr &dim) {
              return determines(dim, name, known);
            });
          });
      if (isDetermined)
        known.push_back(name);
      progresses |= isDetermined;
    }
  }
  for (const std::string &name : state.symbols)
    if (!llvm::is_contained(known, name))
      for (const Annotation &annotation : state.annotations)
        for (auto [dim, range] :
             llvm::zip_equal(annotation.dims, annotation.dimRanges))
          if (llvm::is_contained(dim.getSymbols(), name)) {
            error(range, "nothing determines the dynamic name '" + name +
                             "': no dimension is made of it alone");
            return;
          }
}

mlir::Type Elaborator::parameterType(const Annotation &annotation) {
  mlir::Type element = getElementType(emitter.getContext(), annotation.dtype);
  if (annotation.kind != Annotation::Kind::Tensor)
    return tile::getScalarType(element);
  llvm::SmallVector<int64_t> shape;
  for (const DimExpr &dim : annotation.dims)
    shape.push_back(dim.getConstant().value_or(mlir::ShapedType::kDynamic));
  bool isWeight = annotation.access == Storage::Access::Weight;
  return tile::TensorRefType::get(shape, element, isWeight);
}

/// A polynomial of dynamic names as an affine expression of their numbers.
static mlir::AffineExpr toAffine(const DimExpr &dim,
                                 llvm::ArrayRef<std::string> symbols,
                                 mlir::MLIRContext *context) {
  mlir::AffineExpr sum = mlir::getAffineConstantExpr(0, context);
  for (const DimExpr::Term &term : dim.getTerms()) {
    mlir::AffineExpr product = mlir::getAffineConstantExpr(1, context);
    for (const std::string &name : term.symbols) {
      unsigned number = llvm::find(symbols, name) - symbols.begin();
      product = product * mlir::getAffineSymbolExpr(number, context);
    }
    sum = sum + product * term.coefficient;
  }
  return sum;
}

mlir::AffineMapAttr Elaborator::shapeMap(const EntryState &state,
                                         const Annotation &annotation) {
  llvm::SmallVector<mlir::AffineExpr> dims;
  for (const DimExpr &dim : annotation.dims)
    dims.push_back(toAffine(dim, state.symbols, emitter.getContext()));
  return mlir::AffineMapAttr::get(mlir::AffineMap::get(
      0, state.symbols.size(), dims, emitter.getContext()));
}

/// Evaluates the annotations.
void Elaborator::declareParameters(EntryState &state) {
  bool isEntry = state.decl.functionKind == FunctionKind::Entry;
  bool isValid = true;
  for (const Param &param : state.decl.params) {
    Annotation annotation = evaluateAnnotation(param.annotation);
    bool isData = annotation.kind == Annotation::Kind::Tensor ||
                  annotation.kind == Annotation::Kind::Scalar;
    if (isEntry && !isData && annotation.kind != Annotation::Kind::Poison)
      error(param.range, "the parameter '" + param.name +
                             "' of an entry needs a type, as in "
                             "Tensor[[d0, d1], FP32] or Scalar[INDEX]");
    if (isEntry && param.defaultValue)
      error(param.defaultValue->range,
            "a parameter of an entry has no default: the caller of the "
            "compiled code gives every argument");
    if (!isData)
      annotation.dims.clear();
    isValid &= isData;
    state.annotations.push_back(std::move(annotation));
  }
  state.symbols = collectSymbols(state.annotations);
  state.isValid = isValid;
  frame->isIncomplete = !isValid || !isEntry;
  if (isEntry && isValid)
    checkDetermined(state);
}

void Elaborator::createFunction(EntryState &state) {
  llvm::SmallVector<mlir::Type> types;
  for (const Annotation &annotation : state.annotations)
    types.push_back(parameterType(annotation));
  types.append(state.symbols.size(), emitter.builder.getIndexType());
  emitter.builder.setInsertionPointToEnd(ir.getBody());
  state.op = emitter.create<mlir::func::FuncOp>(
      state.decl.nameRange, state.decl.name,
      emitter.builder.getFunctionType(types, {}));
  state.op.addEntryBlock();
  emitter.enterFunction(state.op);
}

/// Binds the parameters to the block's arguments, and the dynamic names to
/// those that follow.
void Elaborator::bindEntry(EntryState &state) {
  size_t numParams = state.decl.params.size();
  for (auto [i, name] : llvm::enumerate(state.symbols)) {
    entrySymbols[name] = state.op.getArgument(numParams + i);
    frame->dynamicNames[name] = Datum::dynamic(DimExpr::symbol(name));
  }
  for (auto [i, param] : llvm::enumerate(state.decl.params)) {
    const Annotation &annotation = state.annotations[i];
    mlir::Value value = state.op.getArgument(i);
    Datum datum = Datum::poison();
    Storage *storage = nullptr;
    if (annotation.kind == Annotation::Kind::Scalar) {
      datum = scalarOf(value, annotation.dtype);
    } else if (annotation.kind == Annotation::Kind::Tensor) {
      storage = makeStorage(param.name, param.range, annotation.access);
      datum = Datum::tensor(value, storage, annotation.dims);
      bool isWritten = annotation.access == Storage::Access::Out ||
                       annotation.access == Storage::Access::InOut;
      if (isWritten)
        parameterStorage[param.name] = storage;
    }
    state.storages.push_back(storage);
    bind(param.name, datum, param.nameRange);
  }
}

static Direction directionOf(Storage::Access access, bool isWritten) {
  if (access == Storage::Access::Out)
    return Direction::Out;
  bool isInOut = access == Storage::Access::InOut ||
                 (access == Storage::Access::Plain && isWritten);
  return isInOut ? Direction::InOut : Direction::In;
}

/// The text of a docstring without the indentation that its lines share (the
/// first has none), empty lines around it and blanks behind lines.
static std::string cleanDocstring(StringRef text) {
  llvm::SmallVector<StringRef> lines;
  text.split(lines, '\n');
  size_t indentation = StringRef::npos;
  for (StringRef line : llvm::drop_begin(lines))
    if (!line.trim().empty())
      indentation = std::min(indentation, line.find_first_not_of(" \t"));
  std::string result = lines.front().trim().str();
  for (StringRef line : llvm::drop_begin(lines))
    result += "\n" + line.substr(indentation).rtrim().str();
  return StringRef(result).trim('\n').str();
}

void Elaborator::attachAttributes(EntryState &state) {
  mlir::OpBuilder &b = emitter.builder;
  state.op->setAttr("tile.entry", b.getUnitAttr());
  if (const StringExpr *text = state.decl.docstring)
    state.op->setAttr("tile.doc", b.getStringAttr(cleanDocstring(text->value)));
  for (auto [i, param] : llvm::enumerate(state.decl.params)) {
    const Annotation &annotation = state.annotations[i];
    state.op.setArgAttr(i, "tile.name", b.getStringAttr(param.name));
    if (annotation.kind == Annotation::Kind::Scalar) {
      state.op.setArgAttr(i, "tile.dtype",
                          b.getStringAttr(getName(annotation.dtype)));
      continue;
    }
    Direction direction =
        directionOf(annotation.access, isWritten(*state.storages[i]));
    state.op.setArgAttr(i, "tile.direction",
                        b.getStringAttr(getName(direction)));
    state.op.setArgAttr(i, "tile.shape", shapeMap(state, annotation));
  }
  for (auto [i, name] : llvm::enumerate(state.symbols))
    state.op.setArgAttr(state.decl.params.size() + i, "tile.symbol",
                        b.getStringAttr(name));
}

//===----------------------------------------------------------------------===//
// Functions
//===----------------------------------------------------------------------===//

void Elaborator::elaborateBody(EntryState &state, const ModuleScope &scope,
                               llvm::function_ref<void()> finish) {
  Frame outermost;
  outermost.function = &state.decl;
  outermost.scope = &scope;
  outermost.locals = &localNamesOf(state.decl);
  outermost.isUncalled = state.decl.functionKind == FunctionKind::Inline;
  outermost.context = contextOf(0, &state.decl, 0);
  llvm::SaveAndRestore here(frame, &outermost);
  entrySymbols.clear();
  atomValues.clear();
  parameterStorage.clear();
  writes.clear();
  dropped.clear();
  plans.clear();
  declareParameters(state);
  createFunction(state);
  bindEntry(state);
  elaborateBlock(state.decl.body);
  finishReturn(state.decl);
  emitter.create<mlir::func::ReturnOp>(state.decl.range);
  finish();
}

mlir::func::FuncOp Elaborator::elaborateEntry(const FunctionDecl &function,
                                              const ModuleScope &scope) {
  EntryState state{function, {}, {}, {}, {}, true};
  elaborateBody(state, scope, [&] {
    warnOfParameters(state.storages);
    if (!state.isValid)
      return;
    attachAttributes(state);
    if (!reporter.hasErrors())
      tile::pruneResults(state.op);
  });
  return state.op;
}

void Elaborator::elaborateUncalled(const FunctionDecl &function,
                                   const ModuleScope &scope) {
  llvm::SaveAndRestore anywhere(scopeState, ScopeState::Either);
  EntryState state{function, {}, {}, {}, {}, true};
  elaborateBody(state, scope, [] {});
  if (state.op)
    state.op.erase();
}
