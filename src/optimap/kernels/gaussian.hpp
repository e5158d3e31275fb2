// gaussian: frames smoothed by a symmetric filter, in space and in time.
//
// Beyond its edges, an axis is continued by its mirror image. Pairs of lines are added from the farthest inwards, as
// SciPy adds them, so that the numbers are the same to the last bit.

#pragma once

#include "lanes.hpp"

namespace optimap {

inline int64_t mirrored(int64_t place, int64_t length) {
    const int64_t folded = ((place % (2 * length)) + 2 * length) % (2 * length);
    return folded < length ? folded : 2 * length - 1 - folded;
}

// Adds pixels [from, to) of lines on both sides of lines[reach]; sums of sixteen stay in registers.
template <class Out>
OPTIMAP_INLINE void weigh_lines(const double* const* lines, const double* half, int64_t reach, int64_t from, int64_t to,
                                Out* out) {
    using R = Register<double>;
    constexpr int kSums = 4, kAtOnce = kSums * R::kSize;
    int64_t i = from;
    for (; i + kAtOnce <= to; i += kAtOnce) {
        typename R::Type sums[kSums];
        for (int n = 0; n < kSums; ++n) sums[n] = R::times(R::load(lines[reach] + i + n * R::kSize), half[0]);
        for (int64_t k = reach; k > 0; --k) {
            const double *before = lines[reach - k] + i, *after = lines[reach + k] + i;
            for (int n = 0; n < kSums; ++n) {
                const auto pair = R::plus(R::load(before + n * R::kSize), R::load(after + n * R::kSize));
                sums[n] = R::plus(sums[n], R::times(pair, half[k]));
            }
        }
        for (int n = 0; n < kSums; ++n)
            for (int j = 0; j < R::kSize; ++j) out[i + n * R::kSize + j] = Out(sums[n][j]);
    }
    for (; i < to; ++i) {
        double sum = lines[reach][i] * half[0];
        for (int64_t k = reach; k > 0; --k) sum += (lines[reach - k][i] + lines[reach + k][i]) * half[k];
        out[i] = Out(sum);
    }
}

// Each frame down its columns, row by row, and each of these rows along itself while it is in the nearest cache.
template <class Pixel>
OPTIMAP_INLINE void smooth_frames(const Frames<Pixel>& frames, int64_t height, int64_t width, const double* half,
                                  int64_t reach, double* out, int64_t from, int64_t to) {
    std::vector<double> frame(height * width), padded(width + 2 * reach);
    std::vector<const double*> above(2 * reach + 1), beside(2 * reach + 1);
    double* row = padded.data() + reach;
    for (int64_t k = 0; k <= 2 * reach; ++k) beside[k] = padded.data() + k;
    for (int64_t t = from; t < to; ++t) {
        for (int64_t y = 0; y < height; ++y) {
            const Pixel* pixels = frames.data + t * frames.frame_stride + y * frames.row_stride;
            std::copy(pixels, pixels + width, frame.data() + y * width);
        }
        for (int64_t y = 0; y < height; ++y) {
            for (int64_t k = 0; k <= 2 * reach; ++k) above[k] = frame.data() + mirrored(y + k - reach, height) * width;
            weigh_lines(above.data(), half, reach, 0, width, row);
            for (int64_t k = 1; k <= reach; ++k) {
                row[-k] = row[mirrored(-k, width)];
                row[width - 1 + k] = row[mirrored(width - 1 + k, width)];
            }
            weigh_lines(beside.data(), half, reach, 0, width, out + (t * height + y) * width);
        }
    }
}

template <class Pixel>
void smooth_in_space(const Frames<Pixel>& frames, int64_t height, int64_t width, const double* half, int64_t reach,
                     double* out, int threads) {
    in_parallel(frames.count, threads, [&](int64_t from, int64_t to) {
        widest<smooth_frames<Pixel>>(frames, height, width, half, reach, out, from, to);
    });
}

// Frames [first, first + count) of those in memory, for some pixels of each. Those around are copied to a ring side by
// side: a power of two between them, as with frames of 256 x 256, lets a cache hold only a few.
template <class Out>
OPTIMAP_INLINE void smooth_moments(const double* frames, int64_t length, int64_t pixels, const double* half,
                                   int64_t reach, int64_t first, int64_t count, Out* out, int64_t from, int64_t to) {
    const int64_t slots = std::min(length, 2 * reach + 1), width = to - from;
    std::vector<double> ring(slots * width);
    std::vector<const double*> around(2 * reach + 1);
    int64_t next = std::max<int64_t>(0, first - reach);
    for (int64_t t = first; t < first + count; ++t) {
        for (; next < std::min(length, t + reach + 1); ++next)
            std::copy_n(frames + next * pixels + from, width, ring.data() + next % slots * width);
        for (int64_t k = 0; k <= 2 * reach; ++k)
            around[k] = ring.data() + mirrored(t + k - reach, length) % slots * width;
        weigh_lines(around.data(), half, reach, 0, width, out + (t - first) * pixels + from);
    }
}

template <class Out>
void smooth_in_time(const double* frames, int64_t length, int64_t pixels, const double* half, int64_t reach,
                    int64_t first, int64_t count, Out* out, int threads) {
    constexpr int64_t kTile = 496;  // pixels whose samples stay in the caches; not a power of two, see above
    in_parallel((pixels + kTile - 1) / kTile, threads, [&](int64_t from, int64_t to) {
        for (int64_t tile = from; tile < to; ++tile)
            widest<smooth_moments<Out>>(frames, length, pixels, half, reach, first, count, out, tile * kTile,
                           std::min((tile + 1) * kTile, pixels));
    });
}

}  // namespace optimap
