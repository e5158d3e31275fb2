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
void add_spans(nb::module_& m);
void add_boxes(nb::module_& m);
void add_ranges(nb::module_& m);
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

// Only arguments that would cause reads or writes outside memory are checked here; the Python side explains errors.
inline void check_shapes(const Video& video, const Result& out, int64_t windows) {
    if (video.shape(2) > 1 && video.stride(2) != 1)
        throw std::invalid_argument("pixels of a row must be adjacent in memory");
    if (out.ndim() != 2 || out.shape(0) != video.shape(0) || int64_t(out.shape(1)) != windows ||
        (out.shape(1) > 1 && out.stride(1) != 1) || (out.shape(0) > 1 && out.stride(0) != windows))
        throw std::invalid_argument("out must be C-contiguous, (frames, windows)");
}

inline void check_inside(const Video& video, const Ints& top, const Ints& bottom, const Ints& left, const Ints& right) {
    for (size_t i = 0; i < top.shape(0); ++i)
        if (top(i) < 0 || top(i) > bottom(i) || bottom(i) > int64_t(video.shape(1)) || left(i) < 0 ||
            left(i) > right(i) || right(i) > int64_t(video.shape(2)))
            throw std::invalid_argument("a span or box lies outside the frame");
}

// Calls loop(frames, out) with the video's pixels and the result's numbers in their own types.
template <class Pixel, class Out, class Loop>
void typed(const Video& video, Result& out, Loop& loop) {
    if (out.dtype() != nb::dtype<Out>()) throw std::invalid_argument("wrong dtype of out");
    optimap::Frames<Pixel> frames{static_cast<const Pixel*>(video.data()), int64_t(video.shape(0)),
                                  video.stride(0), video.stride(1)};
    Out* result = static_cast<Out*>(out.data());
    nb::gil_scoped_release unlocked;
    loop(frames, result);
}

// Some loops write float32 or float64 results, as requested.
template <class Pixel, class Loop>
void typed_to_any_float(const Video& video, Result& out, Loop& loop) {
    if (out.dtype() == nb::dtype<float>()) typed<Pixel, float>(video, out, loop);
    else typed<Pixel, double>(video, out, loop);
}

// Means of float32 are float32; sums of them, to be added to others, float64.
template <class Loop>
void dispatch(const Video& video, Result& out, Loop loop) {
    const auto dtype = video.dtype();
    if (dtype == nb::dtype<uint8_t>()) typed<uint8_t, double>(video, out, loop);
    else if (dtype == nb::dtype<int8_t>()) typed<int8_t, double>(video, out, loop);
    else if (dtype == nb::dtype<uint16_t>()) typed<uint16_t, double>(video, out, loop);
    else if (dtype == nb::dtype<int16_t>()) typed<int16_t, double>(video, out, loop);
    else if (dtype == nb::dtype<uint32_t>()) typed<uint32_t, double>(video, out, loop);
    else if (dtype == nb::dtype<int32_t>()) typed<int32_t, double>(video, out, loop);
    else if (dtype == nb::dtype<uint64_t>()) typed<uint64_t, double>(video, out, loop);
    else if (dtype == nb::dtype<int64_t>()) typed<int64_t, double>(video, out, loop);
    else if (dtype == nb::dtype<float>()) typed_to_any_float<float>(video, out, loop);
    else if (dtype == nb::dtype<double>()) typed<double, double>(video, out, loop);
    else throw std::invalid_argument("unsupported dtype");
}
