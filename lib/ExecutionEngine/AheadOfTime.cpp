//===- AheadOfTime.cpp - Code for later and elsewhere ---------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Each level is lowered and optimized by itself, since the tile pipeline
// already looks at the processor, and then linked into one module. Functions
// carry their processor as attributes, so one run of the code generator serves
// all.
//
//===----------------------------------------------------------------------===//

#include "tilec/ExecutionEngine/AheadOfTime.h"
#include "mlir/IR/OwningOpRef.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Analysis/TargetLibraryInfo.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/Module.h"
#include "llvm/Linker/Linker.h"
#include <fmt/format.h>

using namespace mlir;

namespace tilec {

std::string getInfoName(llvm::StringRef entry) {
  return (entry + "_info").str();
}

std::string getLevelFunctionName(llvm::StringRef entry,
                                 const CPUTarget &level) {
  return fmt::format("{}.{}", entry.str(), level.cpu().str());
}

static bool isIdentifier(llvm::StringRef name) {
  return !name.empty() && !llvm::isDigit(name.front()) &&
         llvm::all_of(name,
                      [](char c) { return llvm::isAlnum(c) || c == '_'; });
}

/// The first name of an entry that is no identifier.
static std::optional<std::string> findWrongName(const Signature &entry) {
  if (!isIdentifier(entry.name))
    return entry.name;
  for (const Parameter &parameter : entry.parameters)
    if (!isIdentifier(parameter.name))
      return parameter.name;
  for (const std::string &symbol : entry.symbols)
    if (!isIdentifier(symbol))
      return symbol;
  return std::nullopt;
}

/// What is wrong with the name of an entry, or an empty string.
static std::string describeWrongEntry(llvm::StringRef name,
                                      const llvm::StringSet<> &infos,
                                      const llvm::TargetLibraryInfoImpl &c) {
  llvm::LibFunc function;
  if (name == "main" || c.getLibFunc(name, function))
    return "would replace the function of the C library with that name";
  if (name.starts_with("tilec_"))
    return "has a name that is the compiler's";
  if (infos.contains(name))
    return "has the name of what describes another entry";
  return "";
}

llvm::Error checkExportedNames(llvm::ArrayRef<Signature> entries,
                               const CPUTarget &target) {
  llvm::TargetLibraryInfoImpl library(target.triple());
  llvm::StringSet<> infos;
  for (const Signature &entry : entries)
    infos.insert(getInfoName(entry.name));
  llvm::Error errors = llvm::Error::success();
  auto fail = [&](const std::string &message) {
    errors =
        llvm::joinErrors(std::move(errors), llvm::createStringError(message));
  };
  for (const Signature &entry : entries) {
    if (std::string what = describeWrongEntry(entry.name, infos, library);
        !what.empty())
      fail(fmt::format("the entry `{}` {}: rename it", entry.name, what));
    if (std::optional<std::string> name = findWrongName(entry))
      fail(fmt::format("`{}`, a name of the entry `{}`, is no identifier",
                       *name, entry.name));
  }
  return errors;
}

/// Gives the functions of the entries the names of a level.
static void renameEntries(llvm::Module &code, llvm::ArrayRef<EntryInfo> entries,
                          const CPUTarget &level) {
  for (const EntryInfo &entry : entries) {
    llvm::StringRef name = entry.signature.name;
    code.getFunction(name)->setName(getLevelFunctionName(name, level));
  }
}

/// What all levels need. A caller packs weights once, whatever level runs.
static llvm::Error mergeInfos(ModuleInfo &all, const ModuleInfo &level) {
  for (auto [entry, other] : llvm::zip_equal(all.entries, level.entries)) {
    entry.scratchBytes = std::max(entry.scratchBytes, other.scratchBytes);
    for (auto [x, y] : llvm::zip_equal(entry.signature.parameters,
                                       other.signature.parameters))
      if (x.layout != y.layout)
        return llvm::createStringError(
            fmt::format("the layout of `{}` depends on the processor", x.name));
  }
  return llvm::Error::success();
}

/// Compiles one level and adds it to `result`.
static llvm::Error addLevel(ModuleOp module, const CPUTarget &level,
                            const CompileOptions &options,
                            AheadOfTimeModule &result) {
  llvm::Expected<ModuleInfo> info = lowerEntries(module, level, options);
  if (!info)
    return info.takeError();
  auto code = translateModule(module, *result.context, level, options);
  if (!code)
    return code.takeError();
  renameEntries(**code, info->entries, level);
  if (!result.code) {
    result.code = std::move(*code);
    result.info = std::move(*info);
    return llvm::Error::success();
  }
  if (llvm::Error error = mergeInfos(result.info, *info))
    return error;
  if (llvm::Linker::linkModules(*result.code, std::move(*code)))
    return llvm::createStringError("the code of two processors does not link");
  return llvm::Error::success();
}

llvm::Expected<AheadOfTimeModule>
compileAheadOfTime(ModuleOp module, llvm::ArrayRef<CPUTarget> levels,
                   const CompileOptions &options) {
  llvm::Expected<CPUTarget> baseline =
      CPUTarget::getBaseline(levels.front().triple().str());
  if (!baseline)
    return baseline.takeError();
  AheadOfTimeModule result;
  result.context = std::make_unique<llvm::LLVMContext>();
  for (const CPUTarget &level : levels) {
    OwningOpRef<ModuleOp> copy = module.clone();
    if (llvm::Error error = addLevel(*copy, level, options, result))
      return error;
  }
  addEntryInfos(*result.code, result.info.entries, levels, *baseline);
  return result;
}

} // namespace tilec
