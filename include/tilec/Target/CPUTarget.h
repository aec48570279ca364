//===- CPUTarget.h - What the compiler knows of a processor -----*- C++ -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The one place that knows a target's instruction sets. Everything else asks
// the typed `features()`, never a name. The names come from LLVM's tables.
//
//===----------------------------------------------------------------------===//

#ifndef TILEC_TARGET_CPUTARGET_H
#define TILEC_TARGET_CPUTARGET_H

#include "tilec/Support/BF16Products.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/CodeGen.h"
#include "llvm/Support/Error.h"
#include "llvm/TargetParser/Triple.h"
#include <memory>
#include <string>
#include <vector>

namespace llvm {
class Target;
class TargetMachine;
} // namespace llvm

namespace tilec {

enum class Arch : uint8_t { X86_64, AArch64, Other };

/// Instruction sets that code generation distinguishes. Those of another
/// architecture are false.
struct CPUFeatures {
  /// A fused multiply-add of FP32 in hardware; without it, `llvm.fma` becomes
  /// a call of `fmaf`.
  bool fma = false;
  /// FP16 <-> FP32 in hardware, subnormals included.
  bool fp16Conversion = false;
  bool avx2 = false;
  /// F, BW, DQ and VL together.
  bool avx512 = false;
  /// `vdpbf16ps` on 512 bits.
  bool avx512BF16 = false;
  bool neon = false;
  /// AArch64's `bfdot` and `bfmmla`.
  bool bf16Dot = false;
};

class CPUTarget {
public:
  /// The machine that runs the compiler.
  static llvm::Expected<CPUTarget> host() { return get(); }

  /// \p triple empty: the host's. \p cpu empty: the host's processor if the
  /// triple's architecture and system are the host's, else its baseline;
  /// "native": the host's. \p features: `+avx2,-fma`, added to the
  /// processor's. A name that LLVM does not know is an error that tells the
  /// nearest ones, so is an architecture that is not 64-bit little-endian.
  static llvm::Expected<CPUTarget> get(llvm::StringRef triple = "",
                                       llvm::StringRef cpu = "",
                                       llvm::StringRef features = "");

  /// The least processor of the architecture of \p triple (empty: the host's).
  static llvm::Expected<CPUTarget> getBaseline(llvm::StringRef triple = "");

  /// As get(), for several processors whose names are joined by commas: best
  /// first, so that the first one that a machine supports is the one to take.
  /// Errors: a name twice, and two that need the same instruction sets, since
  /// the second would never be taken.
  static llvm::Expected<std::vector<CPUTarget>>
  getLevels(llvm::StringRef triple, llvm::StringRef cpus,
            llvm::StringRef features);

  Arch arch() const { return architecture; }
  const CPUFeatures &features() const { return available; }

  /// How matrix products of BF16 round where this is compiled for.
  BF16Products bf16Products() const;

  const llvm::Triple &triple() const { return targetTriple; }
  /// As LLVM's function attributes "target-cpu" and "target-features" want
  /// them.
  llvm::StringRef cpu() const { return cpuName; }
  llvm::StringRef featureString() const { return featureNames; }
  /// The instruction sets that code may use, of those in
  /// ProcessorFeatures.def, joined by commas: what tilec_rt_supports is asked
  /// before the code runs. Empty for other architectures.
  llvm::StringRef requiredFeatures() const { return required; }
  /// Whether the code runs on the machine that runs the compiler.
  bool runsOnHost() const;

  /// Position-independent code, no fusing of multiplications and additions.
  llvm::Expected<std::unique_ptr<llvm::TargetMachine>> createTargetMachine(
      llvm::CodeGenOptLevel level = llvm::CodeGenOptLevel::Default) const;

private:
  CPUTarget() = default;
  llvm::Error resolve();

  llvm::Triple targetTriple;
  std::string cpuName;
  std::string featureNames;
  std::string required;
  const llvm::Target *llvmTarget = nullptr;
  Arch architecture = Arch::Other;
  CPUFeatures available;
};

} // namespace tilec

#endif // TILEC_TARGET_CPUTARGET_H
