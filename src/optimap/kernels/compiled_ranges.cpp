// Loops over samples: their extremes, and the scaling of series to a range.

#include "interface.hpp"

#include "extremes.hpp"
#include "rescale.hpp"

namespace {

void rescale(Video samples, Vector<double> low, Vector<double> span, double ymin, double ymax, bool clip, Result out,
             int threads) {
    const int64_t series = int64_t(samples.shape(2));
    check_shapes(samples, out, series);
    if (samples.shape(1) != 1 || int64_t(low.shape(0)) != series || int64_t(span.shape(0)) != series)
        throw std::invalid_argument("low and span must hold one value for each series");
    auto loop = [&](auto frames, auto* result) {
        optimap::rescale(frames, series, low.data(), span.data(), ymin, ymax, clip, result, threads);
    };
    const auto dtype = samples.dtype();
    if (dtype == nb::dtype<uint8_t>()) typed_to_any_float<uint8_t>(samples, out, loop);
    else if (dtype == nb::dtype<uint16_t>()) typed_to_any_float<uint16_t>(samples, out, loop);
    else if (dtype == nb::dtype<int16_t>()) typed_to_any_float<int16_t>(samples, out, loop);
    else if (dtype == nb::dtype<float>()) typed_to_any_float<float>(samples, out, loop);
    else if (dtype == nb::dtype<double>()) typed_to_any_float<double>(samples, out, loop);
    else throw std::invalid_argument("unsupported dtype");
}

// Like `typed`, with results of the type of the samples.
template <class Sample>
bool extremes_of(const Video& samples, Result& low, Result& high, int threads) {
    if (samples.dtype() != nb::dtype<Sample>()) return false;
    optimap::Frames<Sample> frames{static_cast<const Sample*>(samples.data()), int64_t(samples.shape(0)),
                                   samples.stride(0), samples.stride(1)};
    const int64_t series = int64_t(samples.shape(2));
    nb::gil_scoped_release unlocked;
    optimap::extremes(frames, series, static_cast<Sample*>(low.data()), static_cast<Sample*>(high.data()), threads);
    return true;
}

void extremes(Video samples, Result low, Result high, int threads) {
    for (const Result* end : {&low, &high})
        if (end->ndim() != 1 || end->shape(0) != samples.shape(2) || end->dtype() != samples.dtype() ||
            (end->shape(0) > 1 && end->stride(0) != 1))
            throw std::invalid_argument("low and high must hold one value for each series");
    if (samples.shape(1) != 1 || (samples.shape(2) > 1 && samples.stride(2) != 1))
        throw std::invalid_argument("samples must be (T, 1, M), with the samples of one moment adjacent in memory");
    if (!(extremes_of<uint8_t>(samples, low, high, threads) || extremes_of<uint16_t>(samples, low, high, threads) ||
          extremes_of<int16_t>(samples, low, high, threads) || extremes_of<float>(samples, low, high, threads) ||
          extremes_of<double>(samples, low, high, threads)))
        throw std::invalid_argument("unsupported dtype");
}

}  // namespace

void add_ranges(nb::module_& m) {
    m.def("extremes", &extremes, nb::arg("samples"), nb::arg("low"), nb::arg("high"), nb::arg("threads"));
    m.def("rescale", &rescale, nb::arg("samples"), nb::arg("low"), nb::arg("span"), nb::arg("ymin"), nb::arg("ymax"),
          nb::arg("clip"), nb::arg("out"), nb::arg("threads"));
}
