/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Functions of another LLVM, as a host that is linked with one may export them.
 * The compiler must not call them. */
#include <stdlib.h>

#define HOST_FUNCTION(name, symbol)                                            \
  void name(void) __asm__(symbol);                                             \
  void name(void) { abort(); }

/* llvm::raw_ostream::write(const char *, size_t) */
HOST_FUNCTION(write_text, "_ZN4llvm11raw_ostream5writeEPKcm")
/* llvm::SmallVectorBase<uint32_t>::grow_pod(void *, size_t, size_t) */
HOST_FUNCTION(grow_pod, "_ZN4llvm15SmallVectorBaseIjE8grow_podEPvmm")
/* llvm::LLVMContext::LLVMContext() */
HOST_FUNCTION(make_context, "_ZN4llvm11LLVMContextC1Ev")
/* mlir::Operation::erase() */
HOST_FUNCTION(erase, "_ZN4mlir9Operation5eraseEv")
