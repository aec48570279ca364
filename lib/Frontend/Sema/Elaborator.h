//===- Elaborator.h - From the syntax tree to tile IR -----------*- C++ -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Walks the functions of a program with the types of their arguments, checks
// what it meets and emits operations as it goes. The members are defined in one
// file for each subject, named in the sections below.
//
// A Datum is what an expression means, a Binding what a name stands for. After
// an error an expression is Poison, and whatever is made from poison is poison
// without another word, so that no error is the consequence of another.
//
//===----------------------------------------------------------------------===//

#ifndef TILEC_LIB_FRONTEND_SEMA_ELABORATOR_H
#define TILEC_LIB_FRONTEND_SEMA_ELABORATOR_H

#include "Builtins.h"
#include "Emitter.h"
#include "Frame.h"
#include "LoopPlan.h"
#include "Reporter.h"

#include "llvm/ADT/DenseSet.h"
#include "llvm/Support/Allocator.h"
#include "llvm/Support/SaveAndRestore.h"

#include <map>

namespace tilec {

class Elaborator {
public:
  Elaborator(mlir::ModuleOp ir, Emitter &emitter, Reporter &reporter,
             const llvm::DenseMap<const Module *, ModuleScope *> &scopes)
      : emitter(emitter), ir(ir), reporter(reporter), scopes(scopes) {}

  // Modules.cpp: constants and imports.
  void elaborateModule(ModuleScope &scope, Defines &defines);

  // Entries.cpp: functions.
  mlir::func::FuncOp elaborateEntry(const FunctionDecl &function,
                                    const ModuleScope &scope);
  /// Finds the errors of a function that nothing calls.
  void elaborateUncalled(const FunctionDecl &function,
                         const ModuleScope &scope);
  bool wasCalled(const FunctionDecl &function) const {
    return called.contains(&function);
  }

  // Warnings.cpp.
  void warnOfUnusedTiles();

  // Expressions.cpp. `error` returns poison, and shows the calls that led here.
  Datum error(SourceRange range, const llvm::Twine &message);
  void warning(SourceRange range, const llvm::Twine &message);
  void note(SourceRange range, const llvm::Twine &message) {
    if (!isStopped)
      reporter.note(range, message);
  }
  /// Shows where an operand was bound and what it is.
  void noteDefinition(const Datum &datum);
  Datum evaluate(const Expr *e);
  bool isAtModuleLevel() const { return !frame->function; }

  // Operators.cpp.
  Datum emitUnary(UnaryOp op, const Datum &operand, SourceRange range);
  Datum emitBinary(BinaryOp op, const Datum &lhs, const Datum &rhs,
                   SourceRange range);
  Datum emitCompare(CompareOp op, const Datum &lhs, const Datum &rhs,
                    SourceRange range);
  Datum refuseOperands(llvm::StringRef op, const Datum &lhs, const Datum &rhs,
                       SourceRange range);

  // Conversions.cpp: what operations ask of their operands. What does not fit
  // is reported, and the result is null, none or poison.
  /// A tile; a tensor of static shape stands for the slice of all of it.
  Datum toTile(const Datum &datum, SourceRange range, llvm::StringRef what);
  mlir::Value toIndex(const Datum &datum, SourceRange range,
                      llvm::StringRef what);
  std::optional<int64_t> toConstantInt(const Datum &datum, SourceRange range,
                                       llvm::StringRef what);
  /// A number as a scalar of `dtype`; integers serve for each other.
  mlir::Value toScalar(const Datum &datum, DType dtype, SourceRange range);
  /// A number as a cell of `dtype`; a scalar must have exactly that.
  mlir::Value toCell(const Datum &datum, DType dtype, SourceRange range);
  /// An i1 that tells whether the value is true.
  mlir::Value toCondition(const Datum &datum, SourceRange range);
  /// The entries of a list, `rank` of them, or any number if that is 0.
  std::optional<std::vector<BoundArg>>
  toList(const BoundArg &arg, llvm::StringRef what, size_t rank);
  std::optional<llvm::SmallVector<int64_t>> toStaticShape(const BoundArg &arg,
                                                          llvm::StringRef what);
  std::optional<llvm::SmallVector<mlir::Value>>
  toIndices(const BoundArg &arg, llvm::StringRef what, size_t rank);
  std::optional<DType> toDType(const BoundArg &arg);
  std::optional<llvm::StringRef> toString(const BoundArg &arg,
                                          llvm::StringRef what);
  /// True or False; False for an argument that is not given.
  std::optional<bool> toFlag(const BoundArg &arg, llvm::StringRef what);
  bool checkTileSize(llvm::ArrayRef<int64_t> shape, DType dtype,
                     SourceRange range);
  /// An error unless a compute operation may stand here.
  bool requireScope(SourceRange range, llvm::StringRef operation);
  Datum scalarOf(mlir::Value value, DType dtype);
  Datum scalarOf(mlir::Value value, DType dtype, DimExpr known);
  mlir::Value castScalar(mlir::Value value, DType dtype, tile::RoundMode mode,
                         SourceRange range);
  /// The extent of a dimension, an Int or a Scalar.
  Datum dimensionOf(const Datum &source, int64_t dim, SourceRange range);

  // Joins.cpp: values where paths meet.
  std::optional<JoinType> typeOf(const Datum &datum);
  std::optional<JoinType> join(const JoinType &lhs, const JoinType &rhs);
  std::optional<JoinType> joinOf(const Datum &lhs, const Datum &rhs);

  // Elementwise.cpp.
  Datum emitElementwise(tile::BinaryKind kind, const BoundArg &lhs,
                        const BoundArg &rhs, SourceRange range,
                        llvm::StringRef operation);
  Datum emitTileUnary(tile::UnaryKind kind, const BoundArg &operand,
                      SourceRange range, llvm::StringRef operation);
  Datum emitTileCompare(tile::CmpMode mode, const BoundArg &lhs,
                        const BoundArg &rhs, SourceRange range);
  /// Operands of one dtype, tensors made tiles; tiles need a scope.
  std::optional<llvm::SmallVector<mlir::Value, 3>>
  toOperands(llvm::MutableArrayRef<BoundArg> operands, SourceRange range,
             llvm::StringRef operation);
  /// The dtype that operands agree on: a literal takes that of the others.
  bool unifyDTypes(llvm::ArrayRef<BoundArg> operands, SourceRange range,
                   DType &dtype);
  DType cellDType(llvm::ArrayRef<BoundArg> operands);
  Datum resultOfCells(mlir::Value value, DType scalarDType);
  /// An error that shows the definitions of both operands.
  Datum mismatch(SourceRange range, const llvm::Twine &message,
                 const Datum &lhs, const Datum &rhs);

  // Movement.cpp.
  Datum emitSlice(const Datum &source, llvm::ArrayRef<int64_t> sizes,
                  llvm::ArrayRef<mlir::Value> offsets,
                  llvm::ArrayRef<mlir::Value> valid, SourceRange range);
  Datum emitAssemble(const BoundArg &dest, const BoundArg &source,
                     llvm::ArrayRef<mlir::Value> offsets, SourceRange range);
  Datum emitReshape(const Datum &source, llvm::ArrayRef<int64_t> shape,
                    SourceRange range);
  Datum emitRead(const Datum &source, llvm::ArrayRef<mlir::Value> indices,
                 SourceRange range);
  void emitWrite(const BoundArg &dest, const BoundArg &value,
                 llvm::ArrayRef<mlir::Value> indices, SourceRange range);

  // Warnings.cpp: storage and what is written.
  Storage *makeStorage(llvm::StringRef name, SourceRange definition,
                       Storage::Access access);
  /// Records that a tensor is written; false after an error.
  bool noteWrite(const Datum &tensor, SourceRange range);

  // LoopHeader.cpp.
  Datum yieldToLoop(const BoundArgs &args);

  /// A dimension of a parameter's shape and of the argument's.
  struct Equation {
    const Param *param;
    size_t dim;
    const DimExpr *expected;
    const BoundArg *argument;
    SourceRange range;
  };

  Emitter &emitter;
  SymbolicFactory symbolic;

private:
  friend class SequentialLoop;

  /// The name that a function's result goes by; a keyword, so nobody else's.
  static constexpr llvm::StringLiteral returnName{"return"};
  /// Statements, expressions and calls around each other; the native stack has
  /// room for more.
  static constexpr unsigned maxDepth = 2000;

  struct FirstTest {
    unsigned loop;
    bool thenIsLater;
  };
  struct Box;
  struct Merge;
  struct EntryState;
  struct PlacedStorage {
    Storage *storage;
    SourceRange range;
  };
  /// A state to come back to.
  struct Checkpoint {
    size_t diagnostics, environment, reads, writes, dropped, definitions;
    mlir::Block *block;
    mlir::Operation *last;
  };

  // Expressions.cpp.
  Datum evaluateName(const NameExpr *e);
  Datum evaluateAttribute(const AttributeExpr *e);
  Datum evaluateSequence(Datum::Kind kind, llvm::ArrayRef<Expr *> elements);
  Datum evaluateUnary(const UnaryExpr *e);
  Datum evaluateBinary(const BinaryExpr *e);
  Datum read(Binding &binding, SourceRange range);
  Datum readUnbound(const NameExpr *e, const Binding *partial);
  void markRead(Binding &binding);
  bool isLaterIteration(unsigned loop) const;
  std::vector<llvm::StringRef> visibleNames() const;
  Datum resolveDynamic(const Datum &datum, SourceRange range);
  const Datum *lookupDynamic(llvm::StringRef name) const;
  bool isIncomplete() const;
  void noteCalls();

  // Operators.cpp.
  Datum emitTileOperator(BinaryOp op, const Datum &lhs, const Datum &rhs,
                         SourceRange range);
  Datum emitIntBinary(BinaryOp op, const Datum &lhs, const Datum &rhs,
                      SourceRange range);
  mlir::Value emitIntOperation(BinaryOp op, mlir::Value lhs, mlir::Value rhs,
                               SourceRange range);
  Datum emitFloatBinary(BinaryOp op, const Datum &lhs, const Datum &rhs,
                        SourceRange range);
  Datum emitTrueDivision(const Datum &lhs, const Datum &rhs, SourceRange range);
  Datum emitPower(const Datum &base, const Datum &exponent, SourceRange range);

  // Conversions.cpp.
  bool fitsDType(const Datum &number, DType dtype, SourceRange range);
  mlir::Value toTruthValue(const Datum &datum, SourceRange range,
                           llvm::StringRef op);
  std::optional<Datum> materialize(const DimExpr &expression,
                                   SourceRange range);

  // Elementwise.cpp.
  bool isCellLike(const Datum &datum) const;
  bool checkDType(tile::BinaryKind kind, DType dtype, llvm::StringRef operation,
                  SourceRange range);

  // Movement.cpp.
  bool checkInside(const Datum &storage, llvm::ArrayRef<mlir::Value> offsets,
                   llvm::ArrayRef<int64_t> extents, SourceRange range);

  // Subscripts.cpp.
  Datum evaluateSubscript(const SubscriptExpr *e);
  void assignSubscript(const SubscriptExpr *target, const BoundArg &value);
  Datum indexSequence(const Datum &sequence, const SubscriptExpr *e);
  Datum evaluateBound(const Expr *e);
  bool addRange(const Datum &source, int64_t dim, const SliceExpr *e,
                SourceRange range, Box &box);
  std::optional<Box> evaluateBox(const Datum &source, const SubscriptExpr *e);

  // Annotations.cpp.
  Annotation evaluateAnnotation(const Expr *e);
  Annotation evaluateTensorType(const SubscriptExpr *e, Annotation annotation);
  Annotation evaluateOtherAnnotation(const Expr *e, Annotation annotation);
  const Builtin *typeConstructor(const Expr *e);
  bool evaluateDims(const Expr *e, Annotation &annotation);
  bool checkTensorBytes(const Annotation &annotation, SourceRange range);
  void checkAnnotated(const Annotation &annotation, const Datum &value,
                      SourceRange range);

  // Calls.cpp.
  Datum evaluateCall(const CallExpr *call);
  Datum callBuiltin(const Builtin &builtin, const CallExpr &call);
  std::optional<BoundArgs> bindArguments(const Builtin &builtin,
                                         const CallExpr &call);
  void evaluateArguments(const CallExpr &call);

  // Inlining.cpp.
  Datum callFunction(const Datum &callee, const CallExpr &call);
  bool checkCallable(const FunctionDecl &function, const CallExpr &call);
  std::optional<std::vector<BoundArg>>
  matchArguments(const FunctionDecl &function, const CallExpr &call);
  bool checkArgumentKind(const Param &param, const Annotation &annotation,
                         const BoundArg &arg);
  bool fitsParameter(const Datum &number, DType dtype);
  void bindParameters(const FunctionDecl &function, std::vector<BoundArg> args);
  Datum bindParameter(const Param &param, const Annotation &annotation,
                      const BoundArg &arg);
  Datum withDeclaredShape(const Datum &tensor, const Annotation &annotation,
                          SourceRange range);
  Datum finishReturn(const FunctionDecl &function);

  // DynamicNames.cpp.
  void solveEquations(const FunctionDecl &function,
                      std::vector<Equation> equations);
  bool solveEquation(const Equation &equation);
  bool solveAtRunTime(const Equation &equation, const DimExpr &factor,
                      const DimExpr &rest, Datum &solution);
  void checkEquation(const Equation &equation, const DimExpr &expected);
  void refuseDimension(const Equation &equation, const DimExpr &actual,
                       std::optional<DimExpr> expected = std::nullopt);

  // Statements.cpp.
  void elaborateBlock(Block block);
  void elaborateStatements(Block block);
  void elaborate(const Stmt *s);
  void elaborateExprStmt(const ExprStmt *s);
  void elaborateReturn(const ReturnStmt *s);
  void elaborateError(const ErrorStmt *s);
  void checkReturned(const Datum &value, const Expr *e);
  bool hasReturned();
  void reportPartialReturn(const Binding &binding);
  bool isExhausted(SourceRange range);
  bool isTooDeep(SourceRange range);

  // Assignment.cpp.
  void elaborateAssign(const AssignStmt *s);
  void elaborateAugAssign(const AugAssignStmt *s);
  void elaborateAnnAssign(const AnnAssignStmt *s);
  void assign(const Expr *target, const BoundArg &value);
  void assignName(const NameExpr *target, const BoundArg &value);
  void noteDroppedParameter(const NameExpr *target, const Datum &value);
  void nameValue(const Datum &datum, llvm::StringRef name);
  Binding *bind(llvm::StringRef name, Datum datum, SourceRange definition);
  Binding *makeBinding(llvm::StringRef name, Datum datum,
                       SourceRange definition);

  // Asserts.cpp.
  void elaborateAssert(const AssertStmt *s);
  void describeOperands(const Expr *condition, std::string &message,
                        llvm::SmallVectorImpl<mlir::Value> &values);

  // Conditionals.cpp.
  std::optional<FirstTest> matchFirstTest(CompareOp op, const Datum &lhs,
                                          const Datum &rhs);
  /// `rest` runs where the `if` has not returned.
  void elaborateIf(const IfStmt *s, Block rest);
  void elaborateArm(Block arm, Block rest);
  Environment::Changes elaborateRegion(mlir::Region &region,
                                       llvm::function_ref<void()> body);
  void elaborateBranches(mlir::Value condition, SourceRange range,
                         llvm::function_ref<void()> thenBody,
                         llvm::function_ref<void()> elseBody);
  bool readsUnknown() const;
  Binding *mergeBindings(llvm::StringRef name, Binding *lhs, Binding *rhs,
                         SourceRange range);
  static std::vector<Merge>
  collectMerges(const Environment::Changes &thenChanges,
                const Environment::Changes &elseChanges);
  void mergeName(Merge &merge, SourceRange range);
  void emitYield(mlir::Region &branch, llvm::ArrayRef<Merge> merges,
                 Binding *Merge::*member, SourceRange range);
  Binding *bindingOf(const Merge &merge, mlir::Value value);
  Datum evaluateConditional(const ConditionalExpr *e);
  Datum evaluateArms(mlir::Value condition, SourceRange range,
                     llvm::function_ref<Datum()> thenValue,
                     llvm::function_ref<Datum()> elseValue);
  Datum evaluateLogical(const BinaryExpr *e);
  mlir::Value emitShortCircuit(const BinaryExpr *e, mlir::Value left,
                               mlir::Value right, mlir::scf::IfOp guard);
  Datum evaluateCompare(const CompareExpr *e);
  Datum emitBoth(const Datum &lhs, const Datum &rhs, SourceRange range);

  // Scopes.cpp.
  void elaborateWith(const WithStmt *s);
  const CallExpr *scopeCall(const WithStmt *s);
  void elaborateScope(llvm::StringRef name, SourceRange range,
                      llvm::function_ref<void()> body);

  // LoopHeader.cpp.
  LoopHeader evaluateHeader(const ForStmt *s);
  const CallExpr *loopCall(const ForStmt *s, const Builtin *&builtin);
  Datum toBound(const BoundArg &arg, llvm::StringRef what);
  void bindBounds(LoopHeader &header, const BoundArgs &args);
  void bindStage(LoopHeader &header, const BoundArg &arg);
  void bindTargets(LoopHeader &header, const Expr *target,
                   const BoundArg &initial);
  void bindPoison(const Expr *target);
  void bindInitialValues(const ForStmt *s, const LoopHeader &header);

  // Loops.cpp and SequentialLoop.cpp.
  void elaborateFor(const ForStmt *s);
  void elaborateUnrolled(const ForStmt *s, const LoopHeader &header);
  void elaborateConcurrent(const ForStmt *s, const LoopHeader &header);
  void elaborateSequential(const ForStmt *s, LoopHeader &header);
  void elaborateIteration(const ForStmt *s, const LoopHeader &header,
                          const Datum &index, llvm::function_ref<void()> body);
  void finishConcurrentName(llvm::StringRef name,
                            const Environment::Change &change,
                            const LoopHeader &header, uint64_t entry);
  Binding *bindIndex(const LoopHeader &header, Datum value);
  LoopBounds emitBounds(const LoopHeader &header);
  void emitStepCheck(mlir::Value step, SourceRange range);
  Datum emitIndex(const LoopBounds &bounds, mlir::Value induction,
                  SourceRange range);
  Checkpoint checkpoint() const;
  void restore(const Checkpoint &checkpoint);
  unsigned contextOf(unsigned parent, const void *place, int64_t iteration);

  // Joins.cpp.
  /// The value with the type, made at the insertion point.
  mlir::Value convert(const Datum &datum, const JoinType &type,
                      SourceRange range);
  mlir::Value makeUndefined(const JoinType &type, SourceRange range);
  /// What a result of that type is, given what it stands for.
  Datum resultOf(mlir::Value value, const JoinType &type,
                 llvm::ArrayRef<const Datum *> sources);
  Datum withNewStorage(const Datum &tensor, llvm::StringRef name,
                       SourceRange definition);
  Binding *makeConflict(llvm::StringRef name, const Binding &lhs,
                        const Binding &rhs);
  Binding *makePartial(llvm::StringRef name, Binding *cause, SourceRange range,
                       const llvm::Twine &problem);
  static bool isDefinedIn(const Datum &datum, mlir::Region &region);

  // Modules.cpp.
  void elaborateModuleStatement(ModuleScope &scope, const Stmt *s,
                                Defines &defines);
  void elaborateImport(ModuleScope &scope, const ImportStmt &import);
  ModuleScope::Entry importName(const ModuleScope &from,
                                const ImportedName &imported);
  void declareFunction(ModuleScope &scope, const FunctionDecl &function);
  void elaborateConstants(ModuleScope &scope, const AssignStmt &s,
                          Defines &defines);
  void elaborateConstant(ModuleScope &scope, const Expr *target,
                         const BoundArg &value, Defines &defines);

  // Entries.cpp.
  void declareParameters(EntryState &state);
  void checkDetermined(EntryState &state);
  mlir::Type parameterType(const Annotation &annotation);
  mlir::AffineMapAttr shapeMap(const EntryState &state,
                               const Annotation &annotation);
  void createFunction(EntryState &state);
  void bindEntry(EntryState &state);
  void attachAttributes(EntryState &state);
  void elaborateBody(EntryState &state, const ModuleScope &scope,
                     llvm::function_ref<void()> finish);
  const LocalNames &localNamesOf(const FunctionDecl &function);

  // Warnings.cpp.
  SourceRange firstWrite(const Storage &storage) const;
  bool isWritten(const Storage &storage) const;
  void warnOfParameters(llvm::ArrayRef<Storage *> parameters);

  mlir::ModuleOp ir;
  Reporter &reporter;
  const llvm::DenseMap<const Module *, ModuleScope *> &scopes;

  // Where elaboration is.
  Frame *frame = nullptr;
  ScopeState scopeState = ScopeState::Outside;
  SourceRange scopeRange;
  const void *currentBlock = nullptr;
  std::vector<ActiveLoop> loops;
  unsigned numLoops = 0;
  /// Loops of which this is not the first iteration.
  llvm::SmallVector<unsigned, 4> laterIterations;
  YieldTarget *yieldTarget = nullptr;
  /// In annotations and constants, dynamic names stand for themselves.
  bool keepsDynamicNames = false;
  unsigned depth = 0;
  uint64_t numSteps = 0;
  /// The program is too large, nothing more is elaborated.
  bool isStopped = false;
  /// Counts reads and entries of loops.
  uint64_t clock = 0;

  // What was found, in order; an attempt at a loop takes its part back.
  std::vector<std::pair<Binding *, uint64_t>> reads;
  std::vector<PlacedStorage> writes;
  std::vector<PlacedStorage> dropped;
  std::vector<Binding *> definitions;

  /// Operands of the comparisons of an assert.
  bool recordsCompared = false;
  llvm::DenseMap<const Expr *, Datum> comparedValues;

  // About the entry.
  llvm::StringMap<mlir::Value> entrySymbols;
  llvm::StringMap<mlir::Value> atomValues;
  llvm::StringMap<Storage *> parameterStorage;
  std::map<unsigned, LoopPlan> plans;
  std::map<std::tuple<unsigned, const void *, int64_t>, unsigned> contexts;
  llvm::DenseSet<std::pair<unsigned, const void *>> blocksWithoutScope;

  llvm::DenseSet<const FunctionDecl *> called;
  std::map<const FunctionDecl *, LocalNames> localNames;
  llvm::SpecificBumpPtrAllocator<Binding> bindings;
  llvm::SpecificBumpPtrAllocator<Storage> storages;
};

} // namespace tilec

#endif // TILEC_LIB_FRONTEND_SEMA_ELABORATOR_H
