// Shared by all loops: frames in memory, exact sums, threads.

#pragma once

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <exception>
#include <functional>
#include <limits>
#include <cstring>
#include <system_error>
#include <thread>
#include <type_traits>
#include <vector>

// Loops, and the functions that they call, are inlined into what `widest` chooses from, to be compiled for its machines.
#if defined(__GNUC__)
#define OPTIMAP_INLINE inline __attribute__((always_inline))
#else
#define OPTIMAP_INLINE inline
#endif

namespace optimap {

// Calls a loop: widest<add<double>>(...) is add<double>(...). One build runs on every x86-64 machine, and uses vectors of
// 32 bytes and fused products where there are some. AVX-512 was no faster. GCC's own clones need a C library with indirect
// functions, which musl and macOS have not, and Clang clones no templates.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(OPTIMAP_NOT_WIDE)
template <auto loop, class... Args>
__attribute__((target("avx2,fma"))) auto in_wide_vectors(Args&... args) {
    return loop(args...);
}

inline bool find_wide_vectors() {
    __builtin_cpu_init();
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}
inline const bool kHasWideVectors = find_wide_vectors();

template <auto loop, class... Args>
auto widest(Args&&... args) {
    return kHasWideVectors ? in_wide_vectors<loop>(args...) : loop(args...);
}
#else
constexpr bool kHasWideVectors = false;  // ARM has one kind of vectors, and compilers use it

template <auto loop, class... Args>
auto widest(Args&&... args) {
    return loop(args...);
}
#endif

template <class Pixel>
struct Frames {
    const Pixel* data;
    int64_t count, frame_stride, row_stride;  // strides in pixels
};

// Always inline: to GCC, a function that only prefetches does nothing, and its calls are removed.
OPTIMAP_INLINE void prefetch(const void* address) {
#if defined(__GNUC__)
    __builtin_prefetch(address, 0, 3);
#else
    (void)address;
#endif
}

// Fetches bytes [from, to) of the `size` bytes at an address.
OPTIMAP_INLINE void fetch(const void* address, int64_t from, int64_t to, int64_t size) {
    for (to = std::min(to, size); from < to; from += 64) prefetch(static_cast<const char*>(address) + from);
}

// Copies past the caches to memory that will not be read soon: the overwritten bytes need not be read first.
template <class T>
OPTIMAP_INLINE void stream(const T* from, int64_t count, T* to) {
    int64_t i = 0;
#if defined(__SSE2__)
    for (; i < count && reinterpret_cast<uintptr_t>(to + i) % 16; ++i) to[i] = from[i];
    for (constexpr int64_t n = 16 / sizeof(T); i + n <= count; i += n)
        _mm_stream_si128(reinterpret_cast<__m128i*>(to + i), _mm_loadu_si128(reinterpret_cast<const __m128i*>(from + i)));
    _mm_sfence();
#endif
    std::copy(from + i, from + count, to + i);
}

inline std::vector<int64_t> in_order(int64_t count) {
    std::vector<int64_t> order(count);
    for (int64_t i = 0; i < count; ++i) order[i] = i;
    return order;
}

// Sorts stably by a key of small numbers: 65536 boxes in a quarter of a millisecond.
inline void sort_by(const int64_t* key, std::vector<int64_t>& order) {
    const int64_t size = int64_t(order.size());
    std::vector<int64_t> place(*std::max_element(key, key + size) + 2), sorted(size);
    for (int64_t i : order) ++place[key[i] + 1];
    for (size_t k = 1; k < place.size(); ++k) place[k] += place[k - 1];
    for (int64_t i : order) sorted[place[key[i]]++] = i;
    order.swap(sorted);
}

// Runs work(from, to) over all frames (or series), split between threads. Where no more threads are available, as in
// containers that limit them, the calling thread does the rest; errors in any thread are thrown here.
inline void in_parallel(int64_t frames, int threads, const std::function<void(int64_t, int64_t)>& work) {
    const int64_t share = std::max<int64_t>((frames + threads - 1) / std::max(threads, 1), 1);
    std::vector<std::exception_ptr> errors(threads + 2);
    const auto guarded = [&](int64_t from, int64_t to, int64_t number) {
        try {
            work(from, to);
        } catch (...) {
            errors[number] = std::current_exception();
        }
    };
    std::vector<std::thread> team;
    team.reserve(threads);
    int64_t next = share;
    try {
        for (; next < frames; next += share) team.emplace_back(guarded, next, std::min(next + share, frames), next / share);
    } catch (const std::system_error&) {
    }
    guarded(0, std::min(share, frames), 0);
    if (next < frames) guarded(next, frames, threads + 1);
    for (auto& member : team) member.join();
    for (const auto& error : errors)
        if (error) std::rethrow_exception(error);
}

}  // namespace optimap
