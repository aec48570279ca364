//===- ProgramDiagnostics.cpp - Messages about a program ------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilec/Session/ProgramDiagnostics.h"
#include "mlir/IR/Location.h"
#include "llvm/Support/MemoryBuffer.h"

using namespace tilec;
using llvm::StringRef;

void RecordingStream::write_impl(const char *text, size_t size) {
  if (!muted)
    out.write(text, size);
  record.append(text, size);
}

ProgramDiagnostics::~ProgramDiagnostics() = default;

//===----------------------------------------------------------------------===//
// Places
//===----------------------------------------------------------------------===//

/// The innermost place of a location, and the calls that led there.
static void collectPlaces(mlir::Location location,
                          llvm::SmallVectorImpl<SourcePlace> &places) {
  if (auto file = llvm::dyn_cast<mlir::FileLineColLoc>(location)) {
    places.push_back(
        {file.getFilename().str(), file.getLine(), file.getColumn()});
  } else if (auto name = llvm::dyn_cast<mlir::NameLoc>(location)) {
    collectPlaces(name.getChildLoc(), places);
  } else if (auto call = llvm::dyn_cast<mlir::CallSiteLoc>(location)) {
    collectPlaces(call.getCallee(), places);
    collectPlaces(call.getCaller(), places);
  } else if (auto fused = llvm::dyn_cast<mlir::FusedLoc>(location)) {
    // Operations that a pass merged; the first is where the error shows.
    for (size_t i = 0; places.empty() && i < fused.getLocations().size(); ++i)
      collectPlaces(fused.getLocations()[i], places);
  }
}

unsigned ProgramDiagnostics::getBuffer(StringRef file) {
  auto [known, isNew] = buffers.try_emplace(file, 0);
  if (!isNew)
    return known->second;
  for (unsigned id = 1; id <= sources.getNumBuffers(); ++id)
    if (sources.getMemoryBuffer(id)->getBufferIdentifier() == file)
      return known->second = id;
  auto buffer = llvm::MemoryBuffer::getFile(file);
  if (buffer)
    known->second = sources.AddNewSourceBuffer(std::move(*buffer), {});
  return known->second;
}

/// The position in a source buffer, columns being characters.
llvm::SMLoc ProgramDiagnostics::find(const SourcePlace &place) {
  unsigned id = place.line > 0 ? getBuffer(place.file) : 0;
  if (!id)
    return {};
  llvm::SMLoc lineStart = sources.FindLocForLineAndColumn(id, place.line, 1);
  if (!lineStart.isValid())
    return {};
  const char *at = lineStart.getPointer();
  const char *end = sources.getMemoryBuffer(id)->getBufferEnd();
  for (int64_t column = 1; column < place.column && at != end && *at != '\n';
       ++column)
    do
      ++at;
    while (at != end && (*at & 0xc0) == 0x80);
  return llvm::SMLoc::getFromPointer(at);
}

//===----------------------------------------------------------------------===//
// Printing
//===----------------------------------------------------------------------===//

/// The name or number at a position, to be underlined.
static SourceRange wordAt(llvm::SMLoc loc) {
  const char *end = loc.getPointer();
  while (llvm::isAlnum(*end) || *end == '_')
    ++end;
  return {loc, llvm::SMLoc::getFromPointer(end)};
}

void ProgramDiagnostics::print(const SourcePlace &place, StringRef kind,
                               StringRef message) {
  prepareOutput();
  llvm::SMLoc loc = find(place);
  if (!loc.isValid()) {
    if (place.line > 0)
      os << place.file << ':' << place.line << ':' << place.column;
    else
      os << "tilec";
    os << ": " << kind << ": " << message << '\n';
    return;
  }
  frontend.show(wordAt(loc), kind, message);
}

void ProgramDiagnostics::print(mlir::Location location, StringRef kind,
                               StringRef message) {
  llvm::SmallVector<SourcePlace, 2> places;
  collectPlaces(location, places);
  if (places.empty())
    places.emplace_back();
  print(places.front(), kind, message);
  for (const SourcePlace &caller : llvm::drop_begin(places))
    print(caller, "note", "called from here");
}

//===----------------------------------------------------------------------===//
// Reporting
//===----------------------------------------------------------------------===//

void ProgramDiagnostics::report(const std::string &message) {
  print(SourcePlace(), "error", message);
}

void ProgramDiagnostics::warn(const std::string &message) {
  print(SourcePlace(), "warning", message);
}

void ProgramDiagnostics::repeat(StringRef text) {
  if (text.empty())
    return;
  prepareOutput();
  os << text;
}

void ProgramDiagnostics::report(llvm::Error error) {
  llvm::handleAllErrors(
      std::move(error),
      [&](const RuntimeError &failure) {
        print(failure.getPlace(), "error", failure.getMessage());
      },
      [&](const llvm::ErrorInfoBase &info) { report(info.message()); });
}

/// Whether a message speaks of IR: `'tile.slice' op ...` of a verifier, or what
/// a conversion has no answer to. What passes say to users never does.
static bool speaksOfIR(StringRef message) {
  if (message.consume_front("'"))
    return message.contains("' op ");
  return message.starts_with("failed to legalize") ||
         message.starts_with("failed to materialize") ||
         message.starts_with("LLVM Translation failed") ||
         message.contains("cannot be lowered");
}

void ProgramDiagnostics::report(mlir::Diagnostic &diagnostic) {
  std::string message = diagnostic.str();
  StringRef kind = "error";
  switch (diagnostic.getSeverity()) {
  case mlir::DiagnosticSeverity::Note:
    kind = "note";
    break;
  case mlir::DiagnosticSeverity::Warning:
    kind = "warning";
    break;
  case mlir::DiagnosticSeverity::Remark:
    if (!showRemarks)
      return;
    kind = "remark";
    break;
  case mlir::DiagnosticSeverity::Error:
    ++(speaksOfIR(message) ? compilerErrors : programErrors);
    break;
  }
  print(diagnostic.getLocation(), kind, message);
  for (mlir::Diagnostic &note : diagnostic.getNotes())
    print(note.getLocation(), "note", note.str());
}
