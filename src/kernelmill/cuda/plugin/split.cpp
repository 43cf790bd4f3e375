// Splits a kernel at its stops. Every value that lives across a stop gets a slot; then, for the entry and for each stop, the blocks that can
// be reached without passing another stop are copied into a loop over the threads of the block: slots that are alive are read before, those
// alive at the next stop are written after. What a thread does next is data (`seg`), so no assumption about control flow is needed, but that
// the threads which a segment runs agree on its uniform values: the runtime runs those together that do.
#include "split.h"

#include "llvm/Analysis/CFG.h"
#include "llvm/Analysis/LoopInfo.h"
#include "llvm/Analysis/ValueTracking.h"
#include "llvm/IR/CFG.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/IR/MDBuilder.h"
#include "llvm/IR/Verifier.h"
#include "llvm/Transforms/Utils/BasicBlockUtils.h"
#include "llvm/Transforms/Utils/Cloning.h"
#include "llvm/Transforms/Utils/Local.h"
#include "llvm/Transforms/Utils/LoopUtils.h"

using namespace llvm;

namespace km {

namespace {

constexpr unsigned kMaxStops = 400, kMaxInstructions = 120000;

enum BlockOffset { Bid = 0, Bdim = 12, Gdim = 24, N = 36, Dyn = 40, Seg = 48, Frame = 56, Val = 64, Res = 72, Arg = 80, Mask = 88, Width = 96,
                   UniformIn = 104, UniformOut = 112, Shared = 120, Scratch = 128 };

constexpr unsigned kEnd = 0xffff, kApart = ~0u;  // what a segment returns beside the number of the next one: see km::Segment

MDNode* loop_with(LLVMContext& c, std::vector<Metadata*> properties) {
    properties.insert(properties.begin(), nullptr);
    auto id = MDNode::getDistinct(c, properties);
    id->replaceOperandWith(0, id);
    return id;
}

Metadata* number(LLVMContext& c, StringRef name, unsigned value) {
    return MDNode::get(c, {MDString::get(c, name), ConstantAsMetadata::get(ConstantInt::get(Type::getInt32Ty(c), value))});
}

bool constant_is(Value* v, uint64_t n) {
    auto c = dyn_cast<ConstantInt>(v);
    return c && c->getZExtValue() == (c->getBitWidth() == 32 ? n & 0xffffffffu : n);
}

}  // namespace

MDNode* parallel_loop(LLVMContext& c, MDNode* group) {
    return loop_with(c, {MDNode::get(c, {MDString::get(c, "llvm.loop.parallel_accesses"), group}), MDNode::get(c, {MDString::get(c, "llvm.loop.mustprogress")}),
                         number(c, "llvm.loop.interleave.count", 1)});
}

MDNode* plain_loop(LLVMContext& c) {
    return loop_with(c, {MDNode::get(c, {MDString::get(c, "llvm.loop.mustprogress")}), MDNode::get(c, {MDString::get(c, "llvm.loop.unroll.disable")}),
                         number(c, "llvm.loop.vectorize.width", 1), number(c, "llvm.loop.interleave.count", 1)});
}

void Splitter::find_stops() {
    std::vector<CallInst*> calls;
    for (auto& i : instructions(*work_))
        if (suspends(&i)) calls.push_back(cast<CallInst>(&i));
    auto i64 = Type::getInt64Ty(m.getContext());
    auto result = m.getOrInsertFunction("__km_result", FunctionType::get(i64, false));
    for (auto c : calls) {
        Stop s{};
        s.call = c;
        s.next = SplitBlock(c->getParent(), c->getNextNode());
        IRBuilder<> b(&*s.next->getFirstInsertionPt());
        if (!c->use_empty()) {
            Value* r = b.CreateCall(result);
            if (r->getType() != c->getType()) r = b.CreateTrunc(r, c->getType());
            c->replaceAllUsesWith(r);
        }
        if (is_call(c, "__km_bar")) {
            s.kind = 1;
            auto op = dyn_cast<ConstantInt>(c->getArgOperand(0));
            s.op = op ? unsigned(op->getZExtValue()) : 0;
            if (s.op || !constant_is(c->getArgOperand(2), 0) || !constant_is(c->getArgOperand(3), 0)) s.flags |= Special;
        } else if (is_call(c, "__km_coll")) {
            s.kind = 2;
            s.op = unsigned(cast<ConstantInt>(c->getArgOperand(0))->getZExtValue());
            if (constant_is(c->getArgOperand(1), ~0u)) s.flags |= FullMask;
            if (constant_is(c->getArgOperand(4), 32)) s.flags |= Width32;
        } else {
            s.kind = is_call(c, "__km_grid") ? 3 : is_call(c, "__km_yield") ? 4 : 0;
        }
        stops.push_back(s);
    }
}

/// Whether threads that start a segment together have all passed this block before they stop again, or none has: then a value that is uniform
/// there can stand once for all of them.
bool Splitter::steady(BasicBlock* b) const {
    std::set<BasicBlock*> ends;
    for (auto& s : stops) ends.insert(s.call->getParent());
    auto fine_from = [&](BasicBlock* start) {
        std::set<BasicBlock*> seen;
        std::vector<BasicBlock*> todo{start};
        bool meets = false, stops_before = false;
        while (!todo.empty()) {
            auto k = todo.back();
            todo.pop_back();
            if (k == b) {
                meets = true;
                continue;
            }
            if (!seen.insert(k).second) continue;
            if (ends.count(k)) {
                stops_before = true;
                continue;
            }
            for (auto s : successors(k)) todo.push_back(s);
        }
        if (!meets) return true;
        if (stops_before) return false;
        if (ends.count(b)) return true;
        seen.clear();
        for (auto s : successors(b)) todo.push_back(s);
        while (!todo.empty()) {  // a way round without a stop
            auto k = todo.back();
            todo.pop_back();
            if (k == b) return false;
            if (!seen.insert(k).second || ends.count(k)) continue;
            for (auto s : successors(k)) todo.push_back(s);
        }
        return true;
    };
    if (!fine_from(&work_->getEntryBlock())) return false;
    return all_of(stops, [&](const Stop& s) { return fine_from(s.next); });
}

/// Gives every value that is alive at a stop a stack slot; nothing else crosses stops afterwards.
void Splitter::demote() {
    Uniformity same(*work_);
    std::set<BasicBlock*> starts;
    for (auto& s : stops) starts.insert(s.next);
    auto& layout = m.getDataLayout();
    auto crosses = [&](Instruction& v) {
        std::set<BasicBlock*> live;
        std::vector<BasicBlock*> todo;
        auto enter = [&](BasicBlock* b) {
            if (b != v.getParent() && live.insert(b).second) todo.push_back(b);
        };
        for (auto& u : v.uses()) {
            auto user = cast<Instruction>(u.getUser());
            if (auto phi = dyn_cast<PHINode>(user)) enter(phi->getIncomingBlock(u));
            else enter(user->getParent());
        }
        bool loop_around = false;
        while (!todo.empty()) {
            auto b = todo.back();
            todo.pop_back();
            if (starts.count(b)) loop_around = true;
            for (auto p : predecessors(b)) enter(p);
        }
        return loop_around;
    };
    std::vector<Instruction*> todo;
    std::vector<AllocaInst*> arrays;
    for (auto& i : instructions(*work_)) {
        if (auto a = dyn_cast<AllocaInst>(&i)) arrays.push_back(a);
        else if (!i.getType()->isVoidTy() && !i.use_empty() && crosses(i)) todo.push_back(&i);
    }
    for (auto i : todo) {
        const bool counts = isa<PHINode>(i) || (isa<BinaryOperator>(i) && i->getType()->isIntegerTy());
        const bool uniform = !same.divergent(i) && counts && steady(i->getParent());
        const auto size = layout.getTypeAllocSize(i->getType());
        AllocaInst* a = DemoteRegToStack(*i);
        if (a) slots.push_back({a, a->getAllocatedType(), size, uniform, false});
    }
    for (auto a : arrays) {
        auto size = layout.getTypeAllocSize(a->getAllocatedType()) * cast<ConstantInt>(a->getArraySize())->getZExtValue();
        slots.push_back({a, a->getAllocatedType(), size, false, true});
    }
    for (auto& i : make_early_inc_range(instructions(*work_)))
        if (auto ii = dyn_cast<IntrinsicInst>(&i); ii && ii->isLifetimeStartOrEnd()) ii->eraseFromParent();
}

void Splitter::lay_out() {
    // A slot's array over the threads starts at offset * (threads rounded up): sizes are powers of two or multiples of 16.
    for (auto& s : slots) {
        uint64_t size = s.memory ? (s.size + 15) / 16 * 16 : PowerOf2Ceil(s.size);
        uint64_t align = std::min<uint64_t>(size, 64);
        s.size = size;
        frame_bytes = (frame_bytes + align - 1) / align * align;
        s.offset = frame_bytes;
        frame_bytes += size;
        if (s.uniform) {
            uniform_bytes = (uniform_bytes + 15) / 16 * 16;
            s.uniform_offset = uniform_bytes;
            uniform_bytes += size;
        }
    }
}

/// Which slots a continuation may read before it writes them.
void Splitter::liveness() {
    std::map<AllocaInst*, unsigned> number;
    for (auto& s : slots)
        if (!s.memory) number[s.local] = unsigned(number.size());
    const unsigned n = unsigned(number.size());
    std::map<BasicBlock*, BitVector> reads, writes, in;
    for (auto& b : *work_) {
        BitVector r(n), w(n);
        for (auto& i : b) {
            if (auto l = dyn_cast<LoadInst>(&i)) {
                if (auto a = dyn_cast<AllocaInst>(l->getPointerOperand()); a && number.count(a) && !w[number[a]]) r.set(number[a]);
            } else if (auto s = dyn_cast<StoreInst>(&i)) {
                if (auto a = dyn_cast<AllocaInst>(s->getPointerOperand()); a && number.count(a)) w.set(number[a]);
            }
        }
        reads[&b] = r;
        writes[&b] = w;
        in[&b] = r;
    }
    for (bool changed = true; changed;) {
        changed = false;
        for (auto& b : reverse(*work_)) {
            BitVector out(n);
            for (auto s : successors(&b)) out |= in[s];
            out.reset(writes[&b]);
            out |= reads[&b];
            if (out != in[&b]) {
                in[&b] = out;
                changed = true;
            }
        }
    }
    for (auto& s : stops)
        for (auto& [a, k] : number)
            if (in[s.next][k]) live_in_[s.next].insert(a);
}

Function* Splitter::build(unsigned index, BasicBlock* start) {
    auto& c = m.getContext();
    auto pointer = PointerType::getUnqual(c);
    auto i16 = Type::getInt16Ty(c);
    auto i32 = Type::getInt32Ty(c);
    auto i64 = Type::getInt64Ty(c);
    auto i8 = Type::getInt8Ty(c);
    auto type = FunctionType::get(i32, {pointer, pointer, i32, i32, i32, i32}, false);
    auto f = Function::Create(type, GlobalValue::InternalLinkage, item.getName() + "." + Twine(index), &m);
    for (auto a : item.getAttributes().getFnAttrs())
        if (a.isStringAttribute() && a.getKindAsString() != "km-item") f->addFnAttr(a);
    f->addFnAttr(Attribute::NoUnwind);
    f->addParamAttr(0, Attribute::NoAlias);
    f->addParamAttr(1, Attribute::NoAlias);
    f->addParamAttr(1, Attribute::ReadOnly);

    // Blocks of this segment.
    std::vector<BasicBlock*> blocks;
    std::set<BasicBlock*> seen;
    std::map<BasicBlock*, unsigned> ends;  // blocks that end at a stop
    for (unsigned k = 0; k < stops.size(); k++) ends[stops[k].call->getParent()] = k;
    std::vector<BasicBlock*> todo{start};
    while (!todo.empty()) {
        auto b = todo.back();
        todo.pop_back();
        if (!seen.insert(b).second) continue;
        blocks.push_back(b);
        if (!ends.count(b))
            for (auto s : successors(b)) todo.push_back(s);
    }

    // Where threads may go from here: to stops, by their number + 1, or to the end. With one way only, nobody needs to be told.
    std::set<unsigned> ways;
    for (auto b : blocks) {
        if (ends.count(b)) ways.insert(ends[b] + 1);
        else if (isa<ReturnInst>(b->getTerminator()) || isa<ResumeInst>(b->getTerminator())) ways.insert(kEnd);
    }
    const bool one_way = ways.size() == 1;
    const bool again = index && stops[index - 1].kind == 0 && ways.count(index);

    auto entry = BasicBlock::Create(c, "entry", f);
    auto round = BasicBlock::Create(c, "round", f);
    auto row_loop = BasicBlock::Create(c, "rows", f);
    auto head = BasicBlock::Create(c, "threads", f);
    auto latch = BasicBlock::Create(c, "next", f);
    auto row_latch = BasicBlock::Create(c, "next.row", f);
    auto leave = BasicBlock::Create(c, "leave", f);
    auto done = BasicBlock::Create(c, "done", f);
    auto finish = BasicBlock::Create(c, "finish", f);
    IRBuilder<> e(entry);
    MDNode* none = MDNode::get(c, {});
    auto field = [&](Type* t, unsigned offset) {
        auto l = e.CreateLoad(t, e.CreateConstInBoundsGEP1_32(i8, f->getArg(0), offset));
        l->setMetadata(LLVMContext::MD_invariant_load, none);
        return l;
    };
    std::map<unsigned, Value*> fields;
    for (unsigned d = 0; d < 3; d++) {
        fields[Bid + 4 * d] = field(i32, Bid + 4 * d);
        fields[Bdim + 4 * d] = field(i32, Bdim + 4 * d);
        fields[Gdim + 4 * d] = field(i32, Gdim + 4 * d);
    }
    for (unsigned o : {Dyn, Seg, Frame, Val, Res, Arg, Mask, Width, UniformIn, UniformOut, Shared, Scratch}) fields[o] = field(pointer, o);
    auto count = field(i32, N);
    auto padded = e.CreateZExt(e.CreateAnd(e.CreateAdd(count, e.getInt32(63)), e.getInt32(~63u)), i64);
    std::map<AllocaInst*, Value*> arrays;
    for (auto& s : slots) arrays[s.local] = e.CreateInBoundsGEP(i8, fields[Frame], e.CreateMul(padded, e.getInt64(s.offset), "", true, true));

    auto first_row = f->getArg(2), end_row = f->getArg(3), first_x = f->getArg(4), end_x = f->getArg(5);
    auto first_y = e.CreateURem(first_row, fields[Bdim + 4]), first_z = e.CreateUDiv(first_row, fields[Bdim + 4]);
    auto columns64 = e.CreateZExt(fields[Bdim], i64);
    e.CreateCondBr(e.CreateAnd(e.CreateICmpULT(first_row, end_row), e.CreateICmpULT(first_x, end_x)), round, done);
    IRBuilder<>(round).CreateBr(row_loop);
    IRBuilder<> r(row_loop);
    auto row = r.CreatePHI(i32, 2, "row");
    row->addIncoming(first_row, round);
    auto ty = r.CreatePHI(i32, 2, "ty"), tz = r.CreatePHI(i32, 2, "tz");  // counted: a division costs more than a short row
    ty->addIncoming(first_y, round);
    tz->addIncoming(first_z, round);
    auto row_start = r.CreateMul(row, fields[Bdim], "", true, true);
    auto row_start64 = r.CreateMul(r.CreateZExt(row, i64), columns64, "", true, true);
    r.CreateBr(head);
    IRBuilder<> h(head);
    auto tx = h.CreatePHI(i32, 2, "tx");
    tx->addIncoming(first_x, row_loop);
    auto lin = h.CreateAdd(row_start, tx, "lin", true, true);
    auto lin64 = h.CreateAdd(row_start64, h.CreateZExt(tx, i64), "lin64", true, true);
    auto element = [&](IRBuilder<>& b, unsigned base, Type* t) { return b.CreateInBoundsGEP(t, fields[base], lin64); };

    // Local copies of the slots, and what is alive at the start.
    ValueToValueMapTy map;
    map[work_->getArg(0)] = f->getArg(1);
    std::map<AllocaInst*, AllocaInst*> local, out;
    std::set<AllocaInst*> named;
    for (auto b : blocks)
        for (auto& i : *b)
            for (auto& o : i.operands())
                if (auto a = dyn_cast<AllocaInst>(o)) named.insert(a);
    for (auto& [b, k] : ends)
        if (seen.count(b))
            for (auto a : live_in_[stops[k].next]) named.insert(a);
    std::set<AllocaInst*> written;
    for (auto b : blocks)
        for (auto& i : *b)
            if (auto st = dyn_cast<StoreInst>(&i))
                if (auto a = dyn_cast<AllocaInst>(st->getPointerOperand())) written.insert(a);
    const bool single = stops.empty();
    IRBuilder<> top(entry, entry->begin());
    AllocaInst *way = nullptr, *any_way = nullptr, *all_ways = nullptr;
    if (!single && !one_way) {
        way = top.CreateAlloca(i16, nullptr, "way");
        any_way = top.CreateAlloca(i16, nullptr, "any.way");
        all_ways = top.CreateAlloca(i16, nullptr, "all.ways");
        IRBuilder<> b(round->getTerminator());
        b.CreateStore(b.getInt16(0), any_way);
        b.CreateStore(b.getInt16(0xffff), all_ways);
    }
    for (auto& s : slots) {
        if (!named.count(s.local)) continue;
        if (s.memory && !single) {
            map[s.local] = h.CreateInBoundsGEP(i8, arrays[s.local], h.CreateMul(lin64, h.getInt64(s.size), "", true, true));
            continue;
        }
        auto a = top.CreateAlloca(s.type, s.local->getArraySize());
        a->setAlignment(s.local->getAlign());
        local[s.local] = a;
        map[s.local] = a;
        if (s.uniform) {
            out[s.local] = top.CreateAlloca(s.type);
        }
    }
    for (auto& [a, o] : out) {  // a uniform slot that nobody writes keeps its value
        auto& s = *std::find_if(slots.begin(), slots.end(), [a = a](const Slot& x) { return x.local == a; });
        IRBuilder<> b(round->getTerminator());
        b.CreateStore(b.CreateLoad(s.type, b.CreateConstInBoundsGEP1_64(i8, fields[UniformIn], s.uniform_offset)), o);
    }
    for (auto& s : slots) {
        if (s.memory || !local.count(s.local) || index == 0) continue;
        if (!live_in_[start].count(s.local)) continue;
        Value* v;
        if (s.uniform) {
            IRBuilder<> b(round->getTerminator());
            auto l = b.CreateLoad(s.type, b.CreateConstInBoundsGEP1_64(i8, fields[UniformIn], s.uniform_offset));
            v = l;
        } else {
            v = h.CreateLoad(s.type, h.CreateInBoundsGEP(i8, arrays[s.local], h.CreateMul(lin64, h.getInt64(s.size), "", true, true)));
        }
        h.CreateStore(v, local[s.local]);
    }

    // The blocks themselves.
    std::map<BasicBlock*, BasicBlock*> copies;
    SmallVector<BasicBlock*, 16> made;
    for (auto b : blocks) {
        auto copy = CloneBasicBlock(b, map, "", f);
        map[b] = copy;
        copies[b] = copy;
        made.push_back(copy);
    }
    for (auto copy : made) copy->moveBefore(latch);
    remapInstructionsInBlocks(made, map);
    h.CreateBr(copies[start]);
    for (auto b : blocks) {
        auto copy = copies[b];
        for (auto& phi : make_early_inc_range(copy->phis()))  // edges from outside the segment
            for (int k = int(phi.getNumIncomingValues()) - 1; k >= 0; k--)
                if (phi.getIncomingBlock(unsigned(k))->getParent() != f) phi.removeIncomingValue(unsigned(k), false);
        auto end = ends.find(b);
        if (end != ends.end()) {
            auto& s = stops[end->second];
            auto call = cast<CallInst>(map[s.call]);
            IRBuilder<> x(call);
            auto put = [&](unsigned base, Value* v) { x.CreateStore(v, element(x, base, v->getType())); };
            if (s.kind == 1 && s.flags & Special) {
                put(Arg, call->getArgOperand(1));
                put(Width, x.CreateOr(x.CreateAnd(call->getArgOperand(2), x.getInt32(15)), x.CreateShl(call->getArgOperand(3), 8)));
            }
            if (s.kind == 2) {
                const bool value = s.op != 9 && s.op != 10 && s.op != 20, argument = s.op <= 3;
                if (value) put(Val, call->getArgOperand(2));
                if (argument) put(Arg, call->getArgOperand(3));
                if (!(s.flags & FullMask)) put(Mask, call->getArgOperand(1));
                if (argument && !(s.flags & Width32)) put(Width, call->getArgOperand(4));
            }
            for (auto a : live_in_[s.next]) {
                auto& slot = *std::find_if(slots.begin(), slots.end(), [a](const Slot& q) { return q.local == a; });
                if (slot.memory || !written.count(a)) continue;
                auto v = x.CreateLoad(slot.type, local[a]);
                if (slot.uniform) x.CreateStore(v, out[a]);
                else x.CreateStore(v, x.CreateInBoundsGEP(i8, arrays[a], x.CreateMul(lin64, x.getInt64(slot.size), "", true, true)));
            }
            if (way) x.CreateStore(ConstantInt::get(i16, end->second + 1), way);
            call->eraseFromParent();
            auto t = copy->getTerminator();
            IRBuilder<>(t).CreateBr(latch);
            t->eraseFromParent();
        } else if (isa<ReturnInst>(copy->getTerminator()) || isa<ResumeInst>(copy->getTerminator())) {
            auto t = copy->getTerminator();
            IRBuilder<> x(t);
            if (way) x.CreateStore(ConstantInt::get(i16, kEnd), way);
            x.CreateBr(latch);
            t->eraseFromParent();
        }
    }

    // What the thread asks about itself and its block.
    for (auto copy : made)
        for (auto& i : make_early_inc_range(*copy)) {
            auto call = dyn_cast<CallInst>(&i);
            if (!call || !call->getCalledFunction()) continue;
            auto name = call->getCalledFunction()->getName();
            Value* v = nullptr;
            IRBuilder<> x(call);
            auto pick = [&](Value* a, Value* b, Value* d) -> Value* {
                auto which = dyn_cast<ConstantInt>(call->getArgOperand(0));
                if (which) return which->isZero() ? a : which->isOne() ? b : d;
                return x.CreateSelect(x.CreateICmpEQ(call->getArgOperand(0), x.getInt32(0)), a, x.CreateSelect(x.CreateICmpEQ(call->getArgOperand(0), x.getInt32(1)), b, d));
            };
            if (name == "__km_tid") v = pick(tx, ty, tz);
            else if (name == "__km_bid") v = pick(fields[Bid], fields[Bid + 4], fields[Bid + 8]);
            else if (name == "__km_bdim") v = pick(fields[Bdim], fields[Bdim + 4], fields[Bdim + 8]);
            else if (name == "__km_gdim") v = pick(fields[Gdim], fields[Gdim + 4], fields[Gdim + 8]);
            else if (name == "__km_lin") v = lin;
            else if (name == "__km_dyn") v = fields[Dyn];
            else if (name == "__km_shared") v = fields[Shared];
            else if (name == "__km_scratch") v = fields[Scratch];
            else if (name == "__km_result") {
                auto l = x.CreateLoad(i64, element(x, Res, i64));
                v = l;
            }
            if (!v) continue;
            call->replaceAllUsesWith(v);
            call->eraseFromParent();
        }

    if (way) {
        IRBuilder<> x(latch);
        auto to = x.CreateLoad(i16, way);
        x.CreateStore(to, element(x, Seg, i16));
        x.CreateStore(x.CreateOr(x.CreateLoad(i16, any_way), to), any_way);
        x.CreateStore(x.CreateAnd(x.CreateLoad(i16, all_ways), to), all_ways);
    }

    // Threads may not depend on each other between stops, so the loop over them has no dependences but those through private arrays.
    MDNode* group = MDNode::getDistinct(c, {});
    for (auto& b : *f) {
        if (&b == entry || &b == round || &b == row_loop || &b == leave || &b == finish || &b == done || &b == row_latch) continue;
        for (auto& i : b) {
            if (!i.mayReadOrWriteMemory() || i.isAtomic() || i.getMetadata("km.serial")) continue;
            if (auto l = dyn_cast<LoadInst>(&i); l && l->isVolatile()) continue;
            if (auto s = dyn_cast<StoreInst>(&i); s && s->isVolatile()) continue;
            if (!isa<LoadInst>(i) && !isa<StoreInst>(i) && !isa<CallBase>(i)) continue;
            auto p = getLoadStorePointerOperand(&i);
            if (p && isa<AllocaInst>(getUnderlyingObject(p))) continue;
            i.setMetadata(LLVMContext::MD_access_group, group);
        }
    }
    IRBuilder<> l(latch);
    auto next = l.CreateAdd(tx, l.getInt32(1), "", true, true);
    tx->addIncoming(next, latch);
    auto back = l.CreateCondBr(l.CreateICmpULT(next, end_x), head, row_latch);
    back->setMetadata(LLVMContext::MD_loop, parallel_loop(c, group));
    const bool neighbours = all_of(stops, [](const Stop& s) { return s.kind == 0; });
    std::vector<BasicBlock*> all{head};
    all.insert(all.end(), made.begin(), made.end());
    all.push_back(latch);
    if (neighbours && write_twice(*f, {row_loop, head, latch, tx, first_x, end_x, all}, group)) back->setMetadata(LLVMContext::MD_loop, plain_loop(c));
    IRBuilder<> rl(row_latch);
    auto next_row = rl.CreateAdd(row, rl.getInt32(1), "", true, true);
    row->addIncoming(next_row, row_latch);
    auto next_y = rl.CreateAdd(ty, rl.getInt32(1), "", true, true);
    auto wraps = rl.CreateICmpEQ(next_y, fields[Bdim + 4]);
    ty->addIncoming(rl.CreateSelect(wraps, rl.getInt32(0), next_y), row_latch);
    tz->addIncoming(rl.CreateAdd(tz, rl.CreateZExt(wraps, i32), "", true, true), row_latch);
    rl.CreateCondBr(rl.CreateICmpULT(next_row, end_row), row_loop, leave);
    IRBuilder<> z(leave);
    std::vector<std::pair<Value*, uint64_t>> uniforms;
    for (auto& [a, o] : out) {
        auto& s = *std::find_if(slots.begin(), slots.end(), [a = a](const Slot& q) { return q.local == a; });
        uniforms.push_back({z.CreateLoad(s.type, o), s.uniform_offset});
        z.CreateStore(uniforms.back().first, z.CreateConstInBoundsGEP1_64(i8, fields[UniformOut], s.uniform_offset));
    }
    Value* to = z.getInt32(single ? kEnd : one_way ? *ways.begin() : kApart);
    if (way) {
        auto any = z.CreateLoad(i16, any_way), all = z.CreateLoad(i16, all_ways);
        to = z.CreateSelect(z.CreateICmpEQ(any, all), z.CreateZExt(any, i32), z.getInt32(kApart));
    }
    if (again) {  // all threads go round the strided loop once more
        auto next_round = BasicBlock::Create(c, "next.round", f, finish);
        z.CreateCondBr(z.CreateICmpEQ(to, z.getInt32(index)), next_round, finish);
        IRBuilder<> n(next_round);
        for (auto& [v, offset] : uniforms) n.CreateStore(v, n.CreateConstInBoundsGEP1_64(i8, fields[UniformIn], offset));
        n.CreateBr(round);
    } else {
        z.CreateBr(finish);
    }
    IRBuilder<>(finish).CreateRet(to);
    IRBuilder<>(done).CreateRet(ConstantInt::get(i32, kApart));
    return f;
}

std::string Splitter::run(FunctionAnalysisManager& analyses) {
    unsigned size = 0;
    for (auto& i : instructions(item)) {
        size++;
        if (auto a = dyn_cast<AllocaInst>(&i); a && !a->isStaticAlloca()) return "an array of variable length";
        if (isa<IndirectBrInst>(i)) return "a computed goto";
        if (isa<InvokeInst>(i)) return "exceptions";
        if (auto c = dyn_cast<CallBase>(&i)) {
            if (is_call(&i, "__km_coll") && !isa<ConstantInt>(c->getArgOperand(0))) return "a warp operation chosen at run time";
            if (is_call(&i, "__km_bar") && !isa<ConstantInt>(c->getArgOperand(0))) return "a barrier chosen at run time";
        }
    }
    yield_in_spin_loops(item);
    ValueToValueMapTy map;
    work_ = CloneFunction(&item, map);
    work_->setName(item.getName() + ".work");
    struct Drop {
        Function*& f;
        ~Drop() { f->eraseFromParent(); }
    } drop{work_};
    stop_in_strided_loops(*work_, unroll_rounds(*work_, analyses));
    find_stops();
    if (stops.size() > kMaxStops || size * (stops.size() + 1) > kMaxInstructions * 4) return "too large (" + std::to_string(size) + " instructions, " + std::to_string(stops.size()) + " stops)";
    if (!stops.empty()) rematerialize();
    demote();
    lay_out();
    liveness();
    BasicBlock* entry = &work_->getEntryBlock();  // the slots themselves stay outside of every segment
    auto outside = BasicBlock::Create(m.getContext(), "slots", work_, entry);
    for (auto& i : make_early_inc_range(*entry))
        if (isa<AllocaInst>(i)) i.moveBefore(*outside, outside->end());
    IRBuilder<>(outside).CreateBr(entry);
    uint64_t total = 0;
    auto make = [&](unsigned k, BasicBlock* start) {
        segments.push_back(build(k, start));
        for (auto& b : *segments.back()) total += b.size();
    };
    make(0, entry);
    for (unsigned k = 0; k < stops.size(); k++) {
        make(k + 1, stops[k].next);
        if (total > kMaxInstructions) {
            for (auto f : segments) f->eraseFromParent();
            segments.clear();
            return "too large when split";
        }
    }
    bool broken = false;
    for (auto f : segments) broken |= verifyFunction(*f, getenv("KERNELMILL_CUDA_VERIFY") ? &errs() : nullptr);
    if (broken) {
        for (auto f : segments) f->eraseFromParent();
        return "the split form was not well formed";
    }
    return "";
}

}  // namespace km
