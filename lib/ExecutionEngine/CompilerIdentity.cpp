//===- CompilerIdentity.cpp - Which compiler this is ----------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilec/ExecutionEngine/CompilerIdentity.h"
#include "mlir/IR/Verifier.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Config/llvm-config.h"
#include "llvm/Support/MathExtras.h"
#include "llvm/Support/raw_ostream.h"
#include <link.h>

using namespace tilec;
using llvm::StringRef;

namespace {
struct Search {
  uintptr_t address;
  std::optional<std::string> buildID;
};
} // namespace

/// The build ID among the notes of a segment.
static std::optional<std::string> findBuildID(StringRef notes, size_t align) {
  while (notes.size() >= sizeof(ElfW(Nhdr))) {
    const auto *header = reinterpret_cast<const ElfW(Nhdr) *>(notes.data());
    notes = notes.drop_front(sizeof(*header));
    StringRef name = notes.take_front(header->n_namesz);
    notes = notes.drop_front(
        std::min(notes.size(), llvm::alignTo(header->n_namesz, align)));
    StringRef contents = notes.take_front(header->n_descsz);
    notes = notes.drop_front(
        std::min(notes.size(), llvm::alignTo(header->n_descsz, align)));
    if (header->n_type == NT_GNU_BUILD_ID && name == StringRef("GNU", 4))
      return llvm::toHex(contents, /*LowerCase=*/true);
  }
  return std::nullopt;
}

static bool contains(const dl_phdr_info &file, uintptr_t address) {
  llvm::ArrayRef segments(file.dlpi_phdr, file.dlpi_phnum);
  return llvm::any_of(segments, [&](const ElfW(Phdr) & segment) {
    uintptr_t begin = file.dlpi_addr + segment.p_vaddr;
    return segment.p_type == PT_LOAD && address >= begin &&
           address - begin < segment.p_memsz;
  });
}

/// Called for each file that is loaded; ends the search with 1.
static int searchFile(dl_phdr_info *file, size_t, void *data) {
  auto &search = *static_cast<Search *>(data);
  if (!contains(*file, search.address))
    return 0;
  for (const ElfW(Phdr) & segment :
       llvm::ArrayRef(file->dlpi_phdr, file->dlpi_phnum)) {
    if (segment.p_type != PT_NOTE || search.buildID)
      continue;
    // Where the loader put the segment is a number in its table.
    const char *notes =
        reinterpret_cast<const char *>(file->dlpi_addr + segment.p_vaddr);
    search.buildID = findBuildID(StringRef(notes, segment.p_memsz),
                                 segment.p_align == 8 ? 8 : 4);
  }
  return 1;
}

std::optional<std::string> tilec::getBuildID(const void *address) {
  Search search{reinterpret_cast<uintptr_t>(address), std::nullopt};
  dl_iterate_phdr(searchFile, &search);
  return search.buildID;
}

static std::optional<std::string> makeIdentity() {
  // One address of each file that code generation depends on.
  static const char own = 0;
  std::string identity =
      "tilec " TILEC_VERSION " with LLVM " LLVM_VERSION_STRING;
  for (const void *address :
       {static_cast<const void *>(&own),
        reinterpret_cast<const void *>(
            static_cast<llvm::LogicalResult (*)(mlir::Operation *, bool)>(
                &mlir::verify)),
        reinterpret_cast<const void *>(&llvm::errs)}) {
    std::optional<std::string> buildID = getBuildID(address);
    if (!buildID)
      return std::nullopt;
    identity += ' ' + *buildID;
  }
  return identity;
}

std::optional<std::string> tilec::getCompilerIdentity() {
  static const std::optional<std::string> identity = makeIdentity();
  return identity;
}
