//===- CPUTarget.cpp - What the compiler knows of a processor -------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilec/Target/CPUTarget.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/MC/MCSubtargetInfo.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Target/TargetMachine.h"
#include "llvm/Target/TargetOptions.h"
#include "llvm/TargetParser/Host.h"
#include <fmt/format.h>
#include <mutex>

using namespace tilec;
using llvm::StringRef;

namespace {
/// A feature of CPUFeatures in the words of LLVM's tables.
struct FeatureRow {
  Arch arch;
  bool CPUFeatures::*member;
  const char *llvmFeatures;
};
} // namespace

static constexpr FeatureRow featureRows[] = {
    {Arch::X86_64, &CPUFeatures::fma, "+fma"},
    {Arch::X86_64, &CPUFeatures::fp16Conversion, "+f16c"},
    {Arch::X86_64, &CPUFeatures::avx2, "+avx2"},
    {Arch::X86_64, &CPUFeatures::avx512,
     "+avx512f,+avx512bw,+avx512dq,+avx512vl"},
    {Arch::X86_64, &CPUFeatures::avx512BF16, "+avx512bf16"},
    {Arch::AArch64, &CPUFeatures::fma, "+fp-armv8"},
    {Arch::AArch64, &CPUFeatures::fp16Conversion, "+fp-armv8"},
    {Arch::AArch64, &CPUFeatures::neon, "+neon"},
    {Arch::AArch64, &CPUFeatures::bf16Dot, "+bf16"},
};

static constexpr StringRef x86Features[] = {
#define X86_FEATURE(NAME, ...) NAME,
#include "tilec/Support/ProcessorFeatures.def"
};
static constexpr StringRef aarch64Features[] = {
#define AARCH64_FEATURE(NAME, ...) NAME,
#include "tilec/Support/ProcessorFeatures.def"
};

/// Those that a run-time check knows.
static llvm::ArrayRef<StringRef> getCheckedFeatures(Arch arch) {
  switch (arch) {
  case Arch::X86_64:
    return x86Features;
  case Arch::AArch64:
    return aarch64Features;
  case Arch::Other:
    return {};
  }
  llvm_unreachable("all architectures are covered");
}

static void initializeTargets() {
  static std::once_flag once;
  std::call_once(once, [] {
    LLVMInitializeX86TargetInfo();
    LLVMInitializeX86Target();
    LLVMInitializeX86TargetMC();
    LLVMInitializeX86AsmPrinter();
    LLVMInitializeX86AsmParser();
    LLVMInitializeAArch64TargetInfo();
    LLVMInitializeAArch64Target();
    LLVMInitializeAArch64TargetMC();
    LLVMInitializeAArch64AsmPrinter();
    LLVMInitializeAArch64AsmParser();
    LLVMInitializeRISCVTargetInfo();
    LLVMInitializeRISCVTarget();
    LLVMInitializeRISCVTargetMC();
    LLVMInitializeRISCVAsmPrinter();
    LLVMInitializeRISCVAsmParser();
  });
}

/// "unknown `what` 'name'; did you mean ...?", with up to three of \p known.
static llvm::Error unknownName(StringRef what, StringRef name,
                               llvm::ArrayRef<StringRef> known) {
  constexpr size_t maxShown = 3;
  std::vector<std::pair<unsigned, StringRef>> ranked;
  for (StringRef candidate : known)
    ranked.push_back({name.edit_distance_insensitive(candidate), candidate});
  llvm::sort(ranked);
  std::vector<std::string> nearest;
  for (auto [distance, candidate] : llvm::ArrayRef(ranked).take_front(maxShown))
    nearest.push_back(fmt::format("'{}'", candidate.str()));
  return llvm::createStringError(
      fmt::format("unknown {} '{}'; the nearest known are {}", what.str(),
                  name.str(), llvm::join(nearest, ", ")));
}

static llvm::Error checkCPU(const llvm::MCSubtargetInfo &info, StringRef cpu) {
  std::vector<StringRef> names;
  for (const auto &row : info.getAllProcessorDescriptions())
    names.push_back(row.Key);
  if (llvm::is_contained(names, cpu))
    return llvm::Error::success();
  return unknownName("processor", cpu, names);
}

static llvm::Error checkFeatures(const llvm::MCSubtargetInfo &info,
                                 StringRef features) {
  std::vector<StringRef> names;
  for (const auto &row : info.getAllProcessorFeatures())
    names.push_back(row.Key);
  for (StringRef feature : llvm::split(features, ',')) {
    if (feature.empty())
      continue;
    StringRef name = feature.drop_front();
    if (feature[0] != '+' && feature[0] != '-')
      return llvm::createStringError(fmt::format(
          "feature '{}' must begin with '+' or '-'", feature.str()));
    if (!llvm::is_contained(names, name))
      return unknownName("feature", name, names);
  }
  return llvm::Error::success();
}

static llvm::Expected<const llvm::Target *> findTarget(llvm::Triple &triple) {
  std::string message;
  const llvm::Target *target =
      llvm::TargetRegistry::lookupTarget("", triple, message);
  bool isSupported = triple.isArch64Bit() && triple.isLittleEndian();
  if (target && isSupported)
    return target;
  StringRef known[] = {"x86_64-linux-gnu", "aarch64-linux-gnu",
                       "riscv64-linux-gnu"};
  return unknownName("target", triple.str(), known);
}

static std::string hostFeatures() {
  std::vector<std::string> names;
  for (const auto &feature : llvm::sys::getHostCPUFeatures())
    names.push_back((feature.second ? "+" : "-") + feature.first().str());
  llvm::sort(names);
  return llvm::join(names, ",");
}

static StringRef baselineCPU(const llvm::Triple &triple) {
  if (triple.getArch() == llvm::Triple::x86_64)
    return "x86-64";
  return triple.isRISCV() ? "generic-rv64" : "generic";
}

/// Whether processor and system of \p triple are the host's.
static bool isHostTriple(const llvm::Triple &triple) {
  llvm::Triple host(llvm::sys::getProcessTriple());
  return triple.getArch() == host.getArch() && triple.getOS() == host.getOS();
}

llvm::Expected<CPUTarget> CPUTarget::get(StringRef triple, StringRef cpu,
                                         StringRef features) {
  initializeTargets();
  CPUTarget result;
  result.targetTriple =
      llvm::Triple(triple.empty() ? llvm::sys::getProcessTriple()
                                  : llvm::Triple::normalize(triple));
  auto target = findTarget(result.targetTriple);
  if (!target)
    return target.takeError();
  result.llvmTarget = *target;

  bool isHost = isHostTriple(result.targetTriple);
  if (cpu == "native" && !isHost)
    return llvm::createStringError(
        fmt::format("processor 'native' is not one of target '{}'",
                    result.targetTriple.str()));
  if (cpu == "native" || (cpu.empty() && isHost)) {
    result.cpuName = llvm::sys::getHostCPUName().str();
    result.featureNames = hostFeatures();
  } else {
    result.cpuName =
        (cpu.empty() ? baselineCPU(result.targetTriple) : cpu).str();
  }
  if (!result.featureNames.empty() && !features.empty())
    result.featureNames += ",";
  result.featureNames += features;
  if (llvm::Error error = result.resolve())
    return error;
  return result;
}

llvm::Expected<CPUTarget> CPUTarget::getBaseline(StringRef triple) {
  return get(triple, baselineCPU(llvm::Triple(
                         triple.empty() ? llvm::sys::getProcessTriple()
                                        : llvm::Triple::normalize(triple))));
}

/// The same twice, or two that no machine tells apart.
static llvm::Error checkDistinct(const CPUTarget &first,
                                 const CPUTarget &second) {
  if (first.cpu() == second.cpu())
    return llvm::createStringError(fmt::format(
        "processor '{}' is named more than once", first.cpu().str()));
  if (first.requiredFeatures() == second.requiredFeatures())
    return llvm::createStringError(
        fmt::format("processors '{}' and '{}' need the same instruction sets: "
                    "the code for the second would never run",
                    first.cpu().str(), second.cpu().str()));
  return llvm::Error::success();
}

llvm::Expected<std::vector<CPUTarget>>
CPUTarget::getLevels(StringRef triple, StringRef cpus, StringRef features) {
  std::vector<CPUTarget> levels;
  for (StringRef cpu : llvm::split(cpus, ',')) {
    if (cpu.empty() && !cpus.empty())
      return llvm::createStringError(
          fmt::format("an empty processor name in '{}'", cpus.str()));
    llvm::Expected<CPUTarget> level = get(triple, cpu, features);
    if (!level)
      return level.takeError();
    for (const CPUTarget &other : levels)
      if (llvm::Error error = checkDistinct(other, *level))
        return error;
    levels.push_back(std::move(*level));
  }
  // What needs all that another needs, and more, needs more in number.
  llvm::stable_sort(levels, [](const CPUTarget &x, const CPUTarget &y) {
    return x.requiredFeatures().count(',') > y.requiredFeatures().count(',');
  });
  return levels;
}

/// Checks the names, then fills in the features.
llvm::Error CPUTarget::resolve() {
  std::unique_ptr<llvm::MCSubtargetInfo> names(
      llvmTarget->createMCSubtargetInfo(targetTriple.str(), "", ""));
  if (llvm::Error error = checkCPU(*names, cpuName))
    return error;
  if (llvm::Error error = checkFeatures(*names, featureNames))
    return error;
  std::unique_ptr<llvm::MCSubtargetInfo> info(llvmTarget->createMCSubtargetInfo(
      targetTriple.str(), cpuName, featureNames));
  switch (targetTriple.getArch()) {
  case llvm::Triple::x86_64:
    architecture = Arch::X86_64;
    if (!info->checkFeatures("+64bit"))
      return llvm::createStringError(
          fmt::format("processor '{}' has no 64-bit instructions", cpuName));
    break;
  case llvm::Triple::aarch64:
    architecture = Arch::AArch64;
    break;
  default:
    architecture = Arch::Other;
  }
  for (const FeatureRow &row : featureRows)
    if (row.arch == architecture)
      available.*row.member = info->checkFeatures(row.llvmFeatures);
  required = llvm::join(
      llvm::make_filter_range(getCheckedFeatures(architecture),
                              [&](StringRef name) {
                                return info->checkFeatures("+" + name.str());
                              }),
      ",");
  return llvm::Error::success();
}

BF16Products CPUTarget::bf16Products() const {
  return available.neon && available.bf16Dot ? BF16Products::RoundToOddPairs
                                             : BF16Products::FusedPairs;
}

bool CPUTarget::runsOnHost() const {
  if (!isHostTriple(targetTriple))
    return false;
  llvm::Expected<CPUTarget> machine = host();
  if (!machine) {
    llvm::consumeError(machine.takeError());
    return false;
  }
  return llvm::all_of(featureRows, [&](const FeatureRow &row) {
    return !(available.*row.member) || machine->available.*row.member;
  });
}

llvm::Expected<std::unique_ptr<llvm::TargetMachine>>
CPUTarget::createTargetMachine(llvm::CodeGenOptLevel level) const {
  llvm::TargetOptions options;
  options.AllowFPOpFusion = llvm::FPOpFusion::Strict;
  std::unique_ptr<llvm::TargetMachine> machine(llvmTarget->createTargetMachine(
      targetTriple.str(), cpuName, featureNames, options, llvm::Reloc::PIC_,
      std::nullopt, level));
  if (!machine)
    return llvm::createStringError(
        fmt::format("LLVM cannot generate code for '{}'", targetTriple.str()));
  return machine;
}
