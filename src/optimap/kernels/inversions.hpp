// Ranking: samples in some order that are sorted by new keys; the pairs that change sides are counted or visited.

#pragma once

#include "common.hpp"

namespace optimap {

template <class Key>
class Ranking {
  public:
    std::vector<int32_t> order;  // samples, in their current order
    std::vector<Key> keys;       // keys[k] is the key of sample order[k]

    explicit Ranking(int64_t samples = 0) : order(samples), keys(samples), spare_order_(samples), spare_keys_(samples) {
        for (int64_t i = 0; i < samples; ++i) order[i] = int32_t(i);
    }

    // Sorts stably and returns how many pairs (`goes_first(right, left)`) changed sides.
    template <class GoesFirst>
    int64_t sort(GoesFirst goes_first) {
        int64_t changed = 0;
        sort_blocks(goes_first, [&](const int32_t*, int64_t count, int32_t) { changed += count; });
        for (int64_t width = kBlock; width < size(); width *= 2)
            changed += merge_all<false>(width, goes_first, [](const int32_t*, int64_t, int32_t) {});
        return changed;
    }

    // The same, calling visit(lefts, count, right): these samples on the left change sides with one on the right.
    template <class GoesFirst, class Visit>
    void sort_and_visit(GoesFirst goes_first, Visit visit) {
        sort_blocks(goes_first, visit);
        for (int64_t width = kBlock; width < size(); width *= 2) merge_all<true>(width, goes_first, visit);
    }

  private:
    static constexpr int64_t kBlock = 8;  // samples that are sorted by insertion

    int64_t size() const { return int64_t(order.size()); }

    template <class GoesFirst, class Visit>
    void sort_blocks(GoesFirst goes_first, Visit visit) {
        for (int64_t from = 0; from < size(); from += kBlock) {
            const int64_t to = std::min(from + kBlock, size());
            for (int64_t i = from + 1; i < to; ++i) {
                const Key key = keys[i];
                const int32_t sample = order[i];
                int64_t place = i;
                for (; place > from && goes_first(key, keys[place - 1]); --place) keys[place] = keys[place - 1];
                if (place == i) continue;
                visit(order.data() + place, i - place, sample);
                std::copy_backward(order.begin() + place, order.begin() + i, order.begin() + i + 1);
                keys[place] = key;
                order[place] = sample;
            }
        }
    }

    template <bool kVisits, class GoesFirst, class Visit>
    int64_t merge_all(int64_t width, GoesFirst goes_first, Visit visit) {
        int64_t changed = 0;
        for (int64_t from = 0; from + width < size(); from += 2 * width)
            changed += merge<kVisits>(from, from + width, std::min(from + 2 * width, size()), goes_first, visit);
        return changed;
    }

    template <bool kVisits, class GoesFirst, class Visit>
    int64_t merge(int64_t from, int64_t middle, int64_t to, GoesFirst goes_first, Visit visit) {
        // Samples at both ends that are already in place stay: nearly all of them where orders differ little.
        const auto first = std::partition_point(keys.begin() + from, keys.begin() + middle,
                                                [&](Key left) { return !goes_first(keys[middle], left); });
        const auto last = std::partition_point(keys.begin() + middle, keys.begin() + to,
                                               [&](Key right) { return goes_first(right, keys[middle - 1]); });
        const int64_t start = first - keys.begin(), end = last - keys.begin(), lefts = middle - start;
        std::copy(first, keys.begin() + middle, spare_keys_.begin());
        std::copy(order.begin() + start, order.begin() + middle, spare_order_.begin());
        const Key* left_key = spare_keys_.data();
        const int32_t* left_sample = spare_order_.data();
        Key* key = keys.data() + start;
        int32_t* sample = order.data() + start;
        int64_t left = 0, right = lefts, changed = 0;  // places among lefts, and from `start` on
        for (int64_t place = 0; right < end - start; ++place) {  // the last of the lefts comes last
            const Key key_left = left_key[left], key_right = key[right];
            const int32_t sample_left = left_sample[left], sample_right = sample[right];
            const bool is_right = goes_first(key_right, key_left);
            if constexpr (kVisits) {
                if (is_right) visit(left_sample + left, lefts - left, sample_right);
            } else {
                changed += (lefts - left) & -int64_t(is_right);
            }
            // No branches: which side comes next cannot be predicted, and a wrong guess costs more than this.
            key[place] = is_right ? key_right : key_left;
            sample[place] = sample_left ^ ((sample_left ^ sample_right) & -int32_t(is_right));
            right += is_right;
            left += !is_right;
        }
        std::copy(left_key + left, left_key + lefts, key + right - (lefts - left));
        std::copy(left_sample + left, left_sample + lefts, sample + right - (lefts - left));
        return changed;
    }

    std::vector<int32_t> spare_order_;
    std::vector<Key> spare_keys_;
};

}  // namespace optimap
