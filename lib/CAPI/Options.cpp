//===- Options.cpp - Options by their names -------------------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Objects.h"
#include "tilec/ExecutionEngine/ObjectCache.h"
#include "tilec/Support/Names.h"

using namespace tilec;
using llvm::StringRef;

static llvm::Expected<bool> readSwitch(StringRef value) {
  if (value == "on" || value == "off")
    return value == "on";
  return llvm::createStringError(
      fmt::format("it takes `on` or `off`, not `{}`", value.str()));
}

namespace {
/// Sets an option; an error says what is wrong with the value.
using Setter = llvm::Error (*)(tilec_options &options, StringRef value);

struct OptionRow {
  const char *name;
  Setter set;
};
} // namespace

/// The value is put to the test together with what was set before.
template <std::string CompileOptions::*member>
static llvm::Error setTarget(tilec_options &options, StringRef value) {
  CompileOptions changed = options.compile;
  changed.*member = value.str();
  auto target = CPUTarget::get(changed.triple, changed.cpu, changed.features);
  if (!target)
    return target.takeError();
  options.compile = std::move(changed);
  return llvm::Error::success();
}

static llvm::Error setOptLevel(tilec_options &options, StringRef value) {
  unsigned level;
  if (value.getAsInteger(10, level) || level > 3)
    return llvm::createStringError(
        fmt::format("it takes a number from 0 to 3, not `{}`", value.str()));
  options.compile.optLevel = level;
  return llvm::Error::success();
}

static llvm::Error setEntry(tilec_options &options, StringRef value) {
  options.entry = value.str();
  return llvm::Error::success();
}

template <bool PipelineOptions::*member>
static llvm::Error setSwitch(tilec_options &options, StringRef value) {
  llvm::Expected<bool> on = readSwitch(value);
  if (!on)
    return on.takeError();
  options.compile.pipeline.*member = *on;
  return llvm::Error::success();
}

static llvm::Error setCache(tilec_options &options, StringRef value) {
  llvm::Expected<bool> on = readSwitch(value);
  if (!on)
    return on.takeError();
  options.cacheEnabled = *on;
  return llvm::Error::success();
}

static llvm::Error setCacheFolder(tilec_options &options, StringRef value) {
  options.cacheFolder = value.str();
  return llvm::Error::success();
}

static llvm::Error setCacheSize(tilec_options &options, StringRef value) {
  options.cacheBytes = parseByteSize(value);
  if (options.cacheBytes)
    return llvm::Error::success();
  return llvm::createStringError(fmt::format(
      "it takes a number of bytes such as 512M, not `{}`", value.str()));
}

static constexpr OptionRow rows[] = {
    {"cpu", setTarget<&CompileOptions::cpu>},
    {"features", setTarget<&CompileOptions::features>},
    {"opt-level", setOptLevel},
    {"entry", setEntry},
    {"bounds-checks", setSwitch<&PipelineOptions::boundsChecks>},
    {"check-races", setSwitch<&PipelineOptions::checkRaces>},
    {"debug-info", setSwitch<&PipelineOptions::debugInfo>},
    {"cache", setCache},
    {"cache-dir", setCacheFolder},
    {"cache-size", setCacheSize},
};

tilec_options *capi::tilec_options_create() {
  return makeOrNull([] { return new tilec_options; });
}

void capi::tilec_options_destroy(tilec_options *options) { delete options; }

tilec_status capi::tilec_options_set(tilec_options *options, const char *name,
                                     const char *value, tilec_error **error) {
  return guard(error, [&] {
    if (!options || !name || !value)
      return rejectNull(error, !options ? "options" : !name ? "name" : "value");
    const auto *row = llvm::find_if(rows, [&](const OptionRow &row) {
      return StringRef(name) == row.name;
    });
    if (row == std::end(rows)) {
      std::vector<std::string> names;
      for (const OptionRow &known : rows)
        names.emplace_back(known.name);
      return reject(error, fmt::format("there is no option `{}`{}", name,
                                       suggestName(name, names)));
    }
    if (llvm::Error wrong = row->set(*options, value))
      return reject(error, fmt::format("option `{}`: {}", name,
                                       llvm::toString(std::move(wrong))));
    return TILEC_OK;
  });
}

tilec_status capi::tilec_options_define(tilec_options *options,
                                        const char *name, const char *value,
                                        tilec_error **error) {
  return guard(error, [&] {
    if (!options || !name || !value)
      return rejectNull(error, !options ? "options" : !name ? "name" : "value");
    options->frontend.defines.push_back({name, value});
    return TILEC_OK;
  });
}

tilec_status capi::tilec_options_add_import_dir(tilec_options *options,
                                                const char *folder,
                                                tilec_error **error) {
  return guard(error, [&] {
    if (!options || !folder)
      return rejectNull(error, !options ? "options" : "folder");
    options->frontend.importDirs.emplace_back(folder);
    return TILEC_OK;
  });
}
