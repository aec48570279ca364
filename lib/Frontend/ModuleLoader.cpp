//===- ModuleLoader.cpp - Files and their imports -------------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilec/Frontend/ModuleLoader.h"
#include "tilec/Frontend/Parser.h"
#include "tilec/Frontend/Token.h"

#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"

#include <system_error>

using namespace tilec;
using llvm::StringRef;
namespace fs = llvm::sys::fs;
namespace path = llvm::sys::path;

using BufferOrError = llvm::ErrorOr<std::unique_ptr<llvm::MemoryBuffer>>;

/// Larger files are refused before they are read.
static constexpr uint64_t maxFileSize = uint64_t(1) << 30;

/// Reads a file or a pipe, but no directory and no device, which might never
/// end.
static BufferOrError readSource(StringRef file) {
  if (file == "-")
    return llvm::MemoryBuffer::getSTDIN();
  fs::file_status status;
  if (std::error_code error = fs::status(file, status))
    return error;
  if (status.type() == fs::file_type::directory_file)
    return std::make_error_code(std::errc::is_a_directory);
  if (status.type() != fs::file_type::regular_file &&
      status.type() != fs::file_type::fifo_file)
    return std::make_error_code(std::errc::not_supported);
  if (status.getSize() > maxFileSize)
    return std::make_error_code(std::errc::file_too_large);
  // Read, not mapped: an editor may truncate the file under the compiler.
  return llvm::MemoryBuffer::getFile(file, /*IsText=*/false,
                                     /*RequiresNullTerminator=*/true,
                                     /*IsVolatile=*/true);
}

static std::string cannotRead(StringRef file, std::error_code error) {
  return "cannot read '" + file.str() + "': " + error.message();
}

static bool isPython(StringRef file) { return path::extension(file) == ".py"; }

/// The same for every spelling of a file's path.
static std::string identityOf(StringRef file) {
  llvm::SmallString<128> real;
  if (fs::real_path(file, real))
    return file.str();
  return real.str().str();
}

Module *ModuleLoader::load(StringRef file) {
  BufferOrError buffer = readSource(file);
  if (!buffer) {
    diags.error(cannotRead(file, buffer.getError()));
    return nullptr;
  }
  return &load(std::move(*buffer));
}

Module &ModuleLoader::load(std::unique_ptr<llvm::MemoryBuffer> text) {
  StringRef file = text->getBufferIdentifier();
  std::string identity = identityOf(file);
  Module *module = parse(std::move(text), path::stem(file).str());
  byFile[identity] = module;
  resolveImports(*module);
  return *module;
}

Module *ModuleLoader::parse(std::unique_ptr<llvm::MemoryBuffer> buffer,
                            StringRef name) {
  llvm::SourceMgr &sources = diags.sourceManager();
  owned.push_back(
      std::make_unique<Module>(name, buffer->getBufferIdentifier()));
  Module *module = owned.back().get();
  unsigned id = sources.AddNewSourceBuffer(std::move(buffer), llvm::SMLoc());
  module->text = sources.getMemoryBuffer(id)->getBuffer();
  SourceKind kind =
      isPython(module->path) ? SourceKind::Python : SourceKind::Tile;
  parseModule(*module, module->text, kind, diags);
  return module;
}

/// Loads what a module imports, then places the module behind it.
void ModuleLoader::resolveImports(Module &module) {
  active.push_back({&module, nullptr});
  for (Stmt *s : module.body) {
    auto *import = llvm::dyn_cast<ImportStmt>(s);
    if (!import || import->isVocabulary)
      continue;
    active.back().import = import;
    import->resolved = resolve(module, *import);
  }
  active.pop_back();
  order.push_back(&module);
}

Module *ModuleLoader::resolve(const Module &importer,
                              const ImportStmt &import) {
  std::vector<std::string> tried = candidates(importer, import.moduleName);
  for (const std::string &file : tried)
    if (fs::exists(file))
      return loadImported(file, import);
  // A Python module imports much that its kernels do not use.
  if (!isPython(importer.path))
    reportMissing(import, tried);
  return nullptr;
}

Module *ModuleLoader::loadImported(const std::string &file,
                                   const ImportStmt &import) {
  auto [known, isNew] = byFile.try_emplace(identityOf(file), nullptr);
  if (!isNew) {
    Module *module = known->second;
    bool isActive = llvm::any_of(
        active, [&](const Active &a) { return a.module == module; });
    if (!module || !isActive)
      return module;
    // Python's modules may import each other, on behalf of what is skipped.
    if (!isPython(active.back().module->path))
      reportCycle(import, module);
    return nullptr;
  }
  if (active.size() >= maxNesting) {
    diags.error(import.moduleRange,
                "imports nest deeper than " + llvm::Twine(maxNesting));
    return nullptr;
  }
  BufferOrError buffer = readSource(file);
  if (!buffer) {
    diags.error(import.moduleRange, cannotRead(file, buffer.getError()));
    return nullptr;
  }
  // Resolving imports grows the map, which moves its entries.
  Module *module = parse(std::move(*buffer), import.moduleName);
  known->second = module;
  resolveImports(*module);
  return module;
}

/// The files that a module's name may stand for, in order of preference.
std::vector<std::string> ModuleLoader::candidates(const Module &importer,
                                                  StringRef name) const {
  llvm::SmallVector<StringRef, 4> parts;
  name.split(parts, '.');
  std::vector<std::string> dirs{path::parent_path(importer.path).str()};
  dirs.insert(dirs.end(), importDirs.begin(), importDirs.end());
  std::vector<std::string> files;
  for (const std::string &dir : dirs) {
    llvm::SmallString<128> file(dir);
    for (StringRef part : parts)
      path::append(file, part);
    if (isPython(importer.path))
      files.push_back((file + ".py").str());
    files.push_back((file + ".tile").str());
  }
  return files;
}

void ModuleLoader::reportMissing(const ImportStmt &import,
                                 llvm::ArrayRef<std::string> tried) {
  diags.error(import.moduleRange,
              "module " + quoted(import.moduleName) + " is not found");
  for (const std::string &file : tried)
    diags.note(SourceRange(), "looked for '" + file + "'");
}

void ModuleLoader::reportCycle(const ImportStmt &import, const Module *target) {
  auto first = llvm::find_if(
      active, [&](const Active &a) { return a.module == target; });
  std::string chain;
  for (auto link = first; link != active.end(); ++link)
    chain += link->module->name + " -> ";
  diags.error(import.moduleRange, "import cycle: " + chain + target->name);
  for (auto link = first; link + 1 != active.end(); ++link)
    diags.note(link->import->moduleRange, link->module->name + " imports " +
                                              (link + 1)->module->name +
                                              " here");
}
