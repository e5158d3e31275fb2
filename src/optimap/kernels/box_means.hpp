// box_means: the mean of the pixels of each box, in every frame, by running sums down the columns.
//
// Row y of the table holds the sums of all pixels above row y, one for each column: a frame costs one vector addition a
// row, and a box the difference of two rows of the table, whatever its height. Integers stay exact. Float pixels are
// added in double precision; where a box is so much darker than the rest of its frame that the difference would lose
// digits, and where a frame holds NaN or infinity, its pixels are added directly.

#pragma once

#include "common.hpp"

namespace optimap {

struct Boxes {
    const int64_t *top, *bottom, *left, *right;  // rows [top, bottom), columns [left, right)
    int64_t count;
};

// Sums of 8- and 16-bit pixels over up to 65536 rows fit in 32 bits, and twice as many fit in a vector.
template <class Pixel>
using Running = std::conditional_t<
    std::is_floating_point_v<Pixel>, double,
    std::conditional_t<sizeof(Pixel) <= 2, std::conditional_t<std::is_signed_v<Pixel>, int32_t, uint32_t>, int64_t>>;

template <class Pixel>
void fill_table(const Pixel* frame, int64_t row_stride, int64_t rows, int64_t width, Running<Pixel>* table) {
    std::fill(table, table + width, Running<Pixel>(0));
    for (int64_t y = 0; y < rows; ++y) {
        const Pixel* pixels = frame + y * row_stride;
        const Running<Pixel>* above = table + y * width;
        Running<Pixel>* below = table + (y + 1) * width;
        for (int64_t x = 0; x < width; ++x) below[x] = above[x] + Running<Pixel>(pixels[x]);
    }
}

template <class Pixel>
double box_sum(const Pixel* frame, int64_t row_stride, const Boxes& b, int64_t i) {
    Sum<Pixel> sum;
    for (int64_t y = b.top[i]; y < b.bottom[i]; ++y)
        sum.add(frame + y * row_stride + b.left[i], b.right[i] - b.left[i]);
    return sum.value();
}

template <class Pixel>
double table_sum(const Running<Pixel>* table, int64_t width, const Boxes& b, int64_t i) {
    const Running<Pixel>*above = table + b.top[i] * width, *below = table + b.bottom[i] * width;
    if constexpr (std::is_floating_point_v<Pixel>) {
        Sum<double> upper, lower;
        lower.add(below + b.left[i], b.right[i] - b.left[i]);
        upper.add(above + b.left[i], b.right[i] - b.left[i]);
        return lower.value() - upper.value();
    } else {
        int64_t sum = 0;
        for (int64_t x = b.left[i]; x < b.right[i]; ++x) sum += Running<Pixel>(below[x] - above[x]);
        return double(sum);
    }
}

// The sum below which a box's sum from the table may be off by more than 1e-9 of itself: infinite where a pixel is NaN or
// infinite, which a table carries down its column.
template <class Pixel>
double doubtful_sum(const Pixel* frame, int64_t row_stride, int64_t rows, int64_t width, const double* last_row) {
    for (int64_t x = 0; x < width; ++x)
        if (!std::isfinite(last_row[x])) return INFINITY;
    // Lanes, because a single maximum waits for itself. The frame has no NaN here: it would stand in the last row.
    Pixel most[16] = {};
    for (int64_t y = 0; y < rows; ++y) {
        const Pixel* pixels = frame + y * row_stride;
        int64_t x = 0;
        for (; x + 16 <= width; x += 16)
            for (int k = 0; k < 16; ++k) {
                const Pixel size = std::fabs(pixels[x + k]);
                most[k] = size > most[k] ? size : most[k];
            }
        for (; x < width; ++x) most[0] = std::max(most[0], std::fabs(pixels[x]));
    }
    const Pixel largest = *std::max_element(most, most + 16);
    // Each of `rows` additions may be off by 2**-53 of a sum of `rows` pixels; a box takes two such sums a column.
    return 2.3e-16 * double(rows) * double(rows) * double(width) * double(largest) * 1e9;
}

template <class Pixel, class Out>
OPTIMAP_CLONES void box_means_of_frames(const Frames<Pixel>& frames, int64_t rows, int64_t width, const Boxes& b, Out* out,
                         int64_t from, int64_t to) {
    std::vector<Running<Pixel>> table((rows + 1) * width);
    for (int64_t t = from; t < to; ++t) {
        const Pixel* frame = frames.data + t * frames.frame_stride;
        fill_table(frame, frames.row_stride, rows, width, table.data());
        double doubtful = 0;
        if constexpr (std::is_floating_point_v<Pixel>)
            doubtful = doubtful_sum(frame, frames.row_stride, rows, width, table.data() + rows * width);
        for (int64_t i = 0; i < b.count; ++i) {
            double sum = table_sum<Pixel>(table.data(), width, b, i);
            if (std::is_floating_point_v<Pixel> && !(std::fabs(sum) >= doubtful))
                sum = box_sum(frame, frames.row_stride, b, i);
            const int64_t pixels = (b.bottom[i] - b.top[i]) * (b.right[i] - b.left[i]);
            out[t * b.count + i] = Out(sum / double(pixels));
        }
    }
}

template <class Pixel, class Out>
void box_means(const Frames<Pixel>& frames, int64_t rows, int64_t width, const Boxes& boxes, Out* out, int threads) {
    in_parallel(frames.count, threads,
                [&](int64_t from, int64_t to) { box_means_of_frames(frames, rows, width, boxes, out, from, to); });
}

}  // namespace optimap
