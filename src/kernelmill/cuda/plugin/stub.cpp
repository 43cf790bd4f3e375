#include "plugin.h"

#include <map>
#include <set>

#include "llvm/IR/Constants.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/Instructions.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/IR/ReplaceConstant.h"
#include "llvm/Transforms/Utils/ModuleUtils.h"

using namespace llvm;

namespace km {

StructType* kernel_type(LLVMContext& c) {
    auto p = PointerType::getUnqual(c);
    auto i = Type::getInt32Ty(c);
    return StructType::get(c, {p, p, i, i, p, p, i, i, i, i, i, i, p, i, p, p, i, i});
}

void set_field(GlobalVariable* kernel, unsigned field, Constant* value) {
    auto old = kernel->getInitializer();
    auto t = cast<StructType>(old->getType());
    std::vector<Constant*> all;
    for (unsigned i = 0; i < t->getNumElements(); i++) all.push_back(i == field ? value : old->getAggregateElement(i));
    kernel->setInitializer(ConstantStruct::get(t, all));
}

Constant* text(Module& m, StringRef s) {
    auto data = ConstantDataArray::getString(m.getContext(), s);
    auto g = new GlobalVariable(m, data->getType(), true, GlobalValue::PrivateLinkage, data, "km.text");
    g->setUnnamedAddr(GlobalValue::UnnamedAddr::Global);
    return g;
}

namespace {

struct Note {
    std::string file;
    unsigned line = 0, bounds = 0;
    bool global = false, shared = false;
};

std::string string_of(Value* v) {
    if (auto g = dyn_cast<GlobalVariable>(v->stripPointerCasts()))
        if (auto d = dyn_cast<ConstantDataArray>(g->getInitializer()))
            if (d->isCString()) return d->getAsCString().str();
    return "";
}

/// Reads "km.bounds:((256, 0))" as far as it is plain arithmetic of one number.
unsigned bounds_of(StringRef s) {
    s = s.drop_while([](char c) { return c < '0' || c > '9'; });
    unsigned v = 0;
    auto digits = s.take_while([](char c) { return c >= '0' && c <= '9'; });
    auto rest = s.drop_front(digits.size()).ltrim();
    if (digits.getAsInteger(10, v) || !(rest.empty() || rest[0] == ')' || rest[0] == ',')) return 0;
    return v;
}

std::map<GlobalValue*, Note> read_notes(Module& m) {
    std::map<GlobalValue*, Note> notes;
    auto g = m.getGlobalVariable("llvm.global.annotations");
    if (!g || !g->hasInitializer()) return notes;
    auto all = dyn_cast<ConstantArray>(g->getInitializer());
    if (!all) return notes;
    for (auto& e : all->operands()) {
        auto s = cast<ConstantStruct>(e);
        auto what = dyn_cast<GlobalValue>(s->getOperand(0)->stripPointerCasts());
        std::string name = string_of(s->getOperand(1));
        if (!what || name.rfind("km.", 0) != 0) continue;
        Note& n = notes[what];
        n.file = string_of(s->getOperand(2));
        n.line = unsigned(cast<ConstantInt>(s->getOperand(3))->getZExtValue());
        if (name == "km.global") n.global = true;
        if (name == "km.shared") n.shared = true;
        if (name.rfind("km.bounds:", 0) == 0) n.bounds = bounds_of(name);
    }
    return notes;
}

using Users = std::map<Function*, std::set<Function*>>;

/// Functions from which one of `roots` is reached by direct calls.
std::set<Function*> reaching(Module& m, const std::set<Function*>& roots) {
    Users callers;
    for (auto& f : m)
        for (auto& i : instructions(f))
            if (auto c = dyn_cast<CallBase>(&i))
                if (auto callee = c->getCalledFunction()) callers[callee].insert(&f);
    std::set<Function*> seen;
    std::vector<Function*> todo(roots.begin(), roots.end());
    while (!todo.empty()) {
        auto f = todo.back();
        todo.pop_back();
        for (auto c : callers[f])
            if (seen.insert(c).second) todo.push_back(c);
    }
    return seen;
}

/// The kernel and what it names, as a call or as a pointer; not the kernels that it launches.
std::set<Function*> reached_from(Function* kernel, std::map<GlobalValue*, Note>& notes) {
    std::set<Function*> seen{kernel};
    std::vector<Function*> todo{kernel};
    while (!todo.empty()) {
        auto f = todo.back();
        todo.pop_back();
        for (auto& i : instructions(*f))
            for (auto& o : i.operands())
                if (auto g = dyn_cast<Function>(o); g && !g->isDeclaration() && !notes[g].global && seen.insert(g).second) todo.push_back(g);
    }
    return seen;
}

bool calls_itself(Function* f) {
    std::set<Function*> seen;
    std::vector<Function*> todo{f};
    while (!todo.empty()) {
        auto g = todo.back();
        todo.pop_back();
        for (auto& i : instructions(*g))
            if (auto c = dyn_cast<CallBase>(&i))
                if (auto callee = c->getCalledFunction()) {
                    if (callee == f) return true;
                    if (!callee->isDeclaration() && seen.insert(callee).second) todo.push_back(callee);
                }
    }
    return false;
}

/// Gives every __shared__ variable its place in the block's shared memory. Returns the bytes in all, and per function those it names.
uint64_t lay_out_shared(Module& m, const std::map<GlobalValue*, Note>& notes, std::map<Function*, std::set<GlobalVariable*>>& used) {
    auto& layout = m.getDataLayout();
    uint64_t total = 0;
    auto base = m.getOrInsertFunction("__km_shared", PointerType::getUnqual(m.getContext()));
    auto base_fn = cast<Function>(base.getCallee());
    base_fn->setDoesNotAccessMemory();
    base_fn->setDoesNotThrow();
    base_fn->setWillReturn();
    std::vector<GlobalVariable*> vars;
    for (auto& g : m.globals()) {
        auto it = notes.find(&g);
        if (it != notes.end() && it->second.shared) vars.push_back(&g);
    }
    for (auto g : vars) {
        uint64_t align = std::max<uint64_t>(g->getAlign() ? g->getAlign()->value() : 1, layout.getABITypeAlign(g->getValueType()).value());
        align = std::max<uint64_t>(align, 16);
        total = (total + align - 1) / align * align;
        const uint64_t at = total;
        total += layout.getTypeAllocSize(g->getValueType());
        convertUsersOfConstantsToInstructions({g});
        std::vector<Instruction*> users;
        for (auto u : g->users())
            if (auto i = dyn_cast<Instruction>(u)) users.push_back(i);
        for (auto i : users) {
            used[i->getFunction()].insert(g);
            auto where = i;
            if (auto phi = dyn_cast<PHINode>(i)) where = &*phi->getFunction()->getEntryBlock().getFirstInsertionPt();
            IRBuilder<> b(where);
            auto place = b.CreateConstInBoundsGEP1_64(b.getInt8Ty(), b.CreateCall(base), at);
            auto ii = dyn_cast<IntrinsicInst>(i);
            if (ii && ii->getIntrinsicID() == Intrinsic::threadlocal_address) {
                ii->replaceAllUsesWith(place);
                ii->eraseFromParent();
            } else {
                i->replaceUsesOfWith(g, place);
            }
        }
    }
    return total;
}

Function* move_body(Function* k) {
    auto body = Function::Create(k->getFunctionType(), GlobalValue::InternalLinkage, k->getName() + ".body", k->getParent());
    body->copyAttributesFrom(k);
    body->setLinkage(GlobalValue::InternalLinkage);
    body->setComdat(nullptr);
    body->setVisibility(GlobalValue::DefaultVisibility);
    body->setDSOLocal(true);
    body->splice(body->begin(), k);
    for (auto a = k->arg_begin(), b = body->arg_begin(); a != k->arg_end(); ++a, ++b) {
        a->replaceAllUsesWith(&*b);
        b->takeName(&*a);
    }
    body->setSubprogram(k->getSubprogram());
    k->setSubprogram(nullptr);
    body->removeFnAttr(Attribute::NoInline);
    body->removeFnAttr(Attribute::OptimizeNone);
    body->addFnAttr(Attribute::AlwaysInline);
    k->removeFnAttr(Attribute::OptimizeNone);
    k->removeFnAttr("uniform-work-group-size");
    return body;
}

struct Places {
    StructType* type;
    std::vector<Type*> by_value;  // of byval arguments: copied, since each thread owns its parameters
};

/// Splits one kernel. The stub packs its arguments as the machine passes them; `item` unpacks them for one thread.
GlobalVariable* make_stub(Module& m, Function* k, const Note& note, uint64_t shared_bytes, uint64_t shared_total) {
    auto& c = m.getContext();
    auto& layout = m.getDataLayout();
    auto pointer = PointerType::getUnqual(c);
    auto i32 = Type::getInt32Ty(c);
    std::string name = k->getName().str();
    Function* body = move_body(k);

    std::vector<Type*> fields;
    bool plain = true;
    for (auto& a : body->args()) {
        if (a.hasByValAttr()) fields.push_back(a.getParamByValType());
        else fields.push_back(a.getType()->isIntegerTy(1) ? Type::getInt8Ty(c) : a.getType());
        if (a.getName().contains(".coerce")) plain = false;
    }
    auto pack = StructType::get(c, fields);
    auto places = layout.getStructLayout(pack);

    auto item = Function::Create(FunctionType::get(Type::getVoidTy(c), {pointer}, false), GlobalValue::InternalLinkage, name + ".item", &m);
    item->addFnAttr("km-item");
    for (auto& attribute : body->getAttributes().getFnAttrs())
        if (attribute.isStringAttribute()) item->addFnAttr(attribute);
    item->addFnAttr(Attribute::NoUnwind);
    item->addParamAttr(0, Attribute::NoAlias);
    item->addParamAttr(0, Attribute::ReadOnly);
    item->getArg(0)->setName("args");
    {
        IRBuilder<> b(BasicBlock::Create(c, "entry", item));
        std::vector<Value*> values;
        for (unsigned i = 0; i < fields.size(); i++) {
            auto at = b.CreateStructGEP(pack, item->getArg(0), i);
            auto parameter = body->getArg(i);
            if (parameter->hasByValAttr()) {
                auto copy = b.CreateAlloca(fields[i]);
                copy->setAlignment(std::max(parameter->getParamAlign().valueOrOne(), layout.getABITypeAlign(fields[i])));
                b.CreateMemCpy(copy, copy->getAlign(), at, layout.getABITypeAlign(fields[i]), layout.getTypeAllocSize(fields[i]));
                values.push_back(copy);
            } else {
                Value* v = b.CreateLoad(fields[i], at, parameter->getName());
                if (v->getType() != parameter->getType()) v = b.CreateTrunc(v, parameter->getType());
                values.push_back(v);
            }
        }
        b.CreateCall(body, values)->setAttributes(AttributeList::get(c, AttributeSet(), AttributeSet(), [&] {
            std::vector<AttributeSet> p;
            for (unsigned i = 0; i < fields.size(); i++) p.push_back(body->getAttributes().getParamAttrs(i));
            return p;
        }()));
        b.CreateRetVoid();
    }

    auto u32 = [&](uint64_t v) { return ConstantInt::get(i32, v); };
    std::vector<Constant*> offsets;
    for (unsigned i = 0; i < fields.size(); i++) {
        offsets.push_back(u32(places->getElementOffset(i)));
        offsets.push_back(u32(layout.getTypeAllocSize(fields[i])));
    }
    Constant* offset_table = ConstantPointerNull::get(pointer);
    if (plain && !fields.empty()) {
        auto t = ArrayType::get(i32, offsets.size());
        offset_table = new GlobalVariable(m, t, true, GlobalValue::PrivateLinkage, ConstantArray::get(t, offsets), "km.places");
    }
    auto null = ConstantPointerNull::get(pointer);
    auto desc = new GlobalVariable(m, kernel_type(c), false, GlobalValue::InternalLinkage,
                                   ConstantStruct::get(kernel_type(c), {text(m, name), text(m, note.file), u32(note.line), u32(note.bounds), item, null,
                                                                        u32(0), u32(0), u32(0), u32(shared_bytes), u32(shared_total), u32(fields.size()),
                                                                        offset_table, u32(layout.getTypeAllocSize(pack)), text(m, "fibers"), null, u32(0), u32(0)}),
                                   name + ".kernel");
    {
        IRBuilder<> b(BasicBlock::Create(c, "entry", k));
        auto space = b.CreateAlloca(pack);
        space->setAlignment(Align(64));
        for (unsigned i = 0; i < fields.size(); i++) {
            auto at = b.CreateStructGEP(pack, space, i);
            auto parameter = k->getArg(i);
            if (parameter->hasByValAttr()) {
                b.CreateMemCpy(at, layout.getABITypeAlign(fields[i]), parameter, parameter->getParamAlign(), layout.getTypeAllocSize(fields[i]));
            } else {
                Value* v = parameter;
                if (v->getType() != fields[i]) v = b.CreateZExt(v, fields[i]);
                b.CreateStore(v, at);
            }
        }
        b.CreateCall(m.getOrInsertFunction("__km_launch", FunctionType::get(Type::getVoidTy(c), {pointer, pointer}, false)), {desc, space});
        b.CreateRetVoid();
    }
    return desc;
}

/// Warp-synchronous code writes volatile shared memory and reads a neighbour's: every lane's loads come before any lane's store.
void lock_step(Module& m, const std::set<Function*>& device) {
    auto& c = m.getContext();
    auto i32 = Type::getInt32Ty(c);
    auto i64 = Type::getInt64Ty(c);
    auto collective = m.getOrInsertFunction("__km_coll", FunctionType::get(i64, {i32, i32, i64, i32, i32}, false));
    for (auto f : device)
        for (auto& i : make_early_inc_range(instructions(*f)))
            if (auto s = dyn_cast<StoreInst>(&i)) {
                auto object = s->getPointerOperand()->stripInBoundsOffsets();
                if (!s->isVolatile() || s->isAtomic() || isa<AllocaInst>(object)) continue;
                auto call = [&](Instruction* before) {
                    IRBuilder<> b(before);
                    auto k = b.CreateCall(collective, {b.getInt32(20), b.getInt32(~0u), b.getInt64(0), b.getInt32(0), b.getInt32(32)});
                    k->addFnAttr(Attribute::Convergent);
                    k->addFnAttr(Attribute::NoUnwind);
                };
                call(s);
                call(s->getNextNode());
            }
}

}  // namespace

PreservedAnalyses StubPass::run(Module& m, ModuleAnalysisManager&) {
    auto notes = read_notes(m);
    std::vector<Function*> kernels;
    for (auto& f : m) {
        auto it = notes.find(&f);
        if (it != notes.end() && it->second.global && !f.isDeclaration()) kernels.push_back(&f);
    }
    if (kernels.empty()) return PreservedAnalyses::all();

    std::map<Function*, std::set<GlobalVariable*>> named;
    const uint64_t total = lay_out_shared(m, notes, named);

    // Functions that talk to the runtime or name shared memory belong into their kernels.
    std::set<Function*> markers;
    for (auto& f : m)
        if (f.isDeclaration() && f.getName().starts_with("__km_") && f.getName() != "__km_trap" && f.getName() != "__km_push" && f.getName() != "__km_inside")
            markers.insert(&f);
    auto talk = reaching(m, markers);
    for (auto f : talk) {
        if (f->isDeclaration() || notes[f].global) continue;
        if (f->hasLinkOnceLinkage()) {
            f->setComdat(nullptr);
            f->setLinkage(GlobalValue::InternalLinkage);
        }
        if (calls_itself(f)) continue;
        f->removeFnAttr(Attribute::NoInline);
        f->removeFnAttr(Attribute::OptimizeNone);
        f->addFnAttr(Attribute::AlwaysInline);
    }

    std::set<Function*> device;
    std::map<Function*, uint64_t> bytes;
    for (auto k : kernels) {
        std::set<GlobalVariable*> shared;
        for (auto f : reached_from(k, notes)) {
            device.insert(f);
            shared.insert(named[f].begin(), named[f].end());
        }
        for (auto g : shared) bytes[k] += m.getDataLayout().getTypeAllocSize(g->getValueType());
        if (bytes[k] > 48 * 1024)
            m.getContext().emitError("kernel " + k->getName() + " uses " + Twine(bytes[k]) + " bytes of static shared memory, 49152 are allowed");
    }
    lock_step(m, device);
    std::vector<std::pair<Function*, GlobalVariable*>> made;
    for (auto k : kernels) made.push_back({k, make_stub(m, k, notes[k], bytes[k], total)});

    auto& c = m.getContext();
    auto pointer = PointerType::getUnqual(c);
    auto ctor = Function::Create(FunctionType::get(Type::getVoidTy(c), false), GlobalValue::InternalLinkage, "km.register", &m);
    IRBuilder<> b(BasicBlock::Create(c, "entry", ctor));
    auto enroll = m.getOrInsertFunction("__km_register", FunctionType::get(Type::getVoidTy(c), {pointer, pointer}, false));
    for (auto& [k, desc] : made) b.CreateCall(enroll, {k, desc});
    b.CreateRetVoid();
    appendToGlobalCtors(m, ctor, 101);
    if (auto g = m.getGlobalVariable("llvm.global.annotations")) g->eraseFromParent();
    for (auto& [v, n] : notes)
        if (auto g = dyn_cast<GlobalVariable>(v); g && n.shared && g->use_empty()) g->eraseFromParent();
    return PreservedAnalyses::none();
}

}  // namespace km
