//===- DriverDiagnostics.h - Messages beside a progress line ----*- C++ -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TILEC_LIB_DRIVER_DRIVERDIAGNOSTICS_H
#define TILEC_LIB_DRIVER_DRIVERDIAGNOSTICS_H

#include "Progress.h"
#include "tilec/Session/ProgramDiagnostics.h"

namespace tilec {

/// A program's messages on a terminal that may show progress.
class DriverDiagnostics : public ProgramDiagnostics {
public:
  using ProgramDiagnostics::ProgramDiagnostics;

private:
  void prepareOutput() override { Progress::clearLine(); }
};

} // namespace tilec

#endif // TILEC_LIB_DRIVER_DRIVERDIAGNOSTICS_H
