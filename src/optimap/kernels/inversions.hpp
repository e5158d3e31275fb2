// Ranking: samples in some order, sorted by new keys; which pairs change sides is counted or told.

#pragma once

#include "common.hpp"

namespace optimap {

template <class Key>
class Ranking {
  public:
    std::vector<int32_t> order;  // samples, in the order that they have now
    std::vector<Key> keys;       // keys[k] is the key of sample order[k]

    explicit Ranking(int64_t samples = 0) : order(samples), keys(samples), next_order_(samples), next_keys_(samples) {
        for (int64_t i = 0; i < samples; ++i) order[i] = int32_t(i);
    }

    // Sorts, equal keys as they were, and returns how many pairs changed sides: those where `goes_first(right, left)`.
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
        for (int64_t from = 0; from < size(); from += 2 * width) {
            const int64_t middle = std::min(from + width, size()), to = std::min(middle + width, size());
            changed += merge<kVisits>(from, middle, to, goes_first, visit);
        }
        keys.swap(next_keys_);
        order.swap(next_order_);
        return changed;
    }

    template <bool kVisits, class GoesFirst, class Visit>
    int64_t merge(int64_t from, int64_t middle, int64_t to, GoesFirst goes_first, Visit visit) {
        const Key* key = keys.data();
        const int32_t* sample = order.data();
        Key* next_key = next_keys_.data() + from;
        int32_t* next_sample = next_order_.data() + from;
        int64_t left = from, right = middle, changed = 0;
        while (left < middle && right < to) {
            const bool from_right = goes_first(key[right], key[left]);
            if constexpr (kVisits) {
                if (from_right) visit(sample + left, middle - left, sample[right]);
            } else {
                // No branch: which side comes next cannot be foretold, and a wrong guess costs more than the sum.
                changed += (middle - left) & -int64_t(from_right);
            }
            const int64_t taken = from_right ? right : left;
            *next_key++ = key[taken];
            *next_sample++ = sample[taken];
            right += from_right;
            left += !from_right;
        }
        next_key = std::copy(key + left, key + middle, next_key);
        next_sample = std::copy(sample + left, sample + middle, next_sample);
        std::copy(key + right, key + to, next_key);
        std::copy(sample + right, sample + to, next_sample);
        return changed;
    }

    std::vector<int32_t> next_order_;
    std::vector<Key> next_keys_;
};

}  // namespace optimap
