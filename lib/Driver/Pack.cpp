//===- Pack.cpp - tilec pack ----------------------------------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Writes a file of tensors with the weights of an entry packed, so that later
// runs map them into memory as they are. All other tensors are kept.
//
//===----------------------------------------------------------------------===//

#include "Calls.h"
#include "Commands.h"
#include "Compile.h"
#include "Program.h"
#include "Weights.h"
#include "mlir/Pass/PassManager.h"
#include "tilec/Dialect/Tile/TileSignature.h"
#include "tilec/Driver/Driver.h"
#include "tilec/Pipelines/Pipelines.h"
#include <fmt/format.h>

using namespace tilec;

namespace {
class Packer {
public:
  Packer(const DriverOptions &options, DriverDiagnostics &diagnostics)
      : options(options), diagnostics(diagnostics),
        program(options, diagnostics) {}

  int run();

private:
  /// The packed weights of the entry, as the compiler lays them out.
  llvm::Expected<Signature> getWeights(mlir::func::FuncOp entry);
  llvm::Error checkShapes(const Signature &weights,
                          const SafetensorsFile &file);
  llvm::Expected<std::vector<NamedTensor>> pack(const Signature &weights,
                                                const SafetensorsFile &file);
  llvm::Error packFile(mlir::func::FuncOp entry);

  const DriverOptions &options;
  DriverDiagnostics &diagnostics;
  Program program;
  std::vector<Tensor> owned;
};
} // namespace

llvm::Expected<Signature> Packer::getWeights(mlir::func::FuncOp entry) {
  llvm::Expected<CompileOptions> compileOptions = makeCompileOptions(options);
  if (!compileOptions)
    return compileOptions.takeError();
  mlir::PassManager passes(program.getModule()->getName(),
                           mlir::PassManager::Nesting::Explicit);
  buildTilePipeline(passes, compileOptions->pipeline);
  if (mlir::failed(passes.run(program.getModule())))
    return llvm::createStringError("the program could not be compiled");
  llvm::Expected<Signature> signature = tile::getSignature(entry);
  if (!signature)
    return signature.takeError();
  Signature weights;
  weights.name = signature->name;
  for (const Parameter &parameter : signature->parameters)
    if (parameter.isTensor() && parameter.isPacked())
      weights.parameters.push_back(parameter);
  if (weights.parameters.empty())
    return llvm::createStringError(fmt::format(
        "`{}` takes no packed weights; --pass-report says why", weights.name));
  weights.collectSymbols();
  return weights;
}

llvm::Error Packer::checkShapes(const Signature &weights,
                                const SafetensorsFile &file) {
  std::vector<std::optional<Shape>> shapes;
  llvm::Error errors = llvm::Error::success();
  auto fail = [&](const std::string &message) {
    errors =
        llvm::joinErrors(std::move(errors), llvm::createStringError(message));
  };
  for (const Parameter &parameter : weights.parameters) {
    const TensorView *tensor = file.find(parameter.name);
    shapes.push_back(tensor ? std::optional(tensor->shape) : std::nullopt);
    if (!tensor)
      fail(fmt::format("--in lacks `{}`", parameter.name));
    else if (isPackedStorage(*tensor))
      fail(fmt::format("`{}` is packed already", parameter.name));
    else if (!haveSameStorage(tensor->dtype, parameter.dtype))
      fail(fmt::format("`{}` is {} in the file, expected {}", parameter.name,
                       getName(tensor->dtype).str(),
                       getName(parameter.dtype).str()));
  }
  if (errors)
    return errors;
  return weights.solve(shapes, options.dims).takeError();
}

llvm::Expected<std::vector<NamedTensor>>
Packer::pack(const Signature &weights, const SafetensorsFile &file) {
  llvm::Expected<Pool> pool = makePool(options);
  if (!pool)
    return pool.takeError();
  std::vector<NamedTensor> tensors;
  for (const Parameter &parameter : weights.parameters) {
    llvm::Expected<Tensor> storage = packWeight(
        parameter.name, *file.find(parameter.name), parameter.layout, **pool);
    if (!storage)
      return storage.takeError();
    tensors.push_back({parameter.name, storage->getView()});
    owned.push_back(std::move(*storage));
  }
  // Behind the packed ones, whose data begins at multiples of 256 bytes.
  for (const NamedTensor &tensor : file.getTensors())
    if (!weights.find(tensor.name))
      tensors.push_back(tensor);
  return tensors;
}

llvm::Error Packer::packFile(mlir::func::FuncOp entry) {
  llvm::Expected<SafetensorsFile> file =
      SafetensorsFile::open(*options.inputTensors);
  if (!file)
    return file.takeError();
  llvm::Expected<Signature> weights = getWeights(entry);
  if (!weights)
    return weights.takeError();
  if (llvm::Error error = checkShapes(*weights, *file))
    return error;
  llvm::Expected<std::vector<NamedTensor>> tensors = pack(*weights, *file);
  if (!tensors)
    return tensors.takeError();
  if (llvm::Error error = writeSafetensors(*options.outputTensors, *tensors,
                                           file->getMetadata()))
    return error;
  for (const Parameter &parameter : weights->parameters)
    llvm::errs() << fmt::format("  {}: {} {}\n", parameter.name,
                                formatShape(file->find(parameter.name)->shape),
                                packed::getName(parameter.layout));
  return llvm::Error::success();
}

int Packer::run() {
  if (!options.inputTensors || !options.outputTensors) {
    diagnostics.report("`tilec pack` needs --in and --out");
    return ExitUsage;
  }
  if (int status = program.load())
    return status;
  mlir::func::FuncOp entry = program.getEntryToCall();
  if (!entry)
    return ExitRejected;
  llvm::Error error = packFile(entry);
  if (!error)
    return ExitDone;
  diagnostics.report(std::move(error));
  return ExitRejected;
}

int tilec::packProgram(const DriverOptions &options,
                       DriverDiagnostics &diagnostics) {
  return Packer(options, diagnostics).run();
}
