// What all loops share: frames in memory, exact sums, threads.

#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <thread>
#include <type_traits>
#include <vector>

// One build runs on every x86-64 machine and uses the widest vectors that each has: the loader picks the clone.
#if defined(__x86_64__) && defined(__linux__) && defined(__GNUC__) && !defined(__clang__)
#define OPTIMAP_CLONES __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define OPTIMAP_CLONES
#endif

namespace optimap {

template <class Pixel>
struct Frames {
    const Pixel* data;
    int64_t count, frame_stride, row_stride;  // strides in pixels
};

inline void prefetch(const void* address) {
#if defined(__GNUC__)
    __builtin_prefetch(address, 0, 1);
#else
    (void)address;
#endif
}

// Adds pixels without losing a bit, whatever their type.
template <class Pixel, class = void>
struct Sum;

template <class Pixel>
struct Sum<Pixel, std::enable_if_t<std::is_integral_v<Pixel> && (sizeof(Pixel) <= 4)>> {
    int64_t total = 0;

    void add(const Pixel* p, int64_t n) {
        if constexpr (sizeof(Pixel) <= 2) {
            // 32-bit lanes hold twice as many sums as 64-bit ones; 32768 sixteen-bit values fit in one.
            using Lane = std::conditional_t<std::is_signed_v<Pixel>, int32_t, uint32_t>;
            for (; n > 0; p += 32768, n -= 32768) {
                Lane lane = 0;
                const int64_t run = std::min<int64_t>(n, 32768);
                for (int64_t i = 0; i < run; ++i) lane += p[i];
                total += lane;
            }
        } else {
            for (int64_t i = 0; i < n; ++i) total += p[i];
        }
    }
    double value() const { return double(total); }
};

template <class Pixel>
struct Sum<Pixel, std::enable_if_t<std::is_integral_v<Pixel> && sizeof(Pixel) == 8>> {
    // The sum of 64-bit values needs more than 64 bits: upper and lower halves are added apart.
    int64_t high = 0, low = 0;

    void add(const Pixel* p, int64_t n) {
        for (int64_t i = 0; i < n; ++i) {
            high += int64_t(p[i] >> 32);
            low += int64_t(uint64_t(p[i]) & 0xffffffffu);
        }
    }
    double value() const {
        return double(high + (low >> 32)) * 4294967296.0 + double(low & 0xffffffff);
    }
};

template <class Pixel>
struct Sum<Pixel, std::enable_if_t<std::is_floating_point_v<Pixel>>> {
    double total = 0;

    void add(const Pixel* p, int64_t n) {
        // Eight sums side by side: additions of doubles wait for each other otherwise.
        if (n >= 8) {
            double lanes[8] = {0, 0, 0, 0, 0, 0, 0, 0};
            for (; n >= 8; p += 8, n -= 8)
                for (int k = 0; k < 8; ++k) lanes[k] += double(p[k]);
            total += ((lanes[0] + lanes[4]) + (lanes[1] + lanes[5])) + ((lanes[2] + lanes[6]) + (lanes[3] + lanes[7]));
        }
        for (int64_t i = 0; i < n; ++i) total += double(p[i]);
    }
    double value() const { return total; }
};

// Run work(from, to) over all frames, split between threads.
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
