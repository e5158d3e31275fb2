// pixel_values: single pixels of every frame.

#pragma once

#include "common.hpp"

namespace optimap {

template <class Pixel, class Out>
void pixel_values(const Frames<Pixel>& frames, const int64_t* row, const int64_t* column, int64_t count, Out* out,
                  int threads) {
    std::vector<int64_t> place(count);
    for (int64_t i = 0; i < count; ++i) place[i] = row[i] * frames.row_stride + column[i];
    in_parallel(frames.count, threads, [&](int64_t from, int64_t to) {
        for (int64_t t = from; t < to; ++t) {
            const Pixel* frame = frames.data + t * frames.frame_stride;
            // All the time is spent waiting for memory: the same pixel of the next frame is the size of a frame away,
            // which the hardware prefetcher does not predict.
            const Pixel* next = frame + (t + 1 < to ? frames.frame_stride : 0);
            for (int64_t i = 0; i < count; ++i) {
                prefetch(next + place[i]);
                out[t * count + i] = Out(frame[place[i]]);
            }
        }
    });
}

}  // namespace optimap
