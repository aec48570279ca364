//===- SourceProgram.cpp - From a source to an object ---------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilec/Session/SourceProgram.h"
#include "IRText.h"
#include "ProgramKey.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/Pass/PassManager.h"
#include "tilec/ExecutionEngine/CompilerIdentity.h"
#include "tilec/Frontend/ModuleLoader.h"
#include "tilec/Pipelines/Pipelines.h"
#include "tilec/Support/Names.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include <fmt/format.h>

using namespace tilec;
using llvm::StringRef;

//===----------------------------------------------------------------------===//
// Errors
//===----------------------------------------------------------------------===//

char ProgramRejected::ID = 0;

void ProgramRejected::log(llvm::raw_ostream &os) const {
  os << "the program was rejected";
}

std::error_code ProgramRejected::convertToErrorCode() const {
  return llvm::inconvertibleErrorCode();
}

llvm::Error SourceProgram::reject(const std::string &message) {
  diagnostics.report(message);
  return llvm::make_error<ProgramRejected>();
}

/// What MLIR has said decides whose fault a failure is.
llvm::Error SourceProgram::failed(const std::string &message) {
  if (diagnostics.getProgramErrors() && !diagnostics.getCompilerErrors())
    return llvm::make_error<ProgramRejected>();
  return llvm::createStringError(message);
}

//===----------------------------------------------------------------------===//
// Reading
//===----------------------------------------------------------------------===//

bool tilec::isIRFile(StringRef path) {
  return llvm::sys::path::extension(path) == ".mlir";
}

static mlir::DialectRegistry makeRegistry() {
  mlir::DialectRegistry registry;
  registerPipelineDialects(registry);
  return registry;
}

/// MLIR's state: the thread pool and the dialects cost milliseconds.
struct SourceProgram::Context {
  explicit Context(ProgramDiagnostics &diagnostics)
      : context(makeRegistry()),
        handler(&context, [&diagnostics](mlir::Diagnostic &diagnostic) {
          diagnostics.report(diagnostic);
        }) {
    // Diagnostics are about the source, which they show.
    context.printOpOnDiagnostic(false);
  }

  mlir::MLIRContext context;
  mlir::ScopedDiagnosticHandler handler;
};

SourceProgram::SourceProgram(SourceOptions options,
                             ProgramDiagnostics &diagnostics)
    : options(std::move(options)), diagnostics(diagnostics) {}

SourceProgram::~SourceProgram() = default;

llvm::Error SourceProgram::readIR() {
  if (!options.frontend.defines.empty() || !options.frontend.importDirs.empty())
    return reject("`-D` and `-I` are for sources; `" + options.path +
                  "` holds IR, whose constants are settled");
  if (options.text) {
    ir = llvm::MemoryBuffer::getMemBufferCopy(*options.text, options.path);
    return llvm::Error::success();
  }
  auto buffer = llvm::MemoryBuffer::getFileOrSTDIN(options.path);
  if (!buffer)
    return reject(fmt::format("cannot read `{}`: {}", options.path,
                              buffer.getError().message()));
  ir = std::move(*buffer);
  return llvm::Error::success();
}

/// Reads and parses the source and its imports. What is wrong with them is
/// reported later, together with what names and types have to say.
llvm::Error SourceProgram::read() {
  if (loader || ir)
    return llvm::Error::success();
  if (isIRFile(options.path))
    return readIR();
  Diagnostics &frontend = diagnostics.getFrontend();
  loader =
      std::make_unique<ModuleLoader>(frontend, options.frontend.importDirs);
  if (options.text) {
    loader->load(
        llvm::MemoryBuffer::getMemBufferCopy(*options.text, options.path));
  } else if (!loader->load(options.path)) {
    loader.reset();
    frontend.flush();
    return llvm::make_error<ProgramRejected>();
  }
  return llvm::Error::success();
}

//===----------------------------------------------------------------------===//
// Tile IR
//===----------------------------------------------------------------------===//

llvm::Error SourceProgram::makeFromSource() {
  Diagnostics &frontend = diagnostics.getFrontend();
  FrontendResult result = compileModulesToTileIR(
      context->context, loader->modules(), options.frontend, frontend);
  frontend.flush();
  module = std::move(result.module);
  if (result.internalError || (!module && !frontend.hasErrors()))
    return llvm::createStringError("the front end failed");
  return module ? llvm::Error::success() : llvm::make_error<ProgramRejected>();
}

llvm::Error SourceProgram::makeFromIR() {
  if (nestsTooDeep(ir->getBuffer()))
    return reject("the IR in `" + options.path +
                  "` nests deeper than 1000 brackets");
  module =
      parseIR(ir->getBuffer(), ir->getBufferIdentifier(), context->context);
  return module ? llvm::Error::success() : llvm::make_error<ProgramRejected>();
}

llvm::Error SourceProgram::checkSource() {
  mlir::PassManager manager(&context->context);
  buildCheckPipeline(manager);
  if (mlir::succeeded(manager.run(*module)))
    return llvm::Error::success();
  return failed("the program could not be checked");
}

llvm::Error SourceProgram::makeModule() {
  if (module)
    return llvm::Error::success();
  if (llvm::Error error = read())
    return error;
  // Of a program that the cache knows, all warnings have been shown.
  size_t start = diagnostics.getRecord().size();
  diagnostics.setMuted(!shownWarnings.empty());
  llvm::Error error = makeCheckedModule();
  diagnostics.setMuted(false);
  moduleWarnings = diagnostics.getRecord().substr(start).str();
  if (shownWarnings.empty())
    shownWarnings = moduleWarnings;
  if (error)
    module = nullptr;
  return error;
}

llvm::Error SourceProgram::makeCheckedModule() {
  context = std::make_unique<Context>(diagnostics);
  if (llvm::Error error = ir ? makeFromIR() : makeFromSource())
    return error;
  if (llvm::Error error = selectEntry())
    return error;
  if (options.onModule)
    options.onModule(*module);
  return ir ? llvm::Error::success() : checkSource();
}

//===----------------------------------------------------------------------===//
// Entries
//===----------------------------------------------------------------------===//

std::vector<mlir::func::FuncOp> SourceProgram::getEntries() {
  std::vector<mlir::func::FuncOp> entries;
  for (auto function : module->getOps<mlir::func::FuncOp>())
    if (function->hasAttr("tile.entry"))
      entries.push_back(function);
  return entries;
}

/// Leaves only the entry that was asked for.
llvm::Error SourceProgram::selectEntry() {
  if (options.entry.empty())
    return llvm::Error::success();
  std::vector<mlir::func::FuncOp> entries = getEntries();
  std::vector<std::string> names;
  for (mlir::func::FuncOp entry : entries)
    names.push_back(entry.getName().str());
  if (!llvm::is_contained(names, options.entry)) {
    std::string what = names.empty() ? "; the file has no entry"
                                     : suggestName(options.entry, names);
    return reject(fmt::format("`{}` has no entry `{}`{}", options.path,
                              options.entry, what));
  }
  for (mlir::func::FuncOp entry : entries)
    if (entry.getName() != options.entry)
      entry.erase();
  return llvm::Error::success();
}

//===----------------------------------------------------------------------===//
// The cache
//===----------------------------------------------------------------------===//

/// Reads the program. None for what cannot be cached: a program that is wrong,
/// a compilation that is watched, a compiler that does not know itself.
llvm::Expected<std::optional<std::string>>
SourceProgram::getKey(const CompileOptions &compileOptions,
                      const ObjectCache *cache) {
  auto target = CPUTarget::get(compileOptions.triple, compileOptions.cpu,
                               compileOptions.features);
  // A name that LLVM does not know is no defect of the compiler.
  if (!target)
    return reject(llvm::toString(target.takeError()));
  if (llvm::Error error = read())
    return error;
  std::optional<std::string> compiler = getCompilerIdentity();
  if (!cache || !compiler || diagnostics.getFrontend().hasErrors() ||
      diagnostics.showsRemarks() || compileOptions.configure)
    return std::nullopt;
  ProgramKey key;
  key.addCompiler(*compiler);
  if (ir)
    key.addIR(ir->getBufferIdentifier(), ir->getBuffer());
  else
    key.addModules(loader->modules());
  key.addSource(options);
  key.addCompilation(compileOptions, *target);
  return key.finish();
}

std::optional<CompiledObject> SourceProgram::lookup(StringRef key,
                                                    const ObjectCache &cache) {
  std::optional<CachedObject> found = cache.lookup(key);
  if (!found)
    return std::nullopt;
  StringRef warnings = found->warnings;
  warnings.consume_front(shownWarnings);
  diagnostics.repeat(warnings);
  shownWarnings = found->warnings;
  return std::move(found->object);
}

void SourceProgram::store(StringRef key, CachedObject cached,
                          const ObjectCache &cache) {
  llvm::Error error = cache.store(key, cached);
  if (error && cache.isFolderChosen())
    diagnostics.warn(fmt::format("cannot cache the compiled program in `{}`: "
                                 "{}",
                                 cache.getFolder().str(),
                                 llvm::toString(std::move(error))));
  llvm::consumeError(std::move(error));
}

//===----------------------------------------------------------------------===//
// Compiling
//===----------------------------------------------------------------------===//

llvm::Expected<CompiledObject>
SourceProgram::compileModule(const CompileOptions &compileOptions) {
  // IR printed between passes that run side by side would mix.
  if (compileOptions.configure)
    context->context.disableMultithreading();
  mlir::OwningOpRef<mlir::ModuleOp> copy = module->clone();
  auto object = compileToObject(*copy, compileOptions);
  if (object)
    return object;
  return failed(llvm::toString(object.takeError()));
}

llvm::Expected<std::optional<CompiledObject>>
SourceProgram::find(const CompileOptions &compileOptions,
                    const ObjectCache *cache) {
  auto key = getKey(compileOptions, cache);
  if (!key)
    return key.takeError();
  return *key ? lookup(**key, *cache) : std::nullopt;
}

llvm::Expected<CompiledObject>
SourceProgram::compile(const CompileOptions &compileOptions,
                       const ObjectCache *cache) {
  auto key = getKey(compileOptions, cache);
  if (!key)
    return key.takeError();
  if (*key)
    if (std::optional<CompiledObject> object = lookup(**key, *cache))
      return std::move(*object);
  if (llvm::Error error = makeModule())
    return error;
  size_t start = diagnostics.getRecord().size();
  llvm::Expected<CompiledObject> object = compileModule(compileOptions);
  if (object && *key)
    store(
        **key,
        {*object, moduleWarnings + diagnostics.getRecord().substr(start).str()},
        *cache);
  return object;
}

llvm::Expected<CompiledObject>
tilec::compileSource(SourceOptions source, const CompileOptions &options,
                     const ObjectCache *cache,
                     ProgramDiagnostics &diagnostics) {
  return SourceProgram(std::move(source), diagnostics).compile(options, cache);
}
