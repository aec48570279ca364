//===- Calls.cpp - Calling an entry ---------------------------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Calls.h"
#include "OutputFile.h"
#include "Progress.h"
#include "tilec/Interpreter/Interpreter.h"
#include "tilec/Support/RuntimeError.h"
#include "tilec/Target/CPUTarget.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FileUtilities.h"
#include "llvm/Support/MemoryBuffer.h"

using namespace tilec;

llvm::Expected<GivenArguments>
GivenArguments::make(const Signature &signature, const DriverOptions &options) {
  Progress progress("making the inputs");
  GivenArguments result;
  if (options.inputTensors) {
    auto file = SafetensorsFile::open(*options.inputTensors);
    if (!file)
      return file.takeError();
    result.file = std::make_unique<SafetensorsFile>(std::move(*file));
  }
  ArgumentSources sources;
  sources.file = result.file.get();
  sources.fills = options.fills;
  sources.scalars = options.scalars;
  sources.dims = options.dims;
  sources.seed = options.seed;
  sources.threads = options.threads;
  auto arguments = CallArguments::make(signature, sources);
  if (!arguments)
    return arguments.takeError();
  result.arguments = std::move(*arguments);
  return result;
}

llvm::Error tilec::callCompiled(const CompiledEntry &entry, tilec_rt_pool &pool,
                                const CallArguments &arguments,
                                tilec_rt_measurements *measurements) {
  std::vector<void *> tensors;
  for (const TensorView &tensor : arguments.getTensors())
    tensors.push_back(tensor.data);
  std::vector<int64_t> scalars(arguments.getScalars());
  scalars.insert(scalars.end(), arguments.getSymbols().begin(),
                 arguments.getSymbols().end());
  tilec_rt_error error;
  tilec_rt_call_options options = {sizeof(options), measurements, nullptr};
  if (tilec_rt_call_with(&pool, entry.function, entry.scratchBytes,
                         tensors.data(), scalars.data(), &options,
                         &error) == TILEC_RT_DONE)
    return llvm::Error::success();
  return llvm::make_error<RuntimeError>(
      SourcePlace{error.file, error.line, error.column}, error.message);
}

llvm::Error tilec::callInterpreted(mlir::func::FuncOp entry,
                                   const CallArguments &arguments,
                                   const DriverOptions &options) {
  auto target = CPUTarget::get(options.triple, options.cpu, options.features);
  if (!target)
    return target.takeError();
  InterpreterOptions interpreter;
  interpreter.bf16Products = target->bf16Products();
  interpreter.fp64 = options.fp64;
  interpreter.checkRaces = options.checkRaces;
  return interpret(entry, arguments.getTensors(), arguments.getScalars(),
                   arguments.getSymbols(), interpreter);
}

/// Standard output may be a pipe or in the middle of a file: the tensors go
/// through a file of their own.
static llvm::Error writeToStandardOutput(llvm::ArrayRef<NamedTensor> tensors) {
  llvm::SmallString<128> name;
  if (std::error_code error = llvm::sys::fs::createTemporaryFile(
          "tilec-results", "safetensors", name))
    return llvm::errorCodeToError(error);
  llvm::FileRemover remover(name);
  if (llvm::Error error = writeSafetensors(name, tensors))
    return error;
  auto contents = llvm::MemoryBuffer::getFile(name);
  if (!contents)
    return llvm::errorCodeToError(contents.getError());
  return writeOutput("-", (*contents)->getBuffer());
}

llvm::Error tilec::writeResults(const CallArguments &arguments,
                                const DriverOptions &options) {
  if (!options.outputTensors)
    return llvm::Error::success();
  std::vector<NamedTensor> tensors = arguments.getWritten();
  if (*options.outputTensors == "-")
    return writeToStandardOutput(tensors);
  return writeSafetensors(*options.outputTensors, tensors);
}
