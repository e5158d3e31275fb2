// The order in which boxes are computed while a frame goes by row for row, and which of them are neighbours.

#pragma once

#include "common.hpp"

namespace optimap {

struct Boxes {
    const int64_t *top, *bottom, *left, *right;  // rows [top, bottom), columns [left, right)
    int64_t count;
};

// Boxes between the same rows. In a run of several, each lies one column to the right of the one before.
struct Run {
    int32_t top, bottom, left, width, count;
    bool together;         // whether the run's results are neighbours, in order
    int64_t first;         // of its boxes, in the order of the plan
    int64_t above, below;  // places of its leftmost pixel in the table, in the rows of top and bottom
};

// Rows added to the table before the boxes that end in them are computed. Row by row, what is still on its way to memory
// had to be waited for, and the number of boxes to come was guessed wrong each time.
constexpr int64_t kBand = 16;

struct BoxPlan {
    std::vector<int64_t> order;  // of the boxes: by bottom, then top, then left
    std::vector<Run> runs;
    int64_t top = 0, bottom = 0, left = 0, right = 0;  // of all boxes together
    int64_t rows = 0, stride = 0;  // of the table; the stride leaves a chunk's room beyond the last column
};

// Sorts by a key of small numbers, equal ones in the order in which they came: 65536 boxes in a quarter millisecond.
inline void sort_by(const int64_t* key, std::vector<int64_t>& order) {
    const int64_t size = int64_t(order.size());
    std::vector<int64_t> place(*std::max_element(key, key + size) + 2), sorted(size);
    for (int64_t i : order) ++place[key[i] + 1];
    for (size_t k = 1; k < place.size(); ++k) place[k] += place[k - 1];
    for (int64_t i : order) sorted[place[key[i]]++] = i;
    order.swap(sorted);
}

inline BoxPlan plan_boxes(const Boxes& b, int64_t width) {
    BoxPlan plan;
    if (b.count == 0) return plan;
    plan.order.resize(b.count);
    for (int64_t i = 0; i < b.count; ++i) plan.order[i] = i;
    for (const int64_t* key : {b.left, b.top, b.bottom}) sort_by(key, plan.order);
    plan.top = *std::min_element(b.top, b.top + b.count);
    plan.bottom = *std::max_element(b.bottom, b.bottom + b.count);
    plan.left = *std::min_element(b.left, b.left + b.count);
    plan.right = *std::max_element(b.right, b.right + b.count);
    for (int64_t i = 0; i < b.count; ++i) plan.rows = std::max(plan.rows, b.bottom[i] - b.top[i] + kBand);
    plan.stride = (width / 16 + 2) * 16;
    for (int64_t k = 0; k < b.count; ++k) {
        const int64_t i = plan.order[k];
        const int64_t above = b.top[i] % plan.rows * plan.stride + b.left[i];
        const int64_t below = b.bottom[i] % plan.rows * plan.stride + b.left[i];
        const Run next{int32_t(b.top[i]), int32_t(b.bottom[i]), int32_t(b.left[i]), int32_t(b.right[i] - b.left[i]), 1,
                       true, k, above, below};
        if (k > 0) {
            Run& run = plan.runs.back();
            if (next.top == run.top && next.bottom == run.bottom && next.width == run.width &&
                next.left == run.left + run.count) {
                run.together = run.together && i == plan.order[k - 1] + 1;
                ++run.count;
                continue;
            }
        }
        plan.runs.push_back(next);
    }
    return plan;
}

}  // namespace optimap
