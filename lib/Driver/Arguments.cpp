//===- Arguments.cpp - The arguments of one call --------------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Arguments.h"
#include "Weights.h"
#include "tilec/Support/Fill.h"
#include "tilec/Support/Names.h"
#include "llvm/ADT/STLExtras.h"
#include <fmt/format.h>
#include <unistd.h>

using namespace tilec;
using llvm::StringRef;

/// Makes the arguments of one call step by step; each step reports all that is
/// wrong and is the last if something is.
class CallArguments::Maker {
public:
  Maker(const Signature &signature, const ArgumentSources &sources)
      : signature(signature), sources(sources) {}
  ~Maker() { llvm::consumeError(std::move(errors)); }

  llvm::Expected<CallArguments> run();

private:
  template <typename... Args>
  void fail(fmt::format_string<Args...> format, Args &&...args) {
    errors = llvm::joinErrors(std::move(errors),
                              llvm::createStringError(fmt::format(
                                  format, std::forward<Args>(args)...)));
  }

  llvm::Error checkNames();
  void checkFileNames();
  void checkNamed(StringRef option, StringRef name,
                  Parameter::Kind parameterKind);
  std::vector<std::string> getNames(Parameter::Kind kind) const;
  llvm::Error solveShapes();
  std::optional<Shape> takeFileShape(const Parameter &parameter,
                                     const TensorView &tensor);
  llvm::Error checkMemory(llvm::ArrayRef<Shape> shapes);
  llvm::Error makeTensors();
  llvm::Expected<TensorView> makeTensor(const Parameter &parameter,
                                        const Shape &shape);
  llvm::Expected<Tensor> fill(const Parameter &parameter, const Shape &shape);
  llvm::Error makeScalars();

  /// The tensor of the file, unless a fill takes its place.
  const TensorView *findInFile(const Parameter &parameter) const;
  const std::string *findFill(StringRef name) const {
    return findLast(sources.fills, name);
  }
  static const std::string *findLast(const std::vector<NamedText> &pairs,
                                     StringRef name);
  llvm::Error takeErrors() {
    return std::exchange(errors, llvm::Error::success());
  }

  const Signature &signature;
  const ArgumentSources &sources;
  CallArguments result;
  llvm::Error errors = llvm::Error::success();
};

const std::string *
CallArguments::Maker::findLast(const std::vector<NamedText> &pairs,
                               StringRef name) {
  auto found = llvm::find_if(llvm::reverse(pairs), [&](const NamedText &pair) {
    return pair.first == name;
  });
  return found == pairs.rend() ? nullptr : &found->second;
}

const TensorView *
CallArguments::Maker::findInFile(const Parameter &parameter) const {
  if (!sources.file || findFill(parameter.name))
    return nullptr;
  return sources.file->find(parameter.name);
}

//===----------------------------------------------------------------------===//
// Names
//===----------------------------------------------------------------------===//

std::vector<std::string>
CallArguments::Maker::getNames(Parameter::Kind kind) const {
  std::vector<std::string> names;
  for (const Parameter &parameter : signature.parameters)
    if (parameter.kind == kind)
      names.push_back(parameter.name);
  return names;
}

void CallArguments::Maker::checkNamed(StringRef option, StringRef name,
                                      Parameter::Kind kind) {
  const Parameter *parameter = signature.find(name);
  bool isTensor = kind == Parameter::Kind::Tensor;
  if (!parameter)
    fail("{} {}: `{}` has no such parameter{}", option.str(), name.str(),
         signature.name, suggestName(name, getNames(kind)));
  else if (parameter->kind != kind)
    fail("{} {}: this parameter is a {}; use {}", option.str(), name.str(),
         isTensor ? "scalar" : "tensor",
         isTensor ? "--scalar" : "--in or --fill");
}

/// A file may hold more than an entry takes, such as all weights of a model.
/// But where an input would be made up, a name that fits nothing is likely that
/// input's, misspelt.
void CallArguments::Maker::checkFileNames() {
  std::vector<std::string> missing;
  for (const Parameter &parameter : signature.parameters)
    if (parameter.isTensor() && parameter.isRead() && !findInFile(parameter) &&
        !findFill(parameter.name))
      missing.push_back(parameter.name);
  if (missing.empty())
    return;
  for (const NamedTensor &named : sources.file->getTensors())
    if (!signature.find(named.name))
      fail("--in holds `{}`, which is no parameter of `{}`, and lacks `{}`{}",
           named.name, signature.name, missing.front(),
           suggestSimilarName(named.name, missing));
}

llvm::Error CallArguments::Maker::checkNames() {
  for (const NamedText &fill : sources.fills)
    checkNamed("--fill", fill.first, Parameter::Kind::Tensor);
  for (const NamedText &scalar : sources.scalars)
    checkNamed("--scalar", scalar.first, Parameter::Kind::Scalar);
  for (const auto &[name, value] : sources.dims)
    if (!llvm::is_contained(signature.symbols, name))
      fail("--dim {}: `{}` has no such dynamic dimension{}", name,
           signature.name, suggestName(name, signature.symbols));
  if (sources.file)
    checkFileNames();
  return takeErrors();
}

//===----------------------------------------------------------------------===//
// Shapes
//===----------------------------------------------------------------------===//

/// The shape of a tensor of the file, or of what it holds packed.
std::optional<Shape>
CallArguments::Maker::takeFileShape(const Parameter &parameter,
                                    const TensorView &tensor) {
  if (parameter.weight && isPackedStorage(tensor)) {
    llvm::Expected<PackedWeight> weight = readPackedWeight(tensor);
    if (weight)
      return weight->shape;
    fail("`{}`: {}", parameter.name, llvm::toString(weight.takeError()));
    return std::nullopt;
  }
  if (!haveSameStorage(tensor.dtype, parameter.dtype))
    fail("`{}` is {} in the file, expected {}", parameter.name,
         getName(tensor.dtype).str(), getName(parameter.dtype).str());
  return tensor.shape;
}

llvm::Error CallArguments::Maker::solveShapes() {
  std::vector<std::optional<Shape>> shapes;
  for (const Parameter &parameter : signature.parameters) {
    shapes.emplace_back();
    const TensorView *tensor =
        parameter.isTensor() ? findInFile(parameter) : nullptr;
    if (!tensor)
      continue;
    shapes.back() = takeFileShape(parameter, *tensor);
  }
  llvm::Expected<std::vector<int64_t>> symbols =
      signature.solve(shapes, sources.dims);
  if (!symbols)
    return llvm::joinErrors(takeErrors(), symbols.takeError());
  result.symbols = std::move(*symbols);
  return takeErrors();
}

//===----------------------------------------------------------------------===//
// Values
//===----------------------------------------------------------------------===//

/// Refuses what would end in the system killing the process.
llvm::Error CallArguments::Maker::checkMemory(llvm::ArrayRef<Shape> shapes) {
  double bytes = 0;
  for (auto [i, parameter] : llvm::enumerate(signature.parameters))
    if (parameter.isTensor() &&
        (parameter.isWritten() || !findInFile(parameter)))
      bytes += double(*getByteSize(parameter.dtype, shapes[i]));
  double available =
      double(sysconf(_SC_PHYS_PAGES)) * double(sysconf(_SC_PAGESIZE));
  if (bytes <= available)
    return llvm::Error::success();
  return llvm::createStringError(fmt::format(
      "the tensors of `{}` take {:.4g} GB, and this machine has {:.4g} GB",
      signature.name, bytes * 1e-9, available * 1e-9));
}

llvm::Expected<Tensor> CallArguments::Maker::fill(const Parameter &parameter,
                                                  const Shape &shape) {
  FillKind kind;
  const std::string *text = findFill(parameter.name);
  if (text) {
    llvm::Expected<FillKind> parsed = parseFillKind(*text);
    if (!parsed)
      return llvm::createStringError(fmt::format(
          "--fill {}: {}", parameter.name, llvm::toString(parsed.takeError())));
    kind = *parsed;
  } else if (!isFloat(parameter.dtype) && parameter.isRead()) {
    return llvm::createStringError(fmt::format(
        "`{0}` of {1} has no value: give it with --in, or make it up with "
        "--fill {0}=iota (or zero, const:X, uniform:LO:HI, perm)",
        parameter.name, getName(parameter.dtype).str()));
  }
  llvm::Expected<Tensor> tensor = Tensor::create(parameter.dtype, shape);
  if (!tensor || (!text && !parameter.isRead()))
    return tensor;
  if (llvm::Error error = fillTensor(*tensor, parameter.name, kind,
                                     sources.seed, sources.threads))
    return error;
  return tensor;
}

llvm::Expected<TensorView>
CallArguments::Maker::makeTensor(const Parameter &parameter,
                                 const Shape &shape) {
  const TensorView *given = findInFile(parameter);
  if (given && parameter.weight && isPackedStorage(*given)) {
    result.layouts.back() = llvm::cantFail(readPackedWeight(*given)).layout;
    return TensorView{parameter.dtype, shape, given->data};
  }
  // The entry's dtype, where the file calls an INDEX an INT64.
  if (given && !parameter.isWritten())
    return TensorView{parameter.dtype, given->shape, given->data};
  llvm::Expected<Tensor> tensor =
      given ? Tensor::copy(*given) : fill(parameter, shape);
  if (!tensor)
    return tensor.takeError();
  result.owned.push_back(std::move(*tensor));
  const TensorView &view = result.owned.back().getView();
  return TensorView{parameter.dtype, view.shape, view.data};
}

llvm::Error CallArguments::Maker::makeTensors() {
  std::vector<Shape> shapes;
  for (const Parameter &parameter : signature.parameters) {
    shapes.emplace_back();
    if (!parameter.isTensor())
      continue;
    llvm::Expected<Shape> shape = signature.getShape(parameter, result.symbols);
    if (!shape)
      return shape.takeError();
    shapes.back() = std::move(*shape);
  }
  if (llvm::Error error = checkMemory(shapes))
    return error;
  for (auto [parameter, shape] : llvm::zip(signature.parameters, shapes)) {
    if (!parameter.isTensor())
      continue;
    result.layouts.push_back(Layout::RowMajor);
    llvm::Expected<TensorView> tensor = makeTensor(parameter, shape);
    if (!tensor) {
      errors = llvm::joinErrors(std::move(errors), tensor.takeError());
      continue;
    }
    result.names.push_back(parameter.name);
    result.written.push_back(parameter.isWritten());
    result.tensors.push_back(std::move(*tensor));
  }
  return takeErrors();
}

llvm::Error CallArguments::Maker::makeScalars() {
  for (const Parameter &parameter : signature.parameters) {
    if (!parameter.isScalar())
      continue;
    const std::string *text = findLast(sources.scalars, parameter.name);
    if (!text) {
      fail("`{0}` has no value: give it with --scalar {0}=VALUE",
           parameter.name);
      continue;
    }
    llvm::Expected<int64_t> bits = parseScalar(*text, parameter.dtype);
    if (bits)
      result.scalars.push_back(*bits);
    else
      fail("--scalar {}: {}", parameter.name, llvm::toString(bits.takeError()));
  }
  return takeErrors();
}

llvm::Expected<CallArguments> CallArguments::Maker::run() {
  if (llvm::Error error = checkNames())
    return error;
  if (llvm::Error error = solveShapes())
    return error;
  if (llvm::Error error = makeScalars())
    return error;
  if (llvm::Error error = makeTensors())
    return error;
  return std::move(result);
}

//===----------------------------------------------------------------------===//
// CallArguments
//===----------------------------------------------------------------------===//

llvm::Expected<CallArguments>
CallArguments::make(const Signature &signature,
                    const ArgumentSources &sources) {
  return Maker(signature, sources).run();
}

llvm::Expected<CallArguments> CallArguments::cloneWritten() const {
  CallArguments clone;
  clone.names = names;
  clone.written = written;
  clone.layouts = layouts;
  clone.scalars = scalars;
  clone.symbols = symbols;
  for (auto [tensor, isWritten] : llvm::zip(tensors, written)) {
    clone.tensors.push_back(tensor);
    if (!isWritten)
      continue;
    llvm::Expected<Tensor> copy = Tensor::copy(tensor);
    if (!copy)
      return copy.takeError();
    clone.tensors.back().data = copy->getView().data;
    clone.owned.push_back(std::move(*copy));
  }
  return clone;
}

std::vector<NamedTensor> CallArguments::getWritten() const {
  std::vector<NamedTensor> result;
  for (size_t i = 0; i < tensors.size(); ++i)
    if (written[i])
      result.push_back({names[i], tensors[i]});
  return result;
}
