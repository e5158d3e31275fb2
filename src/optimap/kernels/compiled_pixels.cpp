// Loops over the pixels of recordings: smoothing, and when each is activated.

#include "interface.hpp"

#include "gaussian.hpp"
#include "upstrokes.hpp"

namespace {

// Calls loop(frames, height, width, out) for a video of any type; out holds one number for each pixel.
template <class Loop>
void each_pixel(const Video& video, Result& out, Loop loop) {
    const int64_t height = int64_t(video.shape(1)), width = int64_t(video.shape(2));
    if (video.shape(2) > 1 && video.stride(2) != 1)
        throw std::invalid_argument("pixels of a row must be adjacent in memory");
    if (out.dtype() != nb::dtype<double>() || out.ndim() != 2 || int64_t(out.shape(0)) != height ||
        int64_t(out.shape(1)) != width || (width > 1 && out.stride(1) != 1) || (height > 1 && out.stride(0) != width))
        throw std::invalid_argument("out must be C-contiguous float64, one number for each pixel");
    if (video.shape(0) < 1) throw std::invalid_argument("series are empty");
    double* result = static_cast<double*>(out.data());
    dispatch_pixels(video, [&](auto frames) {
        nb::gil_scoped_release unlocked;
        loop(frames, height, width, result);
    });
}

void upstroke_times(Video frames, int sign, double sigma, double min_snr, Result out, int threads) {
    if (!(sigma > 0)) throw std::invalid_argument("the filter is empty");
    each_pixel(frames, out, [&](auto pixels, int64_t height, int64_t width, double* result) {
        optimap::upstroke_times(pixels, height, width, double(sign), sigma, min_snr, result, threads);
    });
}

void crossing_times(Video frames, int sign, double threshold, int64_t lasting, double min_snr, bool is_first, Result out,
                    int threads) {
    if (lasting < 0) throw std::invalid_argument("lasting must not be negative");
    each_pixel(frames, out, [&](auto pixels, int64_t height, int64_t width, double* result) {
        optimap::crossing_times(pixels, height, width, double(sign), threshold, lasting, min_snr, is_first, result,
                                threads);
    });
}

void smooth_in_space(Video frames, Vector<double> half, nb::ndarray<double, nb::ndim<3>, nb::c_contig, nb::device::cpu> out,
                     int threads) {
    const int64_t height = int64_t(frames.shape(1)), width = int64_t(frames.shape(2));
    if (frames.shape(2) > 1 && frames.stride(2) != 1)
        throw std::invalid_argument("pixels of a row must be adjacent in memory");
    for (size_t axis = 0; axis < 3; ++axis)
        if (out.shape(axis) != frames.shape(axis)) throw std::invalid_argument("frames and out differ in shape");
    if (half.shape(0) < 1 || height < 1 || width < 1) throw std::invalid_argument("frames or the filter are empty");
    dispatch_pixels(frames, [&](auto pixels) {
        nb::gil_scoped_release unlocked;
        optimap::smooth_in_space(pixels, height, width, half.data(), int64_t(half.shape(0)) - 1, out.data(), threads);
    });
}

// Frames as (T, pixels), of which `out` has those from `first` on.
void smooth_in_time(Series frames, Vector<double> half, int64_t first, Result out, int threads) {
    const int64_t length = int64_t(frames.shape(0)), pixels = int64_t(frames.shape(1));
    if (out.ndim() != 2 || int64_t(out.shape(1)) != pixels || (pixels > 1 && out.stride(1) != 1) ||
        (out.shape(0) > 1 && out.stride(0) != pixels))
        throw std::invalid_argument("out must be C-contiguous, (frames, pixels)");
    const int64_t count = int64_t(out.shape(0)), reach = int64_t(half.shape(0)) - 1;
    if (reach < 0 || first < 0 || first > length || count > length - first)
        throw std::invalid_argument("out lies outside the frames, or the filter is empty");
    const auto to = [&](auto number) {
        using Out = decltype(number);
        if (out.dtype() != nb::dtype<Out>()) return false;
        Out* result = static_cast<Out*>(out.data());
        nb::gil_scoped_release unlocked;
        optimap::smooth_in_time(frames.data(), length, pixels, half.data(), reach, first, count, result, threads);
        return true;
    };
    if (!(to(float{}) || to(double{}))) throw std::invalid_argument("wrong dtype of out");
}

}  // namespace

void add_pixels(nb::module_& m) {
    m.def("upstroke_times", &upstroke_times, nb::arg("frames"), nb::arg("sign"), nb::arg("sigma"), nb::arg("min_snr"),
          nb::arg("out"), nb::arg("threads"));
    m.def("crossing_times", &crossing_times, nb::arg("frames"), nb::arg("sign"), nb::arg("threshold"),
          nb::arg("lasting"), nb::arg("min_snr"), nb::arg("is_first"), nb::arg("out"), nb::arg("threads"));
    m.def("smooth_in_space", &smooth_in_space, nb::arg("frames"), nb::arg("half"), nb::arg("out"), nb::arg("threads"));
    m.def("smooth_in_time", &smooth_in_time, nb::arg("frames"), nb::arg("half"), nb::arg("first"), nb::arg("out"),
          nb::arg("threads"));
}
