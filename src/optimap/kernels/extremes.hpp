// extremes: the smallest and the largest sample of each series, ignoring NaN.

#pragma once

#include "lanes.hpp"

namespace optimap {

// Series computed at once: their extremes stay in the nearest cache.
constexpr int64_t kTile = 4096;

// Adds the samples of four moments, so that the extremes so far are read and written once for all four.
template <class Sample>
OPTIMAP_INLINE void take_in(const Sample* a, int64_t stride, int64_t moments, int64_t series, Sample* __restrict low,
                            Sample* __restrict high) {
    const Sample *b = a + (moments > 1) * stride, *c = b + (moments > 2) * stride, *d = c + (moments > 3) * stride;
    for (int64_t i = 0; i < series; ++i) {  // comparisons with NaN are false
        Sample least = low[i], most = high[i];
        least = a[i] < least ? a[i] : least;
        most = a[i] > most ? a[i] : most;
        least = b[i] < least ? b[i] : least;
        most = b[i] > most ? b[i] : most;
        least = c[i] < least ? c[i] : least;
        most = c[i] > most ? c[i] : most;
        low[i] = d[i] < least ? d[i] : least;
        high[i] = d[i] > most ? d[i] : most;
    }
}

template <class Sample>
OPTIMAP_INLINE void extremes_of_series(const Frames<Sample>& samples, Sample* low, Sample* high, int64_t from,
                                       int64_t to) {
    const int64_t stride = samples.frame_stride;
    for (int64_t tile = from; tile < to; tile += kTile) {
        const int64_t series = std::min(kTile, to - tile);
        for (int64_t t = 0; t < samples.count; t += 4)
            take_in(samples.data + t * stride + tile, stride, samples.count - t, series, low + tile, high + tile);
    }
}

template <class Sample>
void extremes(const Frames<Sample>& samples, int64_t series, Sample* low, Sample* high, int threads) {
    using Limits = std::numeric_limits<Sample>;
    std::fill(low, low + series, Limits::has_infinity ? Limits::infinity() : Limits::max());
    std::fill(high, high + series, Limits::has_infinity ? -Limits::infinity() : Limits::lowest());
    in_parallel(series, threads, [&](int64_t from, int64_t to) {
        widest<extremes_of_series<Sample>>(samples, low, high, from, to);
    });
}

}  // namespace optimap
