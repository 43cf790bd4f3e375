// Two passes over a module of CUDA code that clang compiled as plain C++.
#pragma once
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/Module.h"
#include "llvm/IR/PassManager.h"
#include "llvm/Passes/OptimizationLevel.h"

namespace km {

/// At the start of the pipeline: lays out shared memory, turns each __global__ function into a launch stub and a function for one thread.
struct StubPass : llvm::PassInfoMixin<StubPass> {
    llvm::PreservedAnalyses run(llvm::Module& m, llvm::ModuleAnalysisManager&);
    static bool isRequired() { return true; }
};

/// After inlining and simplification: gives kernels their split form, loops over the threads of a block between suspensions.
struct SplitPass : llvm::PassInfoMixin<SplitPass> {
    llvm::PreservedAnalyses run(llvm::Module& m, llvm::ModuleAnalysisManager&);
    static bool isRequired() { return true; }
};

/// Fields of `km::Kernel` in the order of its declaration.
enum KernelField { Name, File, Line, Bounds, Item, Segments, NSegments, FrameBytes, UniformBytes, SharedBytes, SharedTotal, NArgs, ArgPlaces, ArgsBytes, Why, Uniforms, NUniforms, Flat };

llvm::StructType* kernel_type(llvm::LLVMContext& c);
void set_field(llvm::GlobalVariable* kernel, unsigned field, llvm::Constant* value);
llvm::Constant* text(llvm::Module& m, llvm::StringRef s);

}  // namespace km
