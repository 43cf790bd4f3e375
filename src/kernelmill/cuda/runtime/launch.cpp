// Checks a launch as CUDA does, spreads its blocks over the workers and turns faults into CUDA errors.
#include "launch.h"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <cxxabi.h>
#include <map>
#include <memory>
#include <mutex>
#include <pthread.h>
#include <thread>
#include <unistd.h>

#include "engine.h"

namespace km {

struct Grid {
    std::mutex lock;
    std::condition_variable all_here;
    uint32_t blocks = 0, arrived = 0, phase = 0;
};

namespace {

struct Launch {
    const Kernel* kernel;
    const void* args;
    Config config;
    uint64_t blocks, chunk;
    std::atomic<uint64_t> next{0};
    std::atomic<int> failed{0};
    Grid* grid = nullptr;
    std::mutex adding;
    struct Child { const Kernel* kernel; Config config; std::shared_ptr<Packed> args; };
    std::vector<Child> children, tails;  // launched by this one: run when it is done, as nothing in it can wait for them
};

std::atomic<Launch*> running{nullptr};
thread_local std::vector<Config> pending;
thread_local cudaError_t last = cudaSuccess;
std::atomic<int> sticky{0};
bool unread = false;
char unread_text[256];
std::mutex report_lock;
char last_report[1024];

std::map<const void*, KernelState>& kernels() {
    static std::map<const void*, KernelState> all;
    return all;
}

double env(const char* name, double otherwise) {
    const char* v = getenv(name);
    return v && *v ? atof(v) : otherwise;
}

struct sigaction old_segv, old_bus, old_fpe, old_ill;

void on_fault(int sig, siginfo_t* info, void* context) {
    Worker* w = worker;
    if (w && w->inside) {
        char text[128];
        snprintf(text, sizeof text, "address %p", info->si_addr);
        const bool memory = sig == SIGSEGV || sig == SIGBUS;
        report(memory ? "illegal memory access" : sig == SIGFPE ? "arithmetic fault" : "illegal instruction", memory ? text : "");
        siglongjmp(w->escape, memory ? cudaErrorIllegalAddress : cudaErrorLaunchFailure);
    }
    struct sigaction& old = sig == SIGSEGV ? old_segv : sig == SIGBUS ? old_bus : sig == SIGFPE ? old_fpe : old_ill;
    if (old.sa_flags & SA_SIGINFO && old.sa_sigaction) return old.sa_sigaction(sig, info, context);
    signal(sig, SIG_DFL);
}

void catch_faults() {
    if (!settings().faults) return;
    static std::once_flag once;
    std::call_once(once, [] {
        struct sigaction a {};
        a.sa_sigaction = on_fault;
        a.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER;
        sigaction(SIGSEGV, &a, &old_segv);
        sigaction(SIGBUS, &a, &old_bus);
        sigaction(SIGFPE, &a, &old_fpe);
        sigaction(SIGILL, &a, &old_ill);
    });
    static thread_local char* stack = nullptr;
    if (stack) return;
    stack = static_cast<char*>(malloc(64 * 1024));
    stack_t s{};
    s.ss_sp = stack;
    s.ss_size = 64 * 1024;
    sigaltstack(&s, nullptr);
}

thread_local bool retry_on_fibers = false;

/// After a fault: one in a split kernel is found again on fibers, which know the thread. Returns the error code.
int recover(Worker& w, Launch& l, int code) {
    w.current = nullptr;
    if (!retry_on_fibers) return code;
    retry_on_fibers = false;
    Kernel plain = *w.kernel;
    plain.segments = nullptr;
    const Kernel* kept = w.kernel;
    w.kernel = &plain;
    w.merge = 1;
    prepare_block(w, l.config.shared);
    int again = sigsetjmp(w.escape, 0);
    if (again == 0) {
        run_block(w);
        if (code) report("a fault that a second run of the block did not show", "", false);
    } else {
        code = again;
    }
    w.current = nullptr;
    w.kernel = kept;
    return code;
}

void place(Worker& w, Launch& l, uint64_t index) {
    Block& b = w.block;
    const dim3& g = l.config.grid;
    b.bid[0] = uint32_t(index % g.x);
    b.bid[1] = uint32_t(index / g.x % g.y);
    b.bid[2] = uint32_t(index / (uint64_t(g.x) * g.y));
}

void set_up(Worker& w, Launch& l) {
    Block& b = w.block;
    w.kernel = l.kernel;
    w.args = l.args;
    w.grid = l.grid;
    const dim3 &g = l.config.grid, &t = l.config.block;
    b.gdim[0] = g.x, b.gdim[1] = g.y, b.gdim[2] = g.z;
    b.bdim[0] = t.x, b.bdim[1] = t.y, b.bdim[2] = t.z;
    // Rounds of a strided loop are short in one block; its threads in neighbouring blocks make them long.
    const uint64_t most = 4096 / (1 + l.kernel->frame_bytes / 64) / t.x;
    const bool strided = l.kernel->nsegments > 1 && flat(*l.kernel, t.x) && t.y * t.z == 1 && !settings().fibers && !l.config.cooperative;
    w.merge = strided ? uint32_t(std::max<uint64_t>(1, std::min<uint64_t>(most, g.x))) : 1;
    prepare_block(w, l.config.shared);
}

/// Which block of a launch that failed as one loop it was, and which thread.
int recover_loop(Worker& w, Launch& l, uint64_t first, uint64_t last, int code) {
    if (!retry_on_fibers) return code;
    for (uint64_t i = first; i < last; i++) {
        place(w, l, i);
        retry_on_fibers = true;
        const bool only = last - first == 1;
        if (int found = recover(w, l, only ? code : 0)) return found;
    }
    return code;
}

int guarded_blocks(Worker& w, Launch& l, uint64_t first, uint64_t n) {
    const int code = sigsetjmp(w.escape, 0);
    if (code) return n > 1 ? recover_loop(w, l, first, first + n, code) : recover(w, l, code);
    run_block(w);
    return 0;
}

/// Blocks of a kernel that is one loop: nothing but their index changes. Where a thread is known only by its place in the grid, neighbours
/// run as one long block; the first and the last of a grid's row stay alone, since the checks at the start of a kernel part their threads.
int guarded_loop(Worker& w, Launch& l, uint64_t first, uint64_t last) {
    Block& b = w.block;
    auto run = w.kernel->segments[0].run;
    const uint32_t rows = b.bdim[1] * b.bdim[2], columns = b.bdim[0], across = b.gdim[0];
    const bool merge = flat(*w.kernel, columns) && uint64_t(across) * columns < 1u << 30;
    static thread_local uint64_t i, n;
    i = first;
    if (int code = sigsetjmp(w.escape, 0)) return recover_loop(w, l, i, i + n, code);
    for (; i < last; i += n) {
        place(w, l, i);
        n = 1;
        if (merge && b.bid[0] > 0 && b.bid[0] + 1 < across) n = std::min(std::min(last - i, uint64_t(across - 1 - b.bid[0])), uint64_t((1u << 26) / columns));
        run(&b, w.args, 0, rows, 0, uint32_t(n) * columns);
    }
    return 0;
}

Worker& own_worker() {
    static thread_local std::unique_ptr<Worker> mine;
    if (!mine) mine = std::make_unique<Worker>();
    worker = mine.get();
    catch_faults();
    return *mine;
}

void work(Launch& l) {
    Worker& w = own_worker();
    set_up(w, l);
    w.inside = true;
    while (!l.failed.load(std::memory_order_relaxed)) {
        uint64_t first = l.next.fetch_add(l.chunk);
        if (first >= l.blocks) break;
        const uint64_t last = std::min(first + l.chunk, l.blocks);
        if (one_loop(*l.kernel)) {
            if (int code = guarded_loop(w, l, first, last)) l.failed = code;
            continue;
        }
        for (uint64_t i = first, n; i < last; i += n) {
            place(w, l, i);
            n = std::min<uint64_t>(std::min<uint64_t>(w.merge, last - i), l.config.grid.x - w.block.bid[0]);
            if (w.merge > 1) take_blocks(w, uint32_t(n));
            w.random = settings().seed * 0x9e3779b97f4a7c15ull + (i + 1) * 0xd1342543de82ef95ull + 1;
            if (int code = guarded_blocks(w, l, i, n)) {
                int none = 0;
                l.failed.compare_exchange_strong(none, code);
                break;
            }
        }
    }
    w.inside = false;
}

/// Whether `done` came within the time that threads of a launch spin for: to be woken takes several times as long as a small kernel.
template <class Done>
bool spun(Done done) {
    static const bool alone = std::thread::hardware_concurrency() < 2;
    const auto end = std::chrono::steady_clock::now() + std::chrono::microseconds(alone ? 0 : settings().spin);
    do {
        for (int i = 0; i < 64; i++) {
            if (done()) return true;
#if defined(__x86_64__)
            __builtin_ia32_pause();
#endif
        }
    } while (std::chrono::steady_clock::now() < end);
    return false;
}

/// Threads that spin a little and then sleep between launches. Made anew in a forked child, which has none of them.
class Pool {
public:
    void run(Launch& l, unsigned helpers) {
        std::unique_lock hold(lock_);
        while (threads_ < helpers) {
            std::thread([this] { loop(); }).detach();
            threads_++;
        }
        launch_ = &l;
        wanted_ = helpers;
        hold.unlock();
        wake_.notify_all();
        work(l);
        hold.lock();
        wanted_ = 0;
        hold.unlock();
        spun([this] { return busy_ == 0; });
        hold.lock();
        idle_.wait(hold, [this] { return busy_ == 0; });
        launch_ = nullptr;
    }

private:
    void loop() {
        for (;;) {
            spun([this] { return wanted_ > 0; });
            std::unique_lock hold(lock_);
            wake_.wait(hold, [this] { return wanted_ > 0; });
            wanted_--;
            busy_++;
            Launch* l = launch_;
            hold.unlock();
            work(*l);
            hold.lock();
            if (--busy_ == 0) idle_.notify_all();
        }
    }
    std::mutex lock_;  // held by whoever changes what is below; counts are read without it while spinning
    std::condition_variable wake_, idle_;
    std::atomic<unsigned> wanted_ = 0, busy_ = 0;
    unsigned threads_ = 0;
    Launch* launch_ = nullptr;
};

Pool* pool = nullptr;
Pool& the_pool() {
    static std::once_flag once;
    std::call_once(once, [] { pthread_atfork(nullptr, nullptr, [] { pool = nullptr; }); });
    if (!pool) pool = new Pool;
    return *pool;
}

void run_cooperative(Launch& l) {
    Grid grid;
    grid.blocks = uint32_t(l.blocks);
    l.grid = &grid;
    l.chunk = 1;
    std::vector<std::thread> all;
    for (uint64_t i = 1; i < l.blocks; i++)
        all.emplace_back([&l] {
            l.next.load();
            Worker& w = own_worker();
            set_up(w, l);
            w.inside = true;
            uint64_t mine = l.next.fetch_add(1);
            place(w, l, mine);
            w.random = settings().seed * 0x9e3779b97f4a7c15ull + mine + 1;
            if (int code = guarded_blocks(w, l, mine, 1)) l.failed = code;
            w.inside = false;
            std::lock_guard hold(l.grid->lock);  // a block that ended does not keep others waiting
            if (--l.grid->blocks && l.grid->arrived >= l.grid->blocks) l.grid->arrived = 0, l.grid->phase++;
            l.grid->all_here.notify_all();
        });
    Worker& w = own_worker();
    set_up(w, l);
    w.inside = true;
    const uint64_t mine = l.next.fetch_add(1);
    place(w, l, mine);
    if (int code = guarded_blocks(w, l, mine, 1)) l.failed = code;
    w.inside = false;
    {
        std::lock_guard hold(grid.lock);
        if (--grid.blocks && grid.arrived >= grid.blocks) grid.arrived = 0, grid.phase++;
        grid.all_here.notify_all();
    }
    for (auto& t : all) t.join();
}

cudaError_t refuse(const Kernel& k, cudaError_t code, const char* why) {
    if (!unread) snprintf(unread_text, sizeof unread_text, "%s: launch refused: %s", demangled(&k), why);
    unread = true;
    std::lock_guard hold(report_lock);
    snprintf(last_report, sizeof last_report, "kernelmill cuda: launch refused: %s\n  kernel %s (%s:%u)\n", why, demangled(&k), k.file, k.line);
    return set_error(code);
}

cudaError_t check(const Kernel& k, const Config& c, size_t dynamic_limit) {
    const dim3 &g = c.grid, &b = c.block;
    static thread_local char why[160];
    if (!g.x || !g.y || !g.z || !b.x || !b.y || !b.z) {
        snprintf(why, sizeof why, "grid (%u,%u,%u) or block (%u,%u,%u) has a zero", g.x, g.y, g.z, b.x, b.y, b.z);
        return refuse(k, cudaErrorInvalidConfiguration, why);
    }
    if (b.x > 1024 || b.y > 1024 || b.z > 64 || uint64_t(b.x) * b.y * b.z > 1024 || g.x > 0x7fffffffu || g.y > 65535 || g.z > 65535) {
        snprintf(why, sizeof why, "grid (%u,%u,%u) or block (%u,%u,%u) is too large", g.x, g.y, g.z, b.x, b.y, b.z);
        return refuse(k, cudaErrorInvalidConfiguration, why);
    }
    if (k.bounds && b.x * b.y * b.z > k.bounds) {
        snprintf(why, sizeof why, "%u threads exceed __launch_bounds__(%u)", b.x * b.y * b.z, k.bounds);
        return refuse(k, cudaErrorLaunchOutOfResources, why);
    }
    if (c.shared > dynamic_limit || k.shared_bytes + c.shared > Limits::shared_optin) {
        snprintf(why, sizeof why, "%zu bytes of dynamic shared memory, %zu allowed (cudaFuncAttributeMaxDynamicSharedMemorySize)", c.shared, dynamic_limit);
        return refuse(k, cudaErrorInvalidValue, why);
    }
    if (c.cooperative) {
        uint64_t room = uint64_t(blocks_per_processor(&k, int(b.x * b.y * b.z), c.shared)) * Limits::processors;
        if (uint64_t(g.x) * g.y * g.z > room) return refuse(k, cudaErrorCooperativeLaunchTooLarge, "too many blocks in a cooperative launch");
    }
    return cudaSuccess;
}

struct AtExit {
    ~AtExit() {
        if (unread) fprintf(stderr, "kernelmill cuda: an error was never looked at: %s\n", unread_text);
    }
} at_exit;

}  // namespace

namespace {
Settings& changeable_settings() {
    static Settings s = [] {
        Settings v{};
        const char* seed = getenv("KERNELMILL_CUDA_SEED");
        v.seed = uint64_t(env("KERNELMILL_CUDA_SEED", 0));
        v.vary = seed && !strcmp(seed, "vary");
        const char* path = getenv("KERNELMILL_CUDA_PATH");
        v.fibers = v.seed != 0 || (path && !strcmp(path, "fibers"));
        v.strict = env("KERNELMILL_CUDA_STRICT", 0) != 0;
        v.faults = env("KERNELMILL_CUDA_FAULTS", 1) != 0;
        v.patience = env("KERNELMILL_CUDA_PATIENCE", 10);
        v.spin = int64_t(env("KERNELMILL_CUDA_SPIN", 200));
        v.threads = int(env("KERNELMILL_CUDA_THREADS", env("OMP_NUM_THREADS", double(sysconf(_SC_NPROCESSORS_ONLN)))));
        if (v.threads < 1) v.threads = 1;
        return v;
    }();
    return s;
}

/// One launch in four goes in the fast order, the others on fibers in an order of their own. Nothing else runs now.
void draw_order(const Launch& l) {
    static uint64_t drawn = __builtin_ia32_rdtsc(), launches = 0;
    drawn = (drawn + launches) * 6364136223846793005ull + 1442695040888963407ull;
    const uint64_t threads = l.blocks * l.config.block.x * l.config.block.y * l.config.block.z;
    const bool quick = launches++ == 0 || drawn >> 62 == 0 || threads > 1u << 21;
    Settings& s = changeable_settings();
    s.seed = quick ? 0 : drawn >> 33 | 1;
    s.fibers = !quick;
}
}  // namespace

const Settings& settings() { return changeable_settings(); }

const char* demangled(const Kernel* k) {
    static thread_local std::string text;
    int status = 0;
    char* d = abi::__cxa_demangle(k->name, nullptr, nullptr, &status);
    text = d ? d : k->name;
    free(d);
    return text.c_str();
}

void report(const char* what, const char* detail, bool with_thread) {
    Worker& w = *worker;
    if (with_thread && !w.current) {  // a split kernel: the second run knows the thread
        retry_on_fibers = true;
        return;
    }
    char text[sizeof last_report];
    size_t used = 0;
    auto add = [&](const char* format, auto... values) {
        if (used < sizeof text) used += size_t(std::max(0, snprintf(text + used, sizeof text - used, format, values...)));
    };
    const Block& b = w.block;
    add("kernelmill cuda: %s%s%s\n  kernel %s (%s:%u)\n  block (%u,%u,%u) of (%u,%u,%u)", what, *detail ? ": " : "", detail,
            demangled(w.kernel), w.kernel->file, w.kernel->line, b.bid[0], b.bid[1], b.bid[2], b.gdim[0], b.gdim[1], b.gdim[2]);
    if (with_thread)
        add(", thread (%u,%u,%u) of (%u,%u,%u)", w.current->tid[0], w.current->tid[1], w.current->tid[2], b.bdim[0], b.bdim[1], b.bdim[2]);
    add("\n");
    say(text);
}

void say(const char* text) {
    std::lock_guard hold(report_lock);
    fputs(text, stderr);
    snprintf(last_report, sizeof last_report, "%s", text);
}

bool launch_failed() {
    Launch* l = running;
    return l && l->failed.load(std::memory_order_relaxed);
}

void fail_block(int code) { siglongjmp(worker->escape, code); }

bool grid_wait(Grid* g) {
    std::unique_lock hold(g->lock);
    const uint32_t phase = g->phase;
    if (++g->arrived >= g->blocks) {
        g->arrived = 0;
        g->phase++;
        g->all_here.notify_all();
        return true;
    }
    while (g->phase == phase) {
        g->all_here.wait_for(hold, std::chrono::milliseconds(50));
        if (launch_failed()) return false;
    }
    return true;
}

KernelState* find_kernel(const void* stub) {
    auto it = kernels().find(stub);
    return it == kernels().end() ? nullptr : &it->second;
}

cudaError_t set_error(cudaError_t code, bool keeps) {
    if (code != cudaSuccess) last = code;
    if (keeps) sticky = code;
    return code;
}
cudaError_t sticky_error() { return cudaError_t(sticky.load()); }
void clear_sticky() { sticky = 0; last = cudaSuccess; }
cudaError_t current_error(bool clear) {
    unread = false;
    cudaError_t e = sticky ? cudaError_t(sticky.load()) : last;
    if (clear) last = cudaSuccess;
    return e;
}

int blocks_per_processor(const Kernel* k, int threads, size_t dynamic) {
    if (threads < 1 || threads > Limits::threads_per_block) return 0;
    int rounded = (threads + 31) / 32 * 32, blocks = std::min(Limits::threads_per_processor / rounded, Limits::blocks_per_processor);
    size_t shared = (k ? k->shared_bytes : 0) + dynamic;
    if (shared) blocks = std::min(blocks, int(Limits::shared_per_processor / (shared + 1024)));
    return blocks;
}

}  // namespace km

using namespace km;

extern "C" {

void __km_push(const unsigned* g, const unsigned* b, size_t shared, cudaStream_t stream, int cooperative) {
    pending.push_back({dim3(g[0], g[1], g[2]), dim3(b[0], b[1], b[2]), shared, stream, cooperative != 0});
}

void __km_register(const void* stub, const Kernel* k) {
    kernels()[stub] = {k, Limits::shared_default > k->shared_bytes ? Limits::shared_default - k->shared_bytes : 0};
}

const char* km_last_report() { return last_report; }

void __km_launch(const Kernel* k, const void* args) {
    if (pending.empty()) {
        fprintf(stderr, "kernelmill cuda: %s is a __global__ function and was called without <<<...>>>\n", demangled(k));
        abort();
    }
    Config c = pending.back();
    pending.pop_back();
    const bool nested = worker && worker->inside;
    cudaGraph_t graph = nested ? nullptr : recording(c.stream);
    if (!graph && !nested) {
        launch_now(k, args, c);
        return;
    }
    auto packed = std::make_shared<Packed>();
    memcpy(packed->bytes, args, k->args_bytes);
    if (nested) {
        Launch& parent = *running;
        std::lock_guard hold(parent.adding);
        (c.stream == cudaStreamTailLaunch ? parent.tails : parent.children).push_back({k, c, packed});
        return;
    }
    record(graph, 0, [=] { return launch_now(k, packed->bytes, c); });
}

void __km_trap(const char* what, const char* detail, int code) {
    if (worker && worker->inside) {
        report(what, detail, true);
        fail_block(code);
    }
    fprintf(stderr, "%s: %s\n", what, detail);
    abort();
}

void __assert_fail(const char* text, const char* file, unsigned line, const char* function) {
    char all[1024];
    snprintf(all, sizeof all, "%s:%u: %s: '%s'", file, line, function, text);
    __km_trap("assertion failed", all, cudaErrorAssert);
    abort();
}
}

cudaError_t km::launch_now(const Kernel* k, const void* args, const Config& c) {
    size_t limit = Limits::shared_default;
    for (auto& [stub, state] : kernels())
        if (state.kernel == k) limit = state.dynamic_limit;
    if (sticky) return sticky_error();
    if (auto refused = check(*k, c, limit)) return refused;
    Launch l{k, args, c, uint64_t(c.grid.x) * c.grid.y * c.grid.z, 1};
    static std::mutex one_launch;
    std::unique_lock hold(one_launch);
    if (settings().vary) draw_order(l);
    running = &l;
    if (c.cooperative) {
        run_cooperative(l);
    } else {
        auto helpers = unsigned(std::min<uint64_t>(uint64_t(settings().threads), l.blocks) - 1);
        const bool strided = k->nsegments > 1 && flat(*k, c.block.x);
        l.chunk = std::max<uint64_t>(1, l.blocks / (uint64_t(settings().threads) * (strided ? 4 : 16)));
        if (helpers == 0) work(l);
        else the_pool().run(l, helpers);
    }
    running = nullptr;
    hold.unlock();
    if (l.failed) {
        set_error(cudaError_t(l.failed.load()), true);
        if (!unread) snprintf(unread_text, sizeof unread_text, "%s failed", demangled(k));
        unread = true;
    }
    static const bool trace = getenv("KERNELMILL_CUDA_TRACE") != nullptr;
    if (trace)
        fprintf(stderr, "kernelmill cuda: %s <<<(%u,%u,%u),(%u,%u,%u),%zu>>> %s\n", demangled(k), c.grid.x, c.grid.y, c.grid.z, c.block.x,
                c.block.y, c.block.z, c.shared, k->why);
    if (l.failed) return cudaError_t(l.failed.load());
    for (auto* list : {&l.children, &l.tails})
        for (auto& child : *list)
            if (auto e = launch_now(child.kernel, child.args->bytes, child.config)) return e;
    return cudaSuccess;
}
