// Memory maps of files that are cut off while they are open. Touching a page beyond the end of a file raises SIGBUS,
// which ends the process. For maps that are watched, the handler puts zeros in place of what is missing, so that the
// instruction goes on, and marks the map: whoever reads it must ask `is_cut` afterwards, because the zeros are no pixels.
//
// A handler may neither allocate nor lock. Watched maps are nodes of a list that only grows; nodes are used again.
// Signals for other addresses go to the handler that was there before. Windows does not let a mapped file be cut off.

#pragma once

#include <cstdint>

#ifndef _WIN32

#include <Python.h>

#include <csignal>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <mutex>

namespace optimap {

struct WatchedMap {
    std::atomic<uintptr_t> start{0}, end{0};  // no addresses: the node is free
    std::atomic<bool> cut{false};
    WatchedMap* next = nullptr;
};

inline std::atomic<WatchedMap*> watched_maps{nullptr};
inline struct sigaction handler_before {};
inline std::atomic<bool> passed_on{false}, wakes_python{false};
inline std::mutex watching;

inline void end_with(int number) {
    struct sigaction plain {};
    plain.sa_handler = SIG_DFL;
    sigemptyset(&plain.sa_mask);
    sigaction(number, &plain, nullptr);
    raise(number);  // delivered when the handler returns
}

inline void pass_on(int number, siginfo_t* info, void* context) {
    const bool is_function = handler_before.sa_handler != SIG_DFL && handler_before.sa_handler != SIG_IGN;
    if (passed_on.exchange(true) || !is_function) end_with(number);  // it came back to us: nobody can handle it
    else if (handler_before.sa_flags & SA_SIGINFO) handler_before.sa_sigaction(number, info, context);
    else handler_before.sa_handler(number);
    passed_on = false;
}

inline void put_zeros(int number, siginfo_t* info, void* context) {
    const int error = errno;
    const auto address = reinterpret_cast<uintptr_t>(info->si_addr);
    const auto page = uintptr_t(sysconf(_SC_PAGESIZE));
    if (info->si_code > 0)  // a fault, not a signal that was sent
        for (WatchedMap* map = watched_maps; map != nullptr; map = map->next) {
            const uintptr_t start = map->start, end = map->end;
            if (address < start || address >= end) continue;
            // All that follows is missing, too: a signal for each page would take seconds for a large file.
            const uintptr_t from = address / page * page, to = (end + page - 1) / page * page;
            void* place = mmap(reinterpret_cast<void*>(from), to - from, PROT_READ | PROT_WRITE,
                               MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_NORESERVE, -1, 0);
            if (place == MAP_FAILED) break;
            map->cut = true;
            if (wakes_python) PyErr_SetInterruptEx(number);
            errno = error;
            return;
        }
    pass_on(number, info, context);
    errno = error;
}

// Whether signals come to us; another library may have taken them meanwhile.
inline bool handles_cuts() {
    struct sigaction now {};
    sigaction(SIGBUS, nullptr, &now);
    return (now.sa_flags & SA_SIGINFO) && now.sa_sigaction == put_zeros;
}

// Remembers the handler in place, to be called before Python's `signal.signal` replaces it by its own.
inline void keep_handler() {
    struct sigaction now {};
    sigaction(SIGBUS, nullptr, &now);
    if (!((now.sa_flags & SA_SIGINFO) && now.sa_sigaction == put_zeros)) handler_before = now;
}

// Takes the signals; with `wakes`, Python's own handler of SIGBUS runs after a cut.
inline void handle_cuts(bool wakes) {
    struct sigaction ours {};
    ours.sa_sigaction = put_zeros;
    ours.sa_flags = SA_SIGINFO | SA_ONSTACK;
    sigemptyset(&ours.sa_mask);
    wakes_python = wakes;
    sigaction(SIGBUS, &ours, nullptr);
}

inline uintptr_t watch_map(uintptr_t start, uintptr_t nbytes) {
    const std::lock_guard<std::mutex> lock(watching);
    WatchedMap* node = watched_maps;
    while (node != nullptr && node->end != 0) node = node->next;
    const bool is_new = node == nullptr;
    if (is_new) node = new WatchedMap;
    node->cut = false;
    node->start = start;
    node->end = start + nbytes;
    if (is_new) {
        node->next = watched_maps;
        watched_maps = node;
    }
    return reinterpret_cast<uintptr_t>(node);
}

inline void forget_map(uintptr_t node) {
    const std::lock_guard<std::mutex> lock(watching);
    reinterpret_cast<WatchedMap*>(node)->end = 0;
    reinterpret_cast<WatchedMap*>(node)->start = 0;
}

inline bool is_cut(uintptr_t node) { return reinterpret_cast<WatchedMap*>(node)->cut; }

}  // namespace optimap

#else

namespace optimap {

inline bool handles_cuts() { return true; }
inline void keep_handler() {}
inline void handle_cuts(bool) {}
inline uintptr_t watch_map(uintptr_t, uintptr_t) { return 0; }
inline void forget_map(uintptr_t) {}
inline bool is_cut(uintptr_t) { return false; }

}  // namespace optimap

#endif
