// running_median: the median of the samples around each, in windows of an odd number of samples.
//
// Samples are replaced by their ranks once; a window is then a set of bits, one for each rank. As one sample enters and
// one leaves, the median moves to the next or the previous set bit, for windows of any length.

#pragma once

#include <cstring>
#include <utility>

#include "common.hpp"

namespace optimap {

inline int lowest_bit_of(uint64_t bits) {
#if defined(__GNUC__)
    return __builtin_ctzll(bits);
#else
    int place = 0;
    for (; !(bits & 1); bits >>= 1) ++place;
    return place;
#endif
}

inline int highest_bit_of(uint64_t bits) {
#if defined(__GNUC__)
    return 63 - __builtin_clzll(bits);
#else
    int place = 0;
    while (bits >>= 1) ++place;
    return place;
#endif
}

// A set of numbers below a limit that finds the neighbours of a number. Each bit of a level stands for a word of the
// level below that is not empty, so that long empty stretches are skipped.
class BitSet {
  public:
    explicit BitSet(int64_t limit) {
        do {
            limit = (limit + 63) / 64;
            levels_.emplace_back(limit, 0);
        } while (limit > 1);
    }

    void insert(int64_t number) {
        for (auto& level : levels_) {
            level[number / 64] |= uint64_t(1) << number % 64;
            number /= 64;
        }
    }

    void remove(int64_t number) {
        for (auto& level : levels_) {
            if (level[number / 64] &= ~(uint64_t(1) << number % 64)) return;
            number /= 64;
        }
    }

    int64_t after(int64_t number) const {  // there must be one
        for (size_t k = 0; k < levels_.size(); ++k, number /= 64) {
            const uint64_t bits = number % 64 == 63 ? 0 : levels_[k][number / 64] >> (number % 64 + 1);
            if (!bits) continue;
            number += 1 + lowest_bit_of(bits);
            while (k--) number = number * 64 + lowest_bit_of(levels_[k][number]);
            return number;
        }
        return -1;
    }

    int64_t before(int64_t number) const {  // there must be one
        for (size_t k = 0; k < levels_.size(); ++k, number /= 64) {
            const uint64_t bits = levels_[k][number / 64] & ((uint64_t(1) << number % 64) - 1);
            if (!bits) continue;
            number = number / 64 * 64 + highest_bit_of(bits);
            while (k--) number = number * 64 + highest_bit_of(levels_[k][number]);
            return number;
        }
        return -1;
    }

  private:
    std::vector<std::vector<uint64_t>> levels_;
};

// Ranks of samples, and the samples in order: equal samples are ranked by their place.
class Ranks {
  public:
    std::vector<int32_t> rank;
    std::vector<double> sorted;

    Ranks(const double* samples, int64_t count) : rank(count), sorted(count) {
        std::vector<Entry> entries(count), spare(count);
        std::vector<int64_t> counts(kDigits * kValues, 0);
        for (int64_t i = 0; i < count; ++i) {
            entries[i] = {ordered(samples[i]), int32_t(i)};
            for (int d = 0; d < kDigits; ++d) ++counts[d * kValues + digit(entries[i].key, d)];
        }
        for (int d = 0; d < kDigits; ++d) distribute(entries, spare, counts.data() + d * kValues, d);
        for (int64_t i = 0; i < count; ++i) {
            rank[entries[i].sample] = int32_t(i);
            sorted[i] = samples[entries[i].sample];
        }
    }

  private:
    // Digits of a key, sorted by the last one first: the time does not depend on the values of the samples.
    static constexpr int kBits = 11, kDigits = 6, kValues = 1 << kBits;

    struct Entry {
        uint64_t key;
        int32_t sample;
    };

    static int64_t digit(uint64_t key, int d) { return int64_t(key >> (d * kBits)) & (kValues - 1); }

    // The bits of a number, changed so that they compare as the numbers do.
    static uint64_t ordered(double value) {
        uint64_t bits;
        std::memcpy(&bits, &value, sizeof bits);
        return bits >> 63 ? ~bits : bits | uint64_t(1) << 63;
    }

    static void distribute(std::vector<Entry>& entries, std::vector<Entry>& spare, int64_t* counts, int d) {
        const int64_t count = int64_t(entries.size());
        if (count == 0 || counts[digit(entries[0].key, d)] == count) return;  // one digit for all
        int64_t place = 0;
        for (int value = 0; value < kValues; ++value) place += std::exchange(counts[value], place);
        for (const Entry& entry : entries) spare[counts[digit(entry.key, d)]++] = entry;
        entries.swap(spare);
    }
};

// Writes the medians of all whole windows to the samples at their centres; the half windows at the ends are copied.
inline void running_median(const double* samples, int64_t count, int64_t window, double* out) {
    const int64_t half = window / 2;
    std::copy(samples, samples + count, out);
    if (window > count) return;
    const Ranks ranks(samples, count);
    BitSet set(count);
    for (int64_t i = 0; i < window; ++i) set.insert(ranks.rank[i]);
    int64_t median = *std::min_element(ranks.rank.begin(), ranks.rank.begin() + window);
    for (int64_t i = 0; i < half; ++i) median = set.after(median);
    for (int64_t middle = half;; ++middle) {
        out[middle] = ranks.sorted[median];
        if (middle + half + 1 == count) return;
        const int64_t gone = ranks.rank[middle - half], come = ranks.rank[middle + half + 1];
        set.remove(gone);
        set.insert(come);
        if (come > median && gone <= median) median = set.after(median);
        else if (come < median && gone >= median) median = set.before(median);
    }
}

inline void running_medians(const double* series, int64_t samples, const int64_t* windows, int64_t count, double* out,
                            int threads) {
    in_parallel(count, threads, [&](int64_t from, int64_t to) {
        for (int64_t i = from; i < to; ++i)
            running_median(series + i * samples, samples, windows[i], out + i * samples);
    });
}

}  // namespace optimap
