// span_means: the weighted mean of the pixels of each window, in every frame, by adding them up.
//
// A window is a list of spans: runs of neighbouring pixels in one row, each with one weight. Spans are cut into chunks of
// as many pixels as are read at once, with a mask for those that count. Integer pixels are added exactly, floats in
// double precision.

#pragma once

#include "lanes.hpp"

namespace optimap {

struct Spans {
    const int64_t *row, *start, *stop;  // one entry a span: pixels [start, stop) of a row
    const double* weight;
    const int64_t* first;  // window w owns spans [first[w], first[w + 1])
    int64_t windows;
};

struct Chunk {
    int64_t place;  // in pixels from the frame's first
    int64_t mask;   // in the table of masks
    double weight;
};

// Chunks ahead to fetch. Rows of a window are a frame's width apart and windows are anywhere, which the hardware does not
// foresee. Into the nearest cache: with hints for farther ones, 100 windows of 5 x 5 took four times as long.
constexpr int64_t kAhead = 96;

// Frames up to this size are fetched whole, a frame ahead, where windows touch much of them: two stay in the second cache.
constexpr int64_t kStreamedBytes = 512 * 1024;

struct Plan {
    std::vector<Chunk> chunks;    // of all windows, then kAhead of the next frame
    std::vector<int64_t> first;   // window w owns chunks [first[w], first[w + 1])
    std::vector<char> uniform;    // whether all spans of a window have one weight
    std::vector<double> weights;  // of a window's pixels in all; their number where uniform
    bool streams;                 // whether to fetch frames whole
};

// Bytes of the cache lines that chunks lie in.
inline int64_t touched_bytes(const Plan& plan, int64_t pixel_bytes) {
    std::vector<int64_t> lines;
    for (const Chunk& chunk : plan.chunks) lines.push_back(chunk.place * pixel_bytes / 64);
    std::sort(lines.begin(), lines.end());
    return 64 * (std::unique(lines.begin(), lines.end()) - lines.begin());
}

template <class Pixel>
Plan plan_chunks(const Frames<Pixel>& frames, int64_t rows, int64_t width, const Spans& s) {
    constexpr int64_t n = kChunk<Pixel>;
    const int64_t size = (rows - 1) * frames.row_stride + width;  // of a frame in memory, chunks must lie inside
    const int64_t shift = int64_t(reinterpret_cast<uintptr_t>(frames.data) / sizeof(Pixel) % n);
    Plan plan;
    plan.first.push_back(0);
    for (int64_t w = 0; w < s.windows; ++w) {
        double weights = 0, pixels = 0;
        bool uniform = true;
        for (int64_t i = s.first[w]; i < s.first[w + 1]; ++i) {
            const int64_t stop = s.row[i] * frames.row_stride + s.stop[i];
            for (int64_t from = stop - (s.stop[i] - s.start[i]), to; from < stop; from = to) {
                // At a multiple of a chunk in memory where that holds what is left: such a chunk lies in one cache line.
                int64_t place = from - (from + shift) % n;
                if (stop > place + n) place = from;
                place = std::max<int64_t>(std::min(place, size - n), 0);
                to = std::min(stop, place + n);
                plan.chunks.push_back({place, Masks<Lane<Pixel>, n>::place(from - place, to - place), s.weight[i]});
            }
            pixels += double(s.stop[i] - s.start[i]);
            weights += s.weight[i] * double(s.stop[i] - s.start[i]);
            uniform = uniform && s.weight[i] == s.weight[s.first[w]];
        }
        plan.first.push_back(int64_t(plan.chunks.size()));
        plan.uniform.push_back(uniform);
        plan.weights.push_back(uniform ? pixels : weights);
    }
    const int64_t chunks = int64_t(plan.chunks.size()), frame_bytes = rows * width * int64_t(sizeof(Pixel));
    plan.streams = frames.row_stride == width && frame_bytes <= kStreamedBytes &&
                   2 * touched_bytes(plan, sizeof(Pixel)) > frame_bytes;
    for (int64_t i = 0; i < kAhead && chunks > 0; ++i) {
        plan.chunks.push_back(plan.chunks[i % chunks]);
        plan.chunks.back().place += frames.frame_stride * (1 + i / chunks);
    }
    return plan;
}

// The exact sum of a window's pixels: integers up to 32 bits, and floats in double precision.
template <class Pixel>
OPTIMAP_INLINE double plain_sum(const Pixel* frame, const Chunk* chunk, const Chunk* end, bool streams) {
    using R = Register<Lane<Pixel>>;
    constexpr int kParts = kChunk<Pixel> / R::kSize;
    const auto* masks = Masks<Lane<Pixel>, kChunk<Pixel>>::table();
    std::conditional_t<std::is_floating_point_v<Pixel>, double, int64_t> total = 0;
    while (chunk < end) {
        typename R::Type parts[kParts];
        for (auto& part : parts) part = R::zero();
        const Chunk* stop = end - chunk > 32768 ? chunk + 32768 : end;  // what 32 bits hold of 16-bit pixels
        for (; chunk < stop; ++chunk) {
            if (!streams) prefetch(frame + chunk[kAhead].place);
            const Pixel* pixels = frame + chunk->place;
            for (int k = 0; k < kParts; ++k)
                parts[k] = R::plus(parts[k], R::only(R::load(pixels + k * R::kSize),
                                                     R::mask(masks + chunk->mask + k * R::kSize)));
        }
        for (const auto& part : parts) total += R::sum(part);
    }
    return double(total);
}

// Of 64-bit integers: the sum needs more than 64 bits, so upper and lower halves are added apart.
template <class Pixel>
OPTIMAP_INLINE double long_sum(const Pixel* frame, const Chunk* chunk, const Chunk* end) {
    const int64_t* masks = Masks<int64_t, kChunk<Pixel>>::table();
    int64_t high = 0, low = 0;
    for (; chunk < end; ++chunk)
        for (int k = 0; k < kChunk<Pixel>; ++k) {
            const Pixel pixel = frame[chunk->place + k];
            high += int64_t(pixel >> 32) & masks[chunk->mask + k];
            low += int64_t(uint64_t(pixel) & 0xffffffffu) & masks[chunk->mask + k];
        }
    return double(high + (low >> 32)) * 4294967296.0 + double(low & 0xffffffff);
}

// The weighted sum in double precision, and the weights that counted: all, or those of pixels that are not NaN.
template <class Pixel>
OPTIMAP_INLINE double weighted_sum(const Pixel* frame, const Chunk* chunk, const Chunk* end, bool omit_nan, double& weights) {
    using R = Register<double>;
    const int64_t* masks = Masks<double, kChunk<Pixel>>::table();
    typename R::Type sum = R::zero(), counted = R::zero();
    const auto ones = R::every(1.0);
    for (; chunk < end; ++chunk)
        for (int k = 0; k < kChunk<Pixel>; k += R::kSize) {
            const auto pixels = R::load(frame + chunk->place + k);
            auto mask = R::mask(masks + chunk->mask + k);
            if (omit_nan) mask = R::both(mask, R::numbers(pixels));
            sum = R::plus(sum, R::times(R::only(pixels, mask), chunk->weight));
            counted = R::plus(counted, R::times(R::only(ones, mask), chunk->weight));
        }
    if (omit_nan) weights = R::sum(counted);
    return R::sum(sum);
}

template <class Pixel, class Out>
OPTIMAP_CLONES void span_means_of_frames(const Frames<Pixel>& frames, int64_t frame_bytes, const Plan& plan, Out* out,
                                         bool omit_nan, int64_t from, int64_t to) {
    const int64_t windows = int64_t(plan.weights.size());
    const int64_t share = frame_bytes / windows + 64;
    for (int64_t t = from; t < to; ++t) {
        const Pixel* frame = frames.data + t * frames.frame_stride;
        for (int64_t w = 0; w < windows; ++w) {
            if (plan.streams && t + 1 < to) fetch(frame + frames.frame_stride, w * share, (w + 1) * share, frame_bytes);
            const Chunk *chunk = plan.chunks.data() + plan.first[w], *end = plan.chunks.data() + plan.first[w + 1];
            double weights = plan.weights[w], sum;
            if (omit_nan || !plan.uniform[w]) sum = weighted_sum(frame, chunk, end, omit_nan, weights);
            else if constexpr (std::is_integral_v<Pixel> && sizeof(Pixel) == 8) sum = long_sum(frame, chunk, end);
            else sum = plain_sum(frame, chunk, end, plan.streams);
            out[t * windows + w] = Out(sum / weights);  // all NaN: 0 / 0, which is NaN
        }
    }
}

// Frames smaller than a chunk, copied to where there is room to read one.
template <class Pixel>
Frames<Pixel> with_room(const Frames<Pixel>& frames, int64_t size, std::vector<Pixel>& room) {
    constexpr int64_t n = kChunk<Pixel>;
    if (size >= n) return frames;
    room.assign(frames.count * n, Pixel(0));
    for (int64_t t = 0; t < frames.count; ++t)
        std::copy_n(frames.data + t * frames.frame_stride, size, room.data() + t * n);
    return {room.data(), frames.count, n, frames.row_stride};
}

template <class Pixel, class Out>
void span_means(const Frames<Pixel>& given, int64_t rows, int64_t width, const Spans& spans, Out* out, bool omit_nan,
                int threads) {
    if (spans.windows == 0 || given.count == 0) return;
    std::vector<Pixel> room;
    const Frames<Pixel> frames = with_room(given, (rows - 1) * given.row_stride + width, room);
    const Plan plan = plan_chunks(frames, rows, width, spans);
    const bool omits = omit_nan && std::is_floating_point_v<Pixel>;
    in_parallel(frames.count, threads, [&](int64_t from, int64_t to) {
        span_means_of_frames(frames, rows * width * int64_t(sizeof(Pixel)), plan, out, omits, from, to);
    });
}

}  // namespace optimap
