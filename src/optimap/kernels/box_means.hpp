// box_means: the mean (or sum) of the pixels of each box, in every frame, by running sums down the columns.
//
// Row y of the table holds the sums of all pixels above row y, one for each column: a frame costs one vector addition a
// row, and a box the difference of two rows of the table, whatever its height. Integers stay exact. Float pixels are
// added in double precision; where a box is so much darker than the rest of its frame that the difference would lose
// digits, and where a frame holds NaN or infinity, its pixels are added directly.

#pragma once

#include "lanes.hpp"

namespace optimap {

struct Boxes {
    const int64_t *top, *bottom, *left, *right;  // rows [top, bottom), columns [left, right)
    int64_t count;
};

// Frames up to this size are fetched a frame ahead: with its table, one stays in the second cache.
constexpr int64_t kFetchedBytes = 256 * 1024;

template <class Pixel>
struct Table {
    using R = Register<Lane<Pixel>>;
    int64_t rows, width, stride;  // the stride leaves a chunk's room to read beyond the last column
    std::vector<Lane<Pixel>> sums;
    double largest = 0;  // magnitude in the frame, where it holds no NaN

    Table(int64_t rows, int64_t width)
        : rows(rows), width(width), stride((width / 16 + 2) * 16), sums((rows + 1) * stride, 0) {}

    // Fills the table from a frame, and fetches the next one.
    OPTIMAP_INLINE void fill(const Pixel* frame, int64_t row_stride, const Pixel* next) {
        auto most = R::zero();
        for (int64_t y = 0; y < rows; ++y) {
            const Pixel* pixels = frame + y * row_stride;
            const Lane<Pixel>* above = sums.data() + y * stride;
            Lane<Pixel>* below = sums.data() + (y + 1) * stride;
            if (next) fetch(next + y * row_stride, 0, width * sizeof(Pixel), width * sizeof(Pixel));
            int64_t x = 0;
            for (; x + R::kSize <= width; x += R::kSize) {
                const auto values = R::load(pixels + x);
                R::store(R::plus(R::load(above + x), values), below + x);
                if constexpr (std::is_floating_point_v<Pixel>) most = R::larger(most, R::magnitude(values));
            }
            for (; x < width; ++x) {
                below[x] = above[x] + Lane<Pixel>(pixels[x]);
                if constexpr (std::is_floating_point_v<Pixel>) most[0] = std::max(most[0], std::fabs(double(pixels[x])));
            }
        }
        if constexpr (std::is_floating_point_v<Pixel>)
            for (int k = 0; k < R::kSize; ++k) largest = k == 0 ? most[0] : std::max(largest, double(most[k]));
    }

    // The sum below which a box's sum may be off by more than 1e-9 of itself: infinite where a pixel is NaN or infinite,
    // which the table carries down its column.
    OPTIMAP_INLINE double doubtful_sum() const {
        const Lane<Pixel>* last = sums.data() + rows * stride;
        for (int64_t x = 0; x < width; ++x)
            if (!std::isfinite(last[x])) return INFINITY;
        // Each of `rows` additions may be off by 2**-53 of a sum of `rows` pixels; a box takes two such sums a column.
        return 2.3e-16 * double(rows) * double(rows) * double(width) * largest * 1e9;
    }

    OPTIMAP_INLINE double sum(const Boxes& b, int64_t i) const {
        constexpr int n = kChunk<Pixel>, kParts = n / R::kSize;
        const auto* masks = Masks<Lane<Pixel>, n>::table();
        const Lane<Pixel>*above = sums.data() + b.top[i] * stride, *below = sums.data() + b.bottom[i] * stride;
        std::conditional_t<std::is_floating_point_v<Pixel>, double, int64_t> total = 0;
        if ((b.bottom[i] - b.top[i]) * (b.right[i] - b.left[i]) > 32768) {  // more pixels than a lane of 32 bits can add
            for (int64_t x = b.left[i]; x < b.right[i]; ++x) total += Lane<Pixel>(below[x] - above[x]);
            return double(total);
        }
        typename R::Type parts[kParts];
        for (auto& part : parts) part = R::zero();
        for (int64_t x = b.left[i]; x < b.right[i]; x += n) {
            const auto* mask = masks + Masks<Lane<Pixel>, n>::place(0, std::min<int64_t>(b.right[i] - x, n));
            for (int k = 0; k < kParts; ++k) {
                const auto column_sums = R::minus(R::load(below + x + k * R::kSize), R::load(above + x + k * R::kSize));
                parts[k] = R::plus(parts[k], R::only(column_sums, R::mask(mask + k * R::kSize)));
            }
        }
        for (int k = 1; k < kParts; ++k) parts[0] = R::plus(parts[0], parts[k]);
        return double(R::sum(parts[0]));
    }
};

template <class Pixel>
OPTIMAP_INLINE double box_sum(const Pixel* frame, int64_t row_stride, const Boxes& b, int64_t i) {
    double sum = 0;
    for (int64_t y = b.top[i]; y < b.bottom[i]; ++y)
        for (int64_t x = b.left[i]; x < b.right[i]; ++x) sum += double(frame[y * row_stride + x]);
    return sum;
}

template <class Pixel, class Out>
OPTIMAP_CLONES void box_means_of_frames(const Frames<Pixel>& frames, int64_t rows, int64_t width, const Boxes& b, Out* out,
                                        bool sums, int64_t from, int64_t to) {
    Table<Pixel> table(rows, width);
    const bool fetches = rows * width * int64_t(sizeof(Pixel)) <= kFetchedBytes;
    for (int64_t t = from; t < to; ++t) {
        const Pixel* frame = frames.data + t * frames.frame_stride;
        table.fill(frame, frames.row_stride, fetches && t + 1 < to ? frame + frames.frame_stride : nullptr);
        double doubtful = 0;
        if constexpr (std::is_floating_point_v<Pixel>) doubtful = table.doubtful_sum();
        for (int64_t i = 0; i < b.count; ++i) {
            double sum = table.sum(b, i);
            if (std::is_floating_point_v<Pixel> && !(std::fabs(sum) >= doubtful))
                sum = box_sum(frame, frames.row_stride, b, i);
            const int64_t pixels = (b.bottom[i] - b.top[i]) * (b.right[i] - b.left[i]);
            out[t * b.count + i] = Out(sums ? sum : sum / double(pixels));
        }
    }
}

template <class Pixel, class Out>
void box_means(const Frames<Pixel>& frames, int64_t rows, int64_t width, const Boxes& boxes, Out* out, bool sums,
               int threads) {
    in_parallel(frames.count, threads,
                [&](int64_t from, int64_t to) { box_means_of_frames(frames, rows, width, boxes, out, sums, from, to); });
}

}  // namespace optimap
