// span_means: the weighted mean (or sum) of the pixels of each window, in every frame, by adding them up.
//
// A window is a list of spans: runs of neighbouring pixels in one row, each with one weight. Spans are divided into chunks
// of the number of pixels that are read at once, with a mask for those that count. Windows are visited from the top of the
// frame to its bottom, each in several frames at once, so the place and mask of a chunk are looked up once for all. Integer
// pixels are added exactly, floats in double precision. Where the lane of a pixel could change a rounding, it depends only
// on its column: the same frame gives the same number at any address in memory.

#pragma once

#include "lanes.hpp"

namespace optimap {

struct Spans {
    const int64_t *row, *start, *stop;  // one entry per span: pixels [start, stop) of a row
    const double* weight;
    const int64_t* first;  // window w owns spans [first[w], first[w + 1])
    int64_t windows;
};

struct Chunk {
    int64_t place;  // in pixels from the first of the frame
    int64_t mask;   // in the table of masks
};

// Cache lines to fetch ahead, each once for all windows that need it. Rows of a window are the width of a frame apart and
// windows can be anywhere, which the hardware does not predict. Lines go to the nearest cache: with hints for other caches,
// 100 windows of 5 x 5 took four times as long.
constexpr int64_t kAhead = 32;

// Frames up to this size are fetched whole, one frame ahead, where windows cover much of them: the second cache holds two.
constexpr int64_t kStreamedBytes = 512 * 1024;

// Frames computed at once if windows are small. Large windows gain nothing: frames a power of two apart, as most are,
// evict each other from the nearest cache.
constexpr int64_t kTogether = 4;
constexpr int64_t kSmall = 12;  // chunks

struct Plan {
    std::vector<int64_t> order;   // of the windows, by their first rows
    std::vector<Chunk> chunks;    // of all windows in that order
    std::vector<int64_t> lines;   // places of the cache lines to fetch
    std::vector<int64_t> line;    // the window at k in the order fetches lines [line[k], line[k + 1])
    int64_t together = 1;         // frames computed at once
    std::vector<double> chunk_weights;
    std::vector<int64_t> first;   // the window at k in the order owns chunks [first[k], first[k + 1])
    std::vector<char> uniform;    // whether all spans of a window have one weight
    std::vector<double> weights;  // divisors of sums: the weights of the pixels of a window, or their number where uniform
    std::vector<double> factors;  // factors of sums: 1, or for results that are sums the common weight
    int64_t reach = 0;            // pixels from the first of a frame to the end of its farthest chunk
};

// What a plan needs to know of frames: where they are, and the type of their pixels.
struct Memory {
    int64_t address, pixel_bytes, frame_stride, row_stride;
    bool integers;

    // How many pixels the first one comes after a multiple of `count` pixels in memory.
    int64_t shift(int64_t count) const { return address / pixel_bytes % count; }
};

// The place of a chunk that begins with pixel x: a multiple of its length if that includes all pixels up to `stop`. For
// integers, which have exact sums, it is a multiple in memory: such a chunk lies in one cache line.
inline int64_t chunk_place(const Memory& memory, int64_t row, int64_t x, int64_t stop, bool exact) {
    const int64_t from = row * memory.row_stride + x;
    const int64_t before = exact ? (from + memory.shift(kChunk)) % kChunk : x % kChunk;
    return from < before || stop - x > kChunk - before ? from : from - before;
}

inline void plan_window(const Memory& memory, const Spans& s, int64_t w, bool sums, Plan& plan) {
    double weights = 0, pixels = 0;
    bool uniform = true;
    for (int64_t i = s.first[w]; i < s.first[w + 1]; ++i) uniform = uniform && s.weight[i] == s.weight[s.first[w]];
    for (int64_t i = s.first[w]; i < s.first[w + 1]; ++i) {
        const bool exact = uniform && memory.integers;
        for (int64_t x = s.start[i], to; x < s.stop[i]; x = to) {
            const int64_t place = chunk_place(memory, s.row[i], x, s.stop[i], exact);
            const int64_t from = s.row[i] * memory.row_stride + x - place;
            to = std::min(s.stop[i], x + kChunk - from);
            plan.chunks.push_back({place, Masks<double, kChunk>::place(from, from + to - x)});
            plan.chunk_weights.push_back(s.weight[i]);
            plan.reach = std::max(plan.reach, place + kChunk);
        }
        pixels += double(s.stop[i] - s.start[i]);
        weights += s.weight[i] * double(s.stop[i] - s.start[i]);
    }
    plan.first.push_back(int64_t(plan.chunks.size()));
    plan.uniform.push_back(uniform);
    plan.weights.push_back(sums ? 1 : uniform ? pixels : weights);
    plan.factors.push_back(sums && uniform ? s.weight[s.first[w]] : 1);
}

inline void plan_lines(const Memory& memory, int64_t pixels, Plan& plan) {
    const int64_t n = 64 / memory.pixel_bytes, shift = memory.shift(n);
    const int64_t windows = int64_t(plan.order.size()), next = plan.together * memory.frame_stride;
    std::vector<bool> known((plan.reach + shift) / n + 1);
    plan.line.push_back(0);
    for (int64_t k = 0; k < windows; ++k) {
        for (int64_t i = plan.first[k]; i < plan.first[k + 1]; ++i)
            for (int64_t place : {plan.chunks[i].place, plan.chunks[i].place + kChunk - 1}) {
                const int64_t line = (place + shift) / n;
                if (!known[line]) plan.lines.push_back(line * n - shift);
                known[line] = true;
            }
        plan.line.push_back(int64_t(plan.lines.size()));
    }
    const int64_t lines = int64_t(plan.lines.size());
    if (plan.together == 1 && pixels * memory.pixel_bytes <= kStreamedBytes && 2 * lines * n > pixels) {
        plan.lines.clear();  // more than half of the frame: fetch all of it, in memory order
        for (int64_t place = 0; place < pixels; place += n) plan.lines.push_back(next + place);
        for (int64_t k = 0; k <= windows; ++k) plan.line[k] = k * int64_t(plan.lines.size()) / windows;
        return;
    }
    for (int64_t i = 0; i < kAhead && lines > 0; ++i) plan.lines.push_back(plan.lines[i] + next);  // again, frames later
    plan.lines.erase(plan.lines.begin(), plan.lines.begin() + (lines > 0 ? kAhead : 0));
}

inline Plan plan_chunks(const Memory& memory, int64_t pixels, const Spans& s, bool sums) {
    Plan plan;
    std::vector<int64_t> first_rows(s.windows);
    for (int64_t w = 0; w < s.windows; ++w) first_rows[w] = s.first[w] < s.first[w + 1] ? s.row[s.first[w]] : 0;
    plan.order = in_order(s.windows);
    sort_by(first_rows.data(), plan.order);
    plan.first.push_back(0);
    for (int64_t w : plan.order) plan_window(memory, s, w, sums, plan);
    if (int64_t(plan.chunks.size()) <= kSmall * s.windows) plan.together = kTogether;
    plan_lines(memory, pixels, plan);
    return plan;
}

// Chunks of frames. The last frame in memory may end within a chunk: `careful` does not read beyond it.
template <class Pixel, bool kCareful>
struct Reader {
    const Pixel *frame, *end;  // of all memory
    int64_t stride;            // from frame to frame
    Pixel tail[kChunk] = {};

    OPTIMAP_INLINE const Pixel* at(int64_t place, int f) {
        const Pixel* pixels = frame + f * stride + place;
        if constexpr (kCareful)
            if (end - pixels < kChunk) {
                std::copy(pixels, end, tail);
                return tail;
            }
        return pixels;
    }
};

// The exact sums of the pixels of a window in each frame: integers up to 32 bits, and floats in double precision.
template <int kFrames, class Pixel, bool kCareful>
OPTIMAP_INLINE void plain_sums(Reader<Pixel, kCareful>& reader, const Chunk* chunk, const Chunk* end, double* sums) {
    using R = Register<Lane<Pixel>>;
    constexpr int kParts = kChunk / R::kSize;
    const auto* masks = Masks<Lane<Pixel>, kChunk>::table();
    std::conditional_t<std::is_floating_point_v<Pixel>, double, int64_t> totals[kFrames] = {};
    while (chunk < end) {
        typename R::Type parts[kFrames][kParts];
        for (auto& frame : parts)
            for (auto& part : frame) part = R::zero();
        const Chunk* stop = end - chunk > kLanePixels / kChunk ? chunk + kLanePixels / kChunk : end;
        for (; chunk < stop; ++chunk)
            for (int f = 0; f < kFrames; ++f) {
                const Pixel* pixels = reader.at(chunk->place, f);
                for (int k = 0; k < kParts; ++k)
                    parts[f][k] = R::plus(parts[f][k], R::only(R::load(pixels + k * R::kSize),
                                                               R::mask(masks + chunk->mask + k * R::kSize)));
            }
        for (int f = 0; f < kFrames; ++f)
            for (const auto& part : parts[f]) totals[f] += R::sum(part);
    }
    for (int f = 0; f < kFrames; ++f) sums[f] = double(totals[f]);
}

// For 64-bit integers, the sum needs more than 64 bits, so upper and lower halves are added separately.
template <class Pixel, bool kCareful>
OPTIMAP_INLINE double long_sum(Reader<Pixel, kCareful>& reader, const Chunk* chunk, const Chunk* end, int f) {
    const int64_t* masks = Masks<int64_t, kChunk>::table();
    int64_t high = 0, low = 0;
    for (; chunk < end; ++chunk) {
        const Pixel* pixels = reader.at(chunk->place, f);
        for (int k = 0; k < kChunk; ++k) {
            high += int64_t(pixels[k] >> 32) & masks[chunk->mask + k];
            low += int64_t(uint64_t(pixels[k]) & 0xffffffffu) & masks[chunk->mask + k];
        }
    }
    return double(high + (low >> 32)) * 4294967296.0 + double(low & 0xffffffff);
}

// The weighted sum in double precision; with `omit_nan`, of the pixels that are not NaN, or NaN if there are none. With
// `weights`, also the sum of the weights used.
template <class Pixel, bool kCareful>
OPTIMAP_INLINE double weighted_sum(Reader<Pixel, kCareful>& reader, const Plan& plan, int64_t k, int f, bool omit_nan,
                                   double* weights) {
    using R = Register<double>;
    const int64_t* masks = Masks<double, kChunk>::table();
    typename R::Type sum = R::zero(), counted = R::zero(), pixels = R::zero();
    const auto ones = R::every(1.0);
    for (int64_t i = plan.first[k]; i < plan.first[k + 1]; ++i) {
        const Chunk& chunk = plan.chunks[i];
        const double weight = plan.chunk_weights[i];
        const Pixel* from = reader.at(chunk.place, f);
        for (int x = 0; x < kChunk; x += R::kSize) {
            const auto values = R::load(from + x);
            auto mask = R::mask(masks + chunk.mask + x);
            if (omit_nan) mask = R::both(mask, R::numbers(values));
            sum = R::plus(sum, R::times(R::only(values, mask), weight));
            if (!omit_nan) continue;
            counted = R::plus(counted, R::times(R::only(ones, mask), weight));
            pixels = R::plus(pixels, R::only(ones, mask));
        }
    }
    if (omit_nan && R::sum(pixels) == 0) return NAN;
    if (omit_nan && weights) *weights = R::sum(counted);
    return R::sum(sum);
}

// Writes the windows of kFrames frames.
template <int kFrames, class Pixel, class Out, bool kCareful>
OPTIMAP_INLINE void windows_of_frames(Reader<Pixel, kCareful> reader, const Plan& plan, bool omit_nan, bool sums, Out* out) {
    const int64_t windows = int64_t(plan.order.size());
    double values[kFrames];
    for (int64_t k = 0; k < windows; ++k) {
        const Chunk *chunk = plan.chunks.data() + plan.first[k], *end = plan.chunks.data() + plan.first[k + 1];
        const bool weighted = omit_nan || !plan.uniform[k];
        for (int64_t i = plan.line[k]; i < plan.line[k + 1]; ++i)
            for (int f = 0; f < kFrames; ++f) prefetch(reader.frame + f * reader.stride + plan.lines[i]);
        if constexpr (!std::is_integral_v<Pixel> || sizeof(Pixel) < 8)
            if (!weighted) plain_sums<kFrames>(reader, chunk, end, values);
        for (int f = 0; f < kFrames; ++f) {
            double weights = plan.weights[k], factor = plan.factors[k];
            if (weighted) {
                values[f] = weighted_sum(reader, plan, k, f, omit_nan, sums ? nullptr : &weights);
                factor = 1;
            } else if constexpr (std::is_integral_v<Pixel> && sizeof(Pixel) == 8) {
                values[f] = long_sum(reader, chunk, end, f);
            }
            out[f * windows + plan.order[k]] = Out(values[f] * factor / weights);
        }
    }
}

template <class Pixel, class Out>
OPTIMAP_INLINE void span_means_of_frames(const Frames<Pixel>& frames, const Pixel* memory_end, const Plan& plan, Out* out,
                                         bool omit_nan, bool sums, int64_t from, int64_t to) {
    const int64_t windows = int64_t(plan.order.size()), stride = frames.frame_stride;
    for (int64_t t = from; t < to;) {
        const Pixel* frame = frames.data + t * stride;
        Out* result = out + t * windows;
        const int64_t together = t + plan.together <= to ? plan.together : 1;
        const bool inside = memory_end - frame - std::max<int64_t>((together - 1) * stride, 0) >= plan.reach;
        Reader<Pixel, false> reader{frame, memory_end, stride};
        if (inside && together > 1) windows_of_frames<kTogether>(reader, plan, omit_nan, sums, result);
        else if (inside) windows_of_frames<1>(reader, plan, omit_nan, sums, result);
        else windows_of_frames<1>(Reader<Pixel, true>{frame, memory_end, stride}, plan, omit_nan, sums, result);
        t += inside ? together : 1;
    }
}

template <class Pixel, class Out>
void span_means(const Frames<Pixel>& frames, int64_t rows, int64_t width, const Spans& spans, Out* out, bool omit_nan,
                bool sums, int threads) {
    if (spans.windows == 0 || frames.count == 0) return;
    const Memory memory{int64_t(reinterpret_cast<uintptr_t>(frames.data)), sizeof(Pixel), frames.frame_stride,
                        frames.row_stride, std::is_integral_v<Pixel>};
    const Plan plan = plan_chunks(memory, rows * frames.row_stride, spans, sums);
    const bool omits = omit_nan && std::is_floating_point_v<Pixel>;
    const int64_t last = std::max<int64_t>((frames.count - 1) * frames.frame_stride, 0);
    const Pixel* memory_end = frames.data + last + (rows - 1) * frames.row_stride + width;
    in_parallel(frames.count, threads, [&](int64_t from, int64_t to) {
        widest<span_means_of_frames<Pixel, Out>>(frames, memory_end, plan, out, omits, sums, from, to);
    });
}

}  // namespace optimap
