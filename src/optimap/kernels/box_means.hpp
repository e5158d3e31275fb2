// box_means: the mean (or sum) of the pixels of each box, in every frame, by running sums down the columns.
//
// Row y of the table holds the sums of all pixels above row y, one for each column: a frame costs one vector addition a
// row, and a box of any height the difference of two rows of the table. Only the rows that the tallest box spans are kept,
// in a ring that stays in the nearest cache, and boxes are computed as soon as the row at their bottom is complete. Boxes
// side by side, each one column further, share the sums of 1, 2, 4, 8 ... columns that they are made of.
//
// Integers stay exact. Float pixels are added in double precision; where a box is so much darker than the pixels above it
// that the difference would lose digits, and below NaN or infinity, its pixels are added directly.

#pragma once

#include "box_plan.hpp"
#include "lanes.hpp"

namespace optimap {

// Bytes to fetch ahead of the addition, over the rows that follow and those of the next frame. Without this, the hardware
// fetched half as much in the same time.
constexpr int64_t kFetchedBytes = 8 * 1024;

// Sharing sums is faster from this number of boxes in a run, and up to this number of columns for each.
constexpr int64_t kShared = 4, kSharedColumns = 8;

// Results of at least this size are written past the caches.
constexpr int64_t kStreamedResult = 32 * 1024 * 1024;

template <class Pixel>
class Table {
  public:
    using R = Register<Lane<Pixel>>;

    explicit Table(const BoxPlan& plan)
        : plan(plan), from(plan.left / 16 * 16), sums(plan.rows * plan.stride), columns(plan.stride + 16),
          totals(plan.stride + 16) {}

    void start() {
        slot = plan.top % plan.rows;
        std::fill_n(sums.data() + slot * plan.stride, plan.stride, Lane<Pixel>(0));
        most = R::zero();
    }

    // Adds the next row of a frame.
    OPTIMAP_INLINE void add(const Pixel* pixels) {
        const Lane<Pixel>* above = sums.data() + slot * plan.stride;
        slot = slot + 1 == plan.rows ? 0 : slot + 1;
        Lane<Pixel>* below = sums.data() + slot * plan.stride;
        auto largest = most;  // stays in a register
        int64_t x = from;
        for (; x + R::kSize <= plan.right; x += R::kSize) {
            const auto values = R::load(pixels + x);
            R::store(R::plus(R::load(above + x), values), below + x);
            if constexpr (kFloat) largest = R::larger(R::magnitude(values), largest);  // NaN is never larger
        }
        for (; x < plan.right; ++x) {
            below[x] = above[x] + Lane<Pixel>(pixels[x]);
            if constexpr (kFloat) largest[0] = std::max(largest[0], std::fabs(double(pixels[x])));
        }
        most = largest;
    }

    // The sum below which the error of a box may exceed 1e-9 of its sum.
    OPTIMAP_INLINE double doubtful(const Run& run) const {
        double largest = most[0];
        for (int k = 1; k < R::kSize; ++k) largest = std::max(largest, double(most[k]));
        // Each addition down a column may err by 2**-53 of the sum above it, each addition across by 2**-53 of the box.
        const double height = double(run.bottom - run.top), width = double(run.width);
        return 1.2e-16 * height * width * (double(run.bottom) + height * width) * largest * 1e9;
    }

    // The sums of boxes at all columns of a run, in `totals`, if they fit into lanes.
    OPTIMAP_INLINE Lane<Pixel>* sums_of_run(const Run& run) {
        const Lane<Pixel>*above = sums.data() + run.above, *below = sums.data() + run.below;
        const int64_t length = run.columns + run.width - 1;
        for (int64_t x = 0; x < length; x += R::kSize)
            R::store(R::minus(R::load(below + x), R::load(above + x)), columns.data() + x);
        int64_t done = 0;
        for (int64_t n = 1; n <= run.width; n *= 2) {  // `columns` holds sums of n columns
            if (run.width & n) {
                for (int64_t x = 0; x < run.columns; x += R::kSize) {
                    const auto more = R::load(columns.data() + x + done);
                    R::store(done ? R::plus(R::load(totals.data() + x), more) : more, totals.data() + x);
                }
                done += n;
            }
            if (2 * n > run.width) break;
            for (int64_t x = 0; x < length - n; x += R::kSize)
                R::store(R::plus(R::load(columns.data() + x), R::load(columns.data() + x + n)), columns.data() + x);
        }
        return totals.data();
    }

    // The sum of the box at a column of a run.
    OPTIMAP_INLINE double sum(const Run& run, int64_t column) const {
        constexpr int n = kChunk, kParts = n / R::kSize;
        const auto* masks = Masks<Lane<Pixel>, n>::table();
        const Lane<Pixel>* above = sums.data() + run.above + column;
        const Lane<Pixel>* below = sums.data() + run.below + column;
        if (!fits_lanes(run)) {
            std::conditional_t<kFloat, double, int64_t> total = 0;
            for (int64_t x = 0; x < run.width; ++x) total += Lane<Pixel>(below[x] - above[x]);
            return double(total);
        }
        typename R::Type parts[kParts];
        for (auto& part : parts) part = R::zero();
        for (int64_t x = 0; x < run.width; x += n) {
            const auto* mask = masks + Masks<Lane<Pixel>, n>::place(0, std::min<int64_t>(run.width - x, n));
            for (int j = 0; j < kParts; ++j) {
                const auto column_sums = R::minus(R::load(below + x + j * R::kSize), R::load(above + x + j * R::kSize));
                parts[j] = R::plus(parts[j], R::only(column_sums, R::mask(mask + j * R::kSize)));
            }
        }
        for (int j = 1; j < kParts; ++j) parts[0] = R::plus(parts[0], parts[j]);
        return double(R::sum(parts[0]));
    }

    OPTIMAP_INLINE static bool fits_lanes(const Run& run) {
        return sizeof(Lane<Pixel>) == 8 || int64_t(run.bottom - run.top) * run.width <= kLanePixels;
    }

  private:
    static constexpr bool kFloat = std::is_floating_point_v<Pixel>;
    const BoxPlan& plan;
    int64_t slot = 0, from;
    std::vector<Lane<Pixel>> sums, columns, totals;
    typename R::Type most;  // magnitudes in the rows so far
};

template <class Pixel>
OPTIMAP_INLINE double direct_sum(const Pixel* frame, int64_t row_stride, const Run& run, int64_t left) {
    using R = Register<double>;
    auto parts = R::zero();
    double rest = 0;
    for (int64_t y = run.top; y < run.bottom; ++y) {
        const Pixel* pixels = frame + y * row_stride + left;
        int64_t x = 0;
        for (; x + R::kSize <= run.width; x += R::kSize) parts = R::plus(parts, R::load(pixels + x));
        for (; x < run.width; ++x) rest += double(pixels[x]);
    }
    return R::sum(parts) + rest;
}

// Writes the boxes of a run, from the sums at all its columns where those are accurate enough.
template <class Pixel, class Out>
OPTIMAP_INLINE void write_run(const Pixel* frame, int64_t row_stride, const Table<Pixel>& table, const BoxPlan& plan,
                              const Run& run, Lane<Pixel>* values, Out* out, bool sums) {
    const int64_t* order = plan.order.data() + run.first;
    const int32_t* column = plan.column.data() + run.first;
    if constexpr (std::is_floating_point_v<Pixel>) {
        const double doubtful = table.doubtful(run);
        int64_t sure = 0;
        for (int64_t x = 0; x < run.columns; ++x) sure += std::fabs(values[x]) >= doubtful;
        for (int64_t k = 0; sure < run.columns && k < run.count; ++k) {
            double& value = values[column[k]];
            if (!(std::fabs(value) >= doubtful)) value = direct_sum(frame, row_stride, run, run.left + column[k]);
        }
    }
    const double pixels = sums ? 1.0 : double(run.bottom - run.top) * double(run.width);
    // Values that fit into lanes fit into signed ones, which every machine converts a vector at a time.
    using Value = std::conditional_t<std::is_same_v<Lane<Pixel>, uint32_t>, int32_t, Lane<Pixel>>;
    if (run.together) {
        Out* result = out + order[0];
        for (int64_t x = 0; x < run.columns; ++x) result[x] = Out(double(Value(values[x])) / pixels);
    } else {
        for (int64_t k = 0; k < run.count; ++k) out[order[k]] = Out(double(Value(values[column[k]])) / pixels);
    }
}

// Writes the boxes of a run one by one.
template <class Pixel, class Out>
OPTIMAP_INLINE void write_boxes(const Pixel* frame, int64_t row_stride, const Table<Pixel>& table, const BoxPlan& plan,
                                const Run& run, Out* out, bool sums) {
    const double pixels = sums ? 1.0 : double(run.bottom - run.top) * double(run.width);
    double doubtful = 0;
    if constexpr (std::is_floating_point_v<Pixel>) doubtful = table.doubtful(run);
    for (int64_t k = run.first; k < run.first + run.count; ++k) {
        double sum = table.sum(run, plan.column[k]);
        if (std::is_floating_point_v<Pixel> && !(std::fabs(sum) >= doubtful))
            sum = direct_sum(frame, row_stride, run, run.left + plan.column[k]);
        out[plan.order[k]] = Out(sum / pixels);
    }
}

template <class Pixel, class Out>
OPTIMAP_INLINE void box_means_of_frames(const Frames<Pixel>& frames, int64_t width, const BoxPlan& plan, Out* out, bool sums,
                                        int64_t from, int64_t to) {
    Table<Pixel> table(plan);
    const int64_t row_bytes = width * int64_t(sizeof(Pixel)), boxes = int64_t(plan.order.size());
    const int64_t ahead = std::min(kFetchedBytes / row_bytes + 1, plan.bottom - plan.top);
    const bool streams = plan.in_order && frames.count * boxes * int64_t(sizeof(Out)) >= kStreamedResult;
    std::vector<Out> band(streams ? boxes : 0);
    for (int64_t t = from; t < to; ++t) {
        const Pixel* frame = frames.data + t * frames.frame_stride;
        Out* result = streams ? band.data() : out + t * boxes;
        const Run *run = plan.runs.data(), *last = run + plan.runs.size();
        table.start();
        for (int64_t y = plan.top; run < last;) {
            for (const int64_t end = std::min(y + kBand, plan.bottom); y < end; ++y) {
                const Pixel* pixels = frame + y * frames.row_stride;
                const Pixel* later = pixels + ahead * frames.row_stride;
                if (y + ahead >= plan.bottom) later += frames.frame_stride - (plan.bottom - plan.top) * frames.row_stride;
                if (y + ahead < plan.bottom || t + 1 < to) fetch(later, 0, row_bytes, row_bytes);
                table.add(pixels);
            }
            const int64_t first = run->first;
            if (streams) result = band.data() - first;
            for (; run < last && run->bottom <= y; ++run) {
                if (run->count >= kShared && run->columns <= kSharedColumns * run->count && table.fits_lanes(*run))
                    write_run(frame, frames.row_stride, table, plan, *run, table.sums_of_run(*run), result, sums);
                else write_boxes(frame, frames.row_stride, table, plan, *run, result, sums);
            }
            if (streams) stream(band.data(), (run < last ? run->first : boxes) - first, out + t * boxes + first);
        }
    }
}

template <class Pixel, class Out>
void box_means(const Frames<Pixel>& frames, int64_t width, const Boxes& boxes, Out* out, bool sums, int threads) {
    const BoxPlan plan = plan_boxes(boxes, width);
    if (plan.runs.empty()) return;
    in_parallel(frames.count, threads,
                [&](int64_t from, int64_t to) {
                    widest<box_means_of_frames<Pixel, Out>>(frames, width, plan, out, sums, from, to);
                });
}

}  // namespace optimap
