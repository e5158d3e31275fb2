// The order in which boxes are computed while a frame is read row by row, and which of them are neighbours.

#pragma once

#include "common.hpp"

namespace optimap {

struct Boxes {
    const int64_t *top, *bottom, *left, *right;  // rows [top, bottom), columns [left, right)
    int64_t count;
};

// Boxes between the same rows and of the same width, each some columns to the right of the one before.
struct Run {
    int32_t top, bottom, left, width, columns;  // `columns` is the number of places from its first box to its last
    bool together;                              // whether there is a box at each place, their results in order
    int64_t first, count;                       // its boxes, in the order of the plan
    int64_t above, below;                       // places of its leftmost pixel in the table, in the rows of top and bottom
};

// Columns between neighbours at which a run ends.
constexpr int64_t kApart = 32;

// Rows added to the table before the boxes that end in them are computed. Row by row, the loop had to wait for values
// still on their way to memory, and the number of boxes to come was mispredicted each time.
constexpr int64_t kBand = 16;

struct BoxPlan {
    std::vector<int64_t> order;  // of the boxes: by bottom, then top, then left
    std::vector<int32_t> column;  // of each box in that order, in its run
    std::vector<Run> runs;
    int64_t top = 0, bottom = 0, left = 0, right = 0;  // of all boxes together
    bool in_order = true;         // whether the boxes were given in that order
    int64_t rows = 0, stride = 0;  // of the table; the stride leaves room for a chunk beyond the last column
};

// Whether box i comes before box k, row by row.
inline bool before(const Boxes& b, int64_t i, int64_t k) {
    if (b.bottom[i] != b.bottom[k]) return b.bottom[i] < b.bottom[k];
    return b.top[i] != b.top[k] ? b.top[i] < b.top[k] : b.left[i] < b.left[k];
}

inline std::vector<int64_t> order_of(const Boxes& b) {
    std::vector<int64_t> order = in_order(b.count);
    bool sorted = true;
    for (int64_t i = 1; i < b.count; ++i) sorted = sorted && !before(b, i, i - 1);
    for (const int64_t* key : {b.left, b.top, b.bottom})
        if (!sorted) sort_by(key, order);
    return order;
}

// Whether box i, to the right of a run's last, is part of it.
inline bool continues(const Run& run, const Boxes& b, int64_t i) {
    return b.left[i] < run.left + run.columns + kApart && b.right[i] == b.left[i] + run.width && b.top[i] == run.top &&
           b.bottom[i] == run.bottom;
}

inline BoxPlan plan_boxes(const Boxes& b, int64_t width) {
    BoxPlan plan;
    if (b.count == 0) return plan;
    plan.order = order_of(b);
    plan.top = *std::min_element(b.top, b.top + b.count);
    plan.bottom = *std::max_element(b.bottom, b.bottom + b.count);
    plan.left = *std::min_element(b.left, b.left + b.count);
    plan.right = *std::max_element(b.right, b.right + b.count);
    for (int64_t i = 0; i < b.count; ++i) plan.rows = std::max(plan.rows, b.bottom[i] - b.top[i] + kBand);
    plan.stride = (width / 16 + 2) * 16;
    for (int64_t k = 0; k < b.count; ++k) {
        const int64_t i = plan.order[k];
        plan.in_order = plan.in_order && i == k;
        if (k > 0 && continues(plan.runs.back(), b, i)) {
            Run& run = plan.runs.back();
            const int32_t column = int32_t(b.left[i]) - run.left;
            run.together = run.together && i == plan.order[k - 1] + 1 && column == run.columns;
            run.columns = column + 1;
            ++run.count;
        } else {
            plan.runs.push_back({int32_t(b.top[i]), int32_t(b.bottom[i]), int32_t(b.left[i]), int32_t(b.right[i] - b.left[i]),
                                 1, true, k, 1, b.top[i] % plan.rows * plan.stride + b.left[i],
                                 b.bottom[i] % plan.rows * plan.stride + b.left[i]});
        }
        plan.column.push_back(int32_t(b.left[i]) - plan.runs.back().left);
    }
    return plan;
}

}  // namespace optimap
