// What the Python interfaces of the loops share: the types of arguments, and the choice of a loop by the type of pixels.

#pragma once

#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>

#include <stdexcept>

#include "common.hpp"

namespace nb = nanobind;

template <class T>
using Vector = nb::ndarray<const T, nb::ndim<1>, nb::c_contig, nb::device::cpu>;
using Ints = Vector<int64_t>;
using Video = nb::ndarray<nb::ro, nb::ndim<3>, nb::device::cpu>;
using Result = nb::ndarray<nb::device::cpu>;

// Loops over series: (M, T) samples, one series in each row.
using Series = nb::ndarray<const double, nb::ndim<2>, nb::c_contig, nb::device::cpu>;
template <class T, int kDims = 1>
using Out = nb::ndarray<T, nb::ndim<kDims>, nb::c_contig, nb::device::cpu>;

// Each file adds its functions to the module; they are compiled at the same time.
void add_means(nb::module_& m);
void add_pixels(nb::module_& m);
void add_series(nb::module_& m);

// Calls loop(frames) with the video's pixels in their own type.
template <class Loop>
void dispatch_pixels(const Video& video, Loop loop) {
    const auto of = [&](auto pixel) {
        using Pixel = decltype(pixel);
        if (video.dtype() != nb::dtype<Pixel>()) return false;
        loop(optimap::Frames<Pixel>{static_cast<const Pixel*>(video.data()), int64_t(video.shape(0)), video.stride(0),
                                    video.stride(1)});
        return true;
    };
    if (!(of(uint8_t{}) || of(int8_t{}) || of(uint16_t{}) || of(int16_t{}) || of(uint32_t{}) || of(int32_t{}) ||
          of(uint64_t{}) || of(int64_t{}) || of(float{}) || of(double{})))
        throw std::invalid_argument("unsupported dtype");
}
