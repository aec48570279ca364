//===- Interpreter.cpp - One call of an entry -----------------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilec/Interpreter/Interpreter.h"
#include "Elements.h"
#include "Machine.h"
#include "tilec/Dialect/Tile/TileSignature.h"
#include <cfenv>
#include <fmt/format.h>

using namespace mlir;
using namespace tilec;

namespace {
/// The default floating-point environment, and the caller's at the end.
class FloatEnvironment {
public:
  FloatEnvironment() {
    std::fegetenv(&saved);
    std::fesetenv(FE_DFL_ENV);
  }
  ~FloatEnvironment() { std::fesetenv(&saved); }

private:
  std::fenv_t saved;
};

/// Hands out the arguments of a call in the order of the entry's.
class Arguments {
public:
  Arguments(func::FuncOp entry, ArrayRef<TensorView> tensors,
            ArrayRef<int64_t> scalars, ArrayRef<int64_t> symbols)
      : entry(entry), tensors(tensors), scalars(scalars), symbols(symbols) {}

  llvm::Error collect(Machine::Values &values) {
    for (BlockArgument argument : entry.getArguments())
      if (auto error = collectOne(argument, values.emplace_back()))
        return error;
    if (!tensors.empty() || !scalars.empty() || !symbols.empty())
      return fail("more arguments than the entry has");
    return llvm::Error::success();
  }

private:
  llvm::Error fail(const llvm::Twine &message) {
    return llvm::createStringError("@" + entry.getName() + ": " + message);
  }

  llvm::Error collectOne(BlockArgument argument, RuntimeValue &value) {
    if (auto type = dyn_cast<tile::TensorRefType>(argument.getType()))
      return collectTensor(argument, type, value);
    bool isSymbol = !!entry.getArgAttr(argument.getArgNumber(), "tile.symbol");
    ArrayRef<int64_t> &source = isSymbol ? symbols : scalars;
    auto dtype = getScalarDType(argument.getType());
    if (!dtype)
      return fail(fmt::format("argument {} is neither a tensor nor a scalar",
                              argument.getArgNumber()));
    if (source.empty())
      return fail("fewer arguments than the entry has");
    value = scalarFromBits(*dtype, source.front());
    source = source.drop_front();
    return llvm::Error::success();
  }

  llvm::Error collectTensor(BlockArgument argument, tile::TensorRefType type,
                            RuntimeValue &value) {
    unsigned number = argument.getArgNumber();
    if (tensors.empty())
      return fail("fewer tensors than the entry has");
    const TensorView &view = tensors.front();
    bool fits =
        haveSameStorage(view.dtype, *tile::getDType(type.getElementType())) &&
        view.shape.size() == size_t(type.getRank());
    for (unsigned d = 0; fits && d < view.shape.size(); ++d)
      fits = type.isDynamicDim(d) ? view.shape[d] >= 0
                                  : view.shape[d] == type.getShape()[d];
    if (!fits || !getByteSize(view.dtype, view.shape))
      return fail(fmt::format("argument {} is {} of {}, which the entry's type "
                              "does not allow",
                              number, formatShape(view.shape),
                              std::string_view(getName(view.dtype))));
    auto storage = std::make_shared<Storage>();
    storage->data = static_cast<uint8_t *>(view.data);
    auto direction =
        entry.getArgAttrOfType<StringAttr>(number, "tile.direction");
    storage->readOnly =
        direction && parseDirection(direction.getValue()) == Direction::In;
    value = TensorValue{view.dtype, view.shape, storage};
    tensors = tensors.drop_front();
    return llvm::Error::success();
  }

  func::FuncOp entry;
  ArrayRef<TensorView> tensors;
  ArrayRef<int64_t> scalars, symbols;
};
} // namespace

llvm::Error tilec::interpret(func::FuncOp entry, ArrayRef<TensorView> tensors,
                             ArrayRef<int64_t> scalars,
                             ArrayRef<int64_t> symbols,
                             const InterpreterOptions &options) {
  FloatEnvironment environment;
  Machine machine(options);
  Machine::Values arguments, results;
  if (auto error =
          Arguments(entry, tensors, scalars, symbols).collect(arguments))
    return error;
  return machine.runFunction(entry, entry, arguments, results);
}
