// What all loops share: frames in memory, exact sums, threads.

#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <thread>
#include <type_traits>
#include <vector>

// One build runs on every x86-64 machine and uses the widest vectors that each has: the loader picks the clone.
#if defined(__x86_64__) && defined(__linux__) && defined(__GNUC__) && !defined(__clang__)
#define OPTIMAP_CLONES __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define OPTIMAP_CLONES
#endif

// What a clone calls must become part of it, to be compiled for its machine.
#if defined(__GNUC__)
#define OPTIMAP_INLINE inline __attribute__((always_inline))
#else
#define OPTIMAP_INLINE inline
#endif

namespace optimap {

template <class Pixel>
struct Frames {
    const Pixel* data;
    int64_t count, frame_stride, row_stride;  // strides in pixels
};

// Always inline: GCC takes a function that only prefetches for one that does nothing, and leaves its calls out.
OPTIMAP_INLINE void prefetch(const void* address) {
#if defined(__GNUC__)
    __builtin_prefetch(address, 0, 3);
#else
    (void)address;
#endif
}

// Fetches bytes [from, to) of `size` from an address on.
OPTIMAP_INLINE void fetch(const void* address, int64_t from, int64_t to, int64_t size) {
    for (to = std::min(to, size); from < to; from += 64) prefetch(static_cast<const char*>(address) + from);
}

// Run work(from, to) over all frames (or series), split between threads.
template <class Work>
void in_parallel(int64_t frames, int threads, Work work) {
    std::vector<std::thread> team;
    const int64_t share = std::max<int64_t>((frames + threads - 1) / std::max(threads, 1), 1);
    for (int64_t from = share; from < frames; from += share)
        team.emplace_back([&work, from, share, frames] { work(from, std::min(from + share, frames)); });
    work(int64_t(0), std::min(share, frames));
    for (auto& member : team) member.join();
}

}  // namespace optimap
