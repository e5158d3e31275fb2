// Loops over series: baselines, trends, beats.

#include "interface.hpp"

#include "asls.hpp"
#include "exponential.hpp"
#include "find_beats.hpp"
#include "measure_beats.hpp"
#include "running_medians.hpp"
#include "slopes.hpp"
#include "splines.hpp"

namespace {

void check_parts(const Series& series, const Ints& starts, const Ints& stops, size_t results) {
    if (starts.shape(0) != series.shape(0) || stops.shape(0) != series.shape(0) || results != series.shape(0))
        throw std::invalid_argument("starts, stops and out must hold one value for each series");
    if (series.shape(1) > size_t(std::numeric_limits<int32_t>::max())) throw std::invalid_argument("series are too long");
    for (size_t i = 0; i < series.shape(0); ++i)
        if (starts(i) < 0 || starts(i) > stops(i) || stops(i) > int64_t(series.shape(1)))
            throw std::invalid_argument("a part lies outside its series");
}

void median_slopes(Series series, Ints starts, Ints stops, Out<double> out, int threads) {
    check_parts(series, starts, stops, out.shape(0));
    nb::gil_scoped_release unlocked;
    optimap::median_slopes(series.data(), int64_t(series.shape(1)), starts.data(), stops.data(),
                           int64_t(series.shape(0)), out.data(), threads);
}

void falling_pairs(Series series, Ints starts, Ints stops, Out<int64_t> falling, Out<int64_t> level, int threads) {
    check_parts(series, starts, stops, std::min(falling.shape(0), level.shape(0)));
    nb::gil_scoped_release unlocked;
    optimap::falling_pairs(series.data(), int64_t(series.shape(1)), starts.data(), stops.data(),
                           int64_t(series.shape(0)), falling.data(), level.data(), threads);
}

// One whole number for each series, `least` or more, and a result of the same shape.
void check_smoother(const Series& series, const Ints& numbers, const Out<double, 2>& out, int64_t least) {
    if (numbers.shape(0) != series.shape(0) || out.shape(0) != series.shape(0) || out.shape(1) != series.shape(1))
        throw std::invalid_argument("there must be one number and one result for each series");
    if (series.shape(1) > size_t(std::numeric_limits<int32_t>::max())) throw std::invalid_argument("series are too long");
    for (size_t i = 0; i < numbers.shape(0); ++i)
        if (numbers(i) < least) throw std::invalid_argument("a number is too small");
}

void running_medians(Series series, Ints windows, Out<double, 2> out, int threads) {
    check_smoother(series, windows, out, 1);
    nb::gil_scoped_release unlocked;
    optimap::running_medians(series.data(), int64_t(series.shape(1)), windows.data(), int64_t(series.shape(0)),
                             out.data(), threads);
}

void coarse_splines(Series series, Ints knots, Out<double, 2> out, int threads) {
    check_smoother(series, knots, out, 0);
    nb::gil_scoped_release unlocked;
    optimap::coarse_splines(series.data(), int64_t(series.shape(1)), knots.data(), int64_t(series.shape(0)),
                            out.data(), threads);
}

void find_beats(Series series, double min_snr, double min_amplitude, Out<double, 2> slopes, Out<double> scales,
                int threads) {
    if (slopes.shape(0) != series.shape(0) || slopes.shape(1) != series.shape(1) || scales.shape(0) != series.shape(0))
        throw std::invalid_argument("there must be one slope for each sample and one scale for each series");
    if (series.shape(1) < 1) throw std::invalid_argument("series are empty");
    nb::gil_scoped_release unlocked;
    optimap::find_beats(series.data(), int64_t(series.shape(1)), int64_t(series.shape(0)), min_snr, min_amplitude,
                        slopes.data(), scales.data(), threads);
}

void measure_beats(Series series, Ints first, Ints lows, Ints highs, Vector<double> levels, double sigma, double smooth,
                   double min_snr, bool by_threshold, bool from_level, bool is_linear, bool is_checked,
                   Out<double, 2> out, Out<uint8_t, 2> reasons, int threads) {
    const size_t beats = lows.shape(0), columns = optimap::kLevels + 2 * levels.shape(0);
    if (first.shape(0) != series.shape(0) + 1 || highs.shape(0) != beats || out.shape(0) != beats ||
        reasons.shape(0) != beats || out.shape(1) != columns || reasons.shape(1) != columns)
        throw std::invalid_argument("there must be one window and one row of results for each beat");
    if (series.shape(1) < 1 || !(sigma > 0 && smooth > 0)) throw std::invalid_argument("series or filters are empty");
    for (size_t m = 0; m + 1 < first.shape(0); ++m)
        if (first(m) < 0 || first(m) > first(m + 1)) throw std::invalid_argument("beats are not in order");
    if (first(first.shape(0) - 1) != int64_t(beats)) throw std::invalid_argument("beats are not in order");
    optimap::BeatSettings settings{{levels.data(), levels.data() + levels.shape(0)}, sigma, smooth, min_snr,
                                   by_threshold, from_level, is_linear, is_checked};
    nb::gil_scoped_release unlocked;
    optimap::measure_beats(series.data(), int64_t(series.shape(1)), int64_t(series.shape(0)), first.data(), lows.data(),
                           highs.data(), settings, out.data(), reasons.data(), threads);
}

void asls_baselines(Series series, Vector<double> lam, double above, int64_t solutions, double tolerance,
                    Out<double, 2> out, int threads) {
    if (lam.shape(0) != series.shape(0) || out.shape(0) != series.shape(0) || out.shape(1) != series.shape(1))
        throw std::invalid_argument("there must be one number and one result for each series");
    nb::gil_scoped_release unlocked;
    optimap::asls(series.data(), int64_t(series.shape(1)), lam.data(), int64_t(series.shape(0)),
                  {above, solutions, tolerance}, out.data(), threads);
}

void exponential_baselines(Series series, Vector<double> tolerance, double fewest, Out<double, 2> out, int threads) {
    if (tolerance.shape(0) != series.shape(0) || out.shape(0) != series.shape(0) || out.shape(1) != series.shape(1))
        throw std::invalid_argument("there must be one number and one result for each series");
    nb::gil_scoped_release unlocked;
    optimap::exponential_baselines(series.data(), int64_t(series.shape(1)), int64_t(series.shape(0)), tolerance.data(),
                                   fewest, out.data(), threads);
}

}  // namespace

void add_series(nb::module_& m) {
    m.def("find_beats", &find_beats, nb::arg("series"), nb::arg("min_snr"), nb::arg("min_amplitude"),
          nb::arg("slopes"), nb::arg("scales"), nb::arg("threads"));
    m.def("measure_beats", &measure_beats, nb::arg("series"), nb::arg("first"), nb::arg("lows"), nb::arg("highs"),
          nb::arg("levels"), nb::arg("sigma"), nb::arg("smooth"), nb::arg("min_snr"), nb::arg("by_threshold"),
          nb::arg("from_level"), nb::arg("is_linear"), nb::arg("is_checked"), nb::arg("out"), nb::arg("reasons"),
          nb::arg("threads"));
    m.def("median_slopes", &median_slopes, nb::arg("series"), nb::arg("starts"), nb::arg("stops"), nb::arg("out"),
          nb::arg("threads"));
    m.def("falling_pairs", &falling_pairs, nb::arg("series"), nb::arg("starts"), nb::arg("stops"), nb::arg("falling"),
          nb::arg("level"), nb::arg("threads"));
    m.def("running_medians", &running_medians, nb::arg("series"), nb::arg("windows"), nb::arg("out"),
          nb::arg("threads"));
    m.def("asls_baselines", &asls_baselines, nb::arg("series"), nb::arg("lam"), nb::arg("above"), nb::arg("solutions"),
          nb::arg("tolerance"), nb::arg("out"), nb::arg("threads"));
    m.def("exponential_baselines", &exponential_baselines, nb::arg("series"), nb::arg("tolerance"), nb::arg("fewest"),
          nb::arg("out"), nb::arg("threads"));
    m.def("coarse_splines", &coarse_splines, nb::arg("series"), nb::arg("knots"), nb::arg("out"), nb::arg("threads"));
}
