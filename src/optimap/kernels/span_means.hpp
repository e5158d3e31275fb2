// span_means: the weighted mean (or sum) of the pixels of each window, in every frame, by adding them up.
//
// A window is a list of spans: runs of neighbouring pixels in one row, each with one weight. Spans are cut into chunks of
// as many pixels as are read at once, with a mask for those that count. Integer pixels are added exactly, floats in
// double precision. Which lane a pixel is added in follows from its column alone, where that could change a rounding: the
// same frame gives the same number wherever it lies in memory.

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
    std::vector<double> weights;  // what a sum is divided by: the weights of a window's pixels, their number where uniform
    std::vector<double> factors;  // what it is multiplied by: 1, but of sums the weight that all share
    int64_t reach = 0;            // pixels from a frame's first to the end of its farthest chunk
    bool streams;                 // whether to fetch frames whole
};

// Bytes of the cache lines that chunks lie in.
inline int64_t touched_bytes(const Plan& plan, int64_t pixel_bytes) {
    std::vector<int64_t> lines;
    for (const Chunk& chunk : plan.chunks) lines.push_back(chunk.place * pixel_bytes / 64);
    std::sort(lines.begin(), lines.end());
    return 64 * (std::unique(lines.begin(), lines.end()) - lines.begin());
}

// Where a chunk that begins with pixel x lies: at a multiple of its length if that holds what is left up to `stop`. Of
// integers, whose sums are exact, a multiple in memory: such a chunk lies in one cache line.
template <class Pixel>
int64_t chunk_place(const Frames<Pixel>& frames, int64_t row, int64_t x, int64_t stop, bool exact) {
    constexpr int64_t n = kChunk<Pixel>;
    const int64_t shift = int64_t(reinterpret_cast<uintptr_t>(frames.data) / sizeof(Pixel) % n);
    const int64_t from = row * frames.row_stride + x, before = exact ? (from + shift) % n : x % n;
    return from < before || stop - x > n - before ? from : from - before;
}

template <class Pixel>
Plan plan_chunks(const Frames<Pixel>& frames, int64_t rows, int64_t width, const Spans& s, bool sums) {
    constexpr int64_t n = kChunk<Pixel>;
    Plan plan;
    plan.first.push_back(0);
    for (int64_t w = 0; w < s.windows; ++w) {
        double weights = 0, pixels = 0;
        bool uniform = true;
        for (int64_t i = s.first[w]; i < s.first[w + 1]; ++i) uniform = uniform && s.weight[i] == s.weight[s.first[w]];
        for (int64_t i = s.first[w]; i < s.first[w + 1]; ++i) {
            const bool exact = uniform && std::is_integral_v<Pixel>;
            for (int64_t x = s.start[i], to; x < s.stop[i]; x = to) {
                const int64_t place = chunk_place(frames, s.row[i], x, s.stop[i], exact);
                const int64_t from = s.row[i] * frames.row_stride + x - place;
                to = std::min(s.stop[i], x + n - from);
                plan.chunks.push_back({place, Masks<Lane<Pixel>, n>::place(from, from + to - x), s.weight[i]});
                plan.reach = std::max(plan.reach, place + n);
            }
            pixels += double(s.stop[i] - s.start[i]);
            weights += s.weight[i] * double(s.stop[i] - s.start[i]);
        }
        plan.first.push_back(int64_t(plan.chunks.size()));
        plan.uniform.push_back(uniform);
        plan.weights.push_back(sums ? 1 : uniform ? pixels : weights);
        plan.factors.push_back(sums && uniform ? s.weight[s.first[w]] : 1);
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

// Chunks of a frame. The last frame in memory may end within a chunk: `careful` reads no pixel behind it.
template <class Pixel, bool kCareful>
struct Reader {
    const Pixel *frame, *end;  // of all memory
    Pixel tail[kChunk<Pixel>] = {};

    OPTIMAP_INLINE const Pixel* at(int64_t place) {
        if constexpr (kCareful)
            if (end - frame < place + kChunk<Pixel>) {
                std::copy(frame + place, end, tail);
                return tail;
            }
        return frame + place;
    }
};

// The exact sum of a window's pixels: integers up to 32 bits, and floats in double precision.
template <class Pixel, bool kCareful>
OPTIMAP_INLINE double plain_sum(Reader<Pixel, kCareful>& reader, const Chunk* chunk, const Chunk* end, bool streams) {
    using R = Register<Lane<Pixel>>;
    constexpr int kParts = kChunk<Pixel> / R::kSize;
    const auto* masks = Masks<Lane<Pixel>, kChunk<Pixel>>::table();
    std::conditional_t<std::is_floating_point_v<Pixel>, double, int64_t> total = 0;
    while (chunk < end) {
        typename R::Type parts[kParts];
        for (auto& part : parts) part = R::zero();
        const Chunk* stop = end - chunk > 32768 ? chunk + 32768 : end;  // what 32 bits hold of 16-bit pixels
        for (; chunk < stop; ++chunk) {
            if (!streams) prefetch(reader.frame + chunk[kAhead].place);
            const Pixel* pixels = reader.at(chunk->place);
            for (int k = 0; k < kParts; ++k)
                parts[k] = R::plus(parts[k], R::only(R::load(pixels + k * R::kSize),
                                                     R::mask(masks + chunk->mask + k * R::kSize)));
        }
        for (const auto& part : parts) total += R::sum(part);
    }
    return double(total);
}

// Of 64-bit integers: the sum needs more than 64 bits, so upper and lower halves are added apart.
template <class Pixel, bool kCareful>
OPTIMAP_INLINE double long_sum(Reader<Pixel, kCareful>& reader, const Chunk* chunk, const Chunk* end) {
    const int64_t* masks = Masks<int64_t, kChunk<Pixel>>::table();
    int64_t high = 0, low = 0;
    for (; chunk < end; ++chunk) {
        const Pixel* pixels = reader.at(chunk->place);
        for (int k = 0; k < kChunk<Pixel>; ++k) {
            high += int64_t(pixels[k] >> 32) & masks[chunk->mask + k];
            low += int64_t(uint64_t(pixels[k]) & 0xffffffffu) & masks[chunk->mask + k];
        }
    }
    return double(high + (low >> 32)) * 4294967296.0 + double(low & 0xffffffff);
}

// The weighted sum in double precision; with `omit_nan` of pixels that are not NaN, and NaN where there are none. With
// `weights`, also the weights that counted.
template <class Pixel, bool kCareful>
OPTIMAP_INLINE double weighted_sum(Reader<Pixel, kCareful>& reader, const Chunk* chunk, const Chunk* end, bool omit_nan,
                                   double* weights) {
    using R = Register<double>;
    const int64_t* masks = Masks<double, kChunk<Pixel>>::table();
    typename R::Type sum = R::zero(), counted = R::zero(), pixels = R::zero();
    const auto ones = R::every(1.0);
    for (; chunk < end; ++chunk) {
        const Pixel* from = reader.at(chunk->place);
        for (int k = 0; k < kChunk<Pixel>; k += R::kSize) {
            const auto values = R::load(from + k);
            auto mask = R::mask(masks + chunk->mask + k);
            if (omit_nan) mask = R::both(mask, R::numbers(values));
            sum = R::plus(sum, R::times(R::only(values, mask), chunk->weight));
            if (!omit_nan) continue;
            counted = R::plus(counted, R::times(R::only(ones, mask), chunk->weight));
            pixels = R::plus(pixels, R::only(ones, mask));
        }
    }
    if (omit_nan && R::sum(pixels) == 0) return NAN;
    if (omit_nan && weights) *weights = R::sum(counted);
    return R::sum(sum);
}

template <class Pixel, class Out, bool kCareful>
OPTIMAP_INLINE void window_of_frame(Reader<Pixel, kCareful>& reader, const Plan& plan, int64_t w, bool omit_nan, bool sums,
                                    Out& out) {
    const Chunk *chunk = plan.chunks.data() + plan.first[w], *end = plan.chunks.data() + plan.first[w + 1];
    double weights = plan.weights[w], factor = plan.factors[w], sum;
    if (omit_nan || !plan.uniform[w]) {
        sum = weighted_sum(reader, chunk, end, omit_nan, sums ? nullptr : &weights);
        factor = 1;
    } else if constexpr (std::is_integral_v<Pixel> && sizeof(Pixel) == 8) sum = long_sum(reader, chunk, end);
    else sum = plain_sum(reader, chunk, end, plan.streams);
    out = Out(sum * factor / weights);
}

template <class Pixel, class Out>
OPTIMAP_CLONES void span_means_of_frames(const Frames<Pixel>& frames, int64_t frame_pixels, const Pixel* memory_end,
                                         const Plan& plan, Out* out, bool omit_nan, bool sums, int64_t from, int64_t to) {
    const int64_t windows = int64_t(plan.weights.size()), frame_bytes = frame_pixels * int64_t(sizeof(Pixel));
    const int64_t share = frame_bytes / windows + 64;
    for (int64_t t = from; t < to; ++t) {
        const Pixel* frame = frames.data + t * frames.frame_stride;
        if (memory_end - frame < plan.reach) {
            Reader<Pixel, true> reader{frame, memory_end};
            for (int64_t w = 0; w < windows; ++w) window_of_frame(reader, plan, w, omit_nan, sums, out[t * windows + w]);
            continue;
        }
        Reader<Pixel, false> reader{frame, memory_end};
        for (int64_t w = 0; w < windows; ++w) {
            if (plan.streams && t + 1 < to) fetch(frame + frames.frame_stride, w * share, (w + 1) * share, frame_bytes);
            window_of_frame(reader, plan, w, omit_nan, sums, out[t * windows + w]);
        }
    }
}

template <class Pixel, class Out>
void span_means(const Frames<Pixel>& frames, int64_t rows, int64_t width, const Spans& spans, Out* out, bool omit_nan,
                bool sums, int threads) {
    if (spans.windows == 0 || frames.count == 0) return;
    const Plan plan = plan_chunks(frames, rows, width, spans, sums);
    const bool omits = omit_nan && std::is_floating_point_v<Pixel>;
    const int64_t last = std::max<int64_t>((frames.count - 1) * frames.frame_stride, 0);
    const Pixel* memory_end = frames.data + last + (rows - 1) * frames.row_stride + width;
    in_parallel(frames.count, threads, [&](int64_t from, int64_t to) {
        span_means_of_frames(frames, rows * width, memory_end, plan, out, omits, sums, from, to);
    });
}

}  // namespace optimap
