#include "llvm/Passes/PassBuilder.h"
#include "llvm/Plugins/PassPlugin.h"

#include "plugin.h"

extern "C" LLVM_ATTRIBUTE_WEAK ::llvm::PassPluginLibraryInfo llvmGetPassPluginInfo() {
    return {LLVM_PLUGIN_API_VERSION, "kernelmill-cuda", "1", [](llvm::PassBuilder& b) {
                b.registerPipelineStartEPCallback([](llvm::ModulePassManager& m, llvm::OptimizationLevel) { m.addPass(km::StubPass()); });
                b.registerOptimizerEarlyEPCallback(
                    [](llvm::ModulePassManager& m, llvm::OptimizationLevel, llvm::ThinOrFullLTOPhase) { m.addPass(km::SplitPass()); });
            }};
}
