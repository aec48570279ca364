//===- tilec.cpp - The tilec command --------------------------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilec/Driver/Driver.h"

int main(int argc, char **argv) { return tilec::runDriver(argc, argv); }
