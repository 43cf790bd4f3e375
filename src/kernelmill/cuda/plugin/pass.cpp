#include <cstdio>
#include <cstdlib>

#include "llvm/Analysis/AliasAnalysis.h"
#include "llvm/Analysis/ValueTracking.h"
#include "llvm/Demangle/Demangle.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/Verifier.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Transforms/Utils/LowerAtomic.h"
#include "plugin.h"
#include "split.h"

using namespace llvm;

namespace km {

namespace {

/// Shared memory belongs to one block, and a block runs on one thread of the machine: its atomics need no lock.
void lower_shared_atomics(Function& f) {
    auto mark = [](Value* v) {
        if (auto i = dyn_cast_or_null<Instruction>(v)) i->setMetadata("km.serial", MDNode::get(i->getContext(), {}));
    };
    for (auto& i : make_early_inc_range(instructions(f))) {
        Value* p = isa<AtomicRMWInst>(i) ? cast<AtomicRMWInst>(i).getPointerOperand() : isa<AtomicCmpXchgInst>(i) ? cast<AtomicCmpXchgInst>(i).getPointerOperand() : nullptr;
        if (!p) continue;
        auto base = dyn_cast<CallInst>(getUnderlyingObject(p));
        if (!base || !(is_call(base, "__km_shared") || is_call(base, "__km_dyn"))) continue;
        if (auto rmw = dyn_cast<AtomicRMWInst>(&i)) {
            IRBuilder<> b(rmw);
            auto l = b.CreateLoad(rmw->getType(), p);
            auto v = buildAtomicRMWValue(rmw->getOperation(), b, l, rmw->getValOperand());
            mark(l);
            mark(b.CreateStore(v, p));
            rmw->replaceAllUsesWith(l);
            rmw->eraseFromParent();
        }
    }
}

bool has_marker_address_taken(Module& m) {
    for (auto& f : m)
        if (!f.isDeclaration() && f.hasAddressTaken() && !f.getName().ends_with(".item"))
            for (auto& i : instructions(f))
                if (auto c = dyn_cast<CallBase>(&i))
                    if (auto g = c->getCalledFunction(); g && g->getName().starts_with("__km_") && g->getName() != "__km_launch" && g->getName() != "__km_push" && g->getName() != "__km_register" && g->getName() != "__km_trap")
                        return true;
    return false;
}

/// Calls that could suspend the thread or ask who it is from where the splitter does not see them.
std::string hidden_calls(Function& f, bool pointers_are_dangerous) {
    for (auto& i : instructions(f)) {
        auto c = dyn_cast<CallBase>(&i);
        if (!c || c->isInlineAsm()) continue;
        auto g = c->getCalledFunction();
        if (!g) {
            if (pointers_are_dangerous) return "a call through a pointer";
            continue;
        }
        if (g->isDeclaration()) continue;
        std::set<Function*> seen{g};
        std::vector<Function*> todo{g};
        while (!todo.empty()) {
            auto h = todo.back();
            todo.pop_back();
            for (auto& k : instructions(*h))
                if (auto d = dyn_cast<CallBase>(&k)) {
                    auto t = d->getCalledFunction();
                    if (!t) {
                        if (pointers_are_dangerous && !d->isInlineAsm()) return "a call through a pointer";
                        continue;
                    }
                    auto n = t->getName();
                    if (n.starts_with("__km_") && n != "__km_trap" && n != "__km_inside") return "the function " + demangle(g->getName().str()) + ", which is not inlined (recursion?)";
                    if (!t->isDeclaration() && seen.insert(t).second) todo.push_back(t);
                }
        }
    }
    return "";
}

void explain(const std::string& name, const std::string& file, uint64_t line, uint64_t shared, const std::string& why) {
    auto path = getenv("KERNELMILL_CUDA_EXPLAIN");
    if (!path) return;
    if (auto out = fopen(path, "a")) {
        fprintf(out, "%s\t%s\t%llu\t%llu\t%s\n", name.c_str(), file.c_str(), (unsigned long long)line, (unsigned long long)shared, why.c_str());
        fclose(out);
    }
}

std::string string_at(GlobalVariable* kernel, unsigned field) {
    auto g = cast<GlobalVariable>(kernel->getInitializer()->getAggregateElement(field));
    return cast<ConstantDataArray>(g->getInitializer())->getAsCString().str();
}
uint64_t number_at(GlobalVariable* kernel, unsigned field) { return cast<ConstantInt>(kernel->getInitializer()->getAggregateElement(field))->getZExtValue(); }

}  // namespace

PreservedAnalyses SplitPass::run(Module& m, ModuleAnalysisManager& analyses) {
    std::vector<Function*> items;
    for (auto& f : m)
        if (f.hasFnAttribute("km-item") && !f.isDeclaration()) items.push_back(&f);
    if (items.empty()) return PreservedAnalyses::all();
    auto& c = m.getContext();
    auto pointer = PointerType::getUnqual(c);
    auto i32 = Type::getInt32Ty(c);
    const bool dangerous = has_marker_address_taken(m);
    auto& functions = analyses.getResult<FunctionAnalysisManagerModuleProxy>(m).getManager();
    std::vector<Function*> made;
    for (auto item : items) {
        auto name = item->getName().str();
        name = name.substr(0, name.rfind(".item"));
        auto kernel = m.getGlobalVariable(name + ".kernel", true);
        if (!kernel) continue;
        lower_shared_atomics(*item);
        std::string why = hidden_calls(*item, dangerous);
        Splitter s(m, *item);
        if (why.empty()) why = s.run(functions);
        if (!why.empty()) {
            why = "fibers: " + why;
        } else {
            why = s.stops.empty() ? "loop over the threads" : "split at " + std::to_string(s.stops.size()) + " stops, " + std::to_string(s.frame_bytes) + " bytes a thread";
            auto row = StructType::get(c, {pointer, i32, i32, i32});
            auto u32 = [&](uint64_t v) { return ConstantInt::get(i32, v); };
            std::vector<Constant*> rows;
            for (unsigned k = 0; k < s.segments.size(); k++) {
                auto stop = k ? &s.stops[k - 1] : nullptr;
                rows.push_back(ConstantStruct::get(row, {s.segments[k], u32(stop ? stop->kind : 0), u32(stop ? stop->op : 0), u32(stop ? stop->flags : 0)}));
            }
            auto table_type = ArrayType::get(row, rows.size());
            auto table = new GlobalVariable(m, table_type, true, GlobalValue::InternalLinkage, ConstantArray::get(table_type, rows), name + ".segments");
            set_field(kernel, Segments, table);
            set_field(kernel, NSegments, u32(rows.size()));
            set_field(kernel, FrameBytes, u32((s.frame_bytes + 63) / 64 * 64));
            set_field(kernel, UniformBytes, u32(s.uniform_bytes));
            if (all_of(s.stops, [](const Stop& q) { return q.kind == 0; })) set_field(kernel, Flat, u32(flat_width(*item)));
            std::vector<Constant*> uniforms;
            for (auto& slot : s.slots)
                if (slot.uniform)
                    for (auto v : {slot.offset, slot.uniform_offset, slot.size}) uniforms.push_back(u32(v));
            if (!uniforms.empty()) {
                auto t = ArrayType::get(i32, uniforms.size());
                set_field(kernel, Uniforms, new GlobalVariable(m, t, true, GlobalValue::InternalLinkage, ConstantArray::get(t, uniforms), name + ".uniforms"));
                set_field(kernel, NUniforms, u32(uniforms.size() / 3));
            }
            made.insert(made.end(), s.segments.begin(), s.segments.end());
            item->addFnAttr(Attribute::OptimizeForSize);  // of use for drawn schedules only
        }
        set_field(kernel, Why, text(m, why));
        explain(name, string_at(kernel, File), number_at(kernel, Line), number_at(kernel, SharedBytes), why);
    }
    PassBuilder builder;
    auto simplify = builder.buildFunctionSimplificationPipeline(OptimizationLevel::O3, ThinOrFullLTOPhase::None);
    for (auto f : made) {
        if (getenv("KERNELMILL_CUDA_DUMP")) f->print(errs());
        simplify.run(*f, functions);
        functions.clear(*f, f->getName());
    }
    return PreservedAnalyses::none();
}

}  // namespace km
