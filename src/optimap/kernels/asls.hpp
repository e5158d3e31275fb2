// asls: a smooth curve below a series, by asymmetric least squares.
//
// The curve z minimises sum w (y - z)^2 + lam sum (second difference of z)^2, where samples above the curve have a small
// weight; weights and curve are found in turn. The equations (W + lam D'D) z = W y have two diagonals on each side of the
// main one; they are factorized (Cholesky) and solved in one pass forward and one backward. Each step waits for the
// previous one, above all for its root and division, so that several series are solved side by side, in the lanes of
// registers.
//
// With a stiff curve (lam of a million) the equations lose half of the digits, whatever solves them. The operations are
// those of LAPACK's banded solver with fused products, one by one: rounding errors are the same as in other programs, and
// on all machines.

#pragma once

#include "lanes.hpp"

namespace optimap {

struct AslsRule {
    double above;       // weight of samples above the curve; those below have 1 - above
    int64_t solutions;  // at most
    double tolerance;   // relative change of the weights that ends the search
};

// Eight series at a time. Of each, sample i is in lane l at [i * kSeries + l].
class AslsGroup {
  public:
    static constexpr int kSets = 2, kLanes = Register<double>::kSize, kSeries = kSets * kLanes;

    explicit AslsGroup(int64_t samples)
        : samples_(samples), y_(samples * kSeries), z_(y_), weight_(y_), inverse_(y_), first_(y_), second_(y_) {}

    // Fits the curves of the series [0, count) of (count, samples); count <= kSeries.
    void fit(const double* series, const double* lam, int64_t count, const AslsRule& rule, double* out) {
        bool done[kSeries];
        double change[kSeries], size[kSeries];
        for (int64_t l = 0; l < kSeries; ++l) {
            const int64_t from = std::min(l, count - 1);  // spare lanes repeat the last series
            done[l] = l >= count;
            lam_[l] = lam[from];
            for (int64_t i = 0; i < samples_; ++i) y_[i * kSeries + l] = series[from * samples_ + i];
        }
        std::fill(weight_.begin(), weight_.end(), 1.0);
        for (int64_t solution = 1; solution <= rule.solutions; ++solution) {
            widest<forward>(y_.data(), weight_.data(), lam_, samples_, z_.data(), inverse_.data(), first_.data(), second_.data());
            widest<backward>(y_.data(), rule.above, samples_, inverse_.data(), first_.data(), second_.data(), z_.data(),
                     weight_.data(), change, size);
            bool all = true;
            for (int64_t l = 0; l < kSeries; ++l) {
                if (done[l]) continue;
                const double least = std::numeric_limits<double>::epsilon();
                done[l] = std::sqrt(change[l]) / std::max(std::sqrt(size[l]), least) < rule.tolerance ||
                          solution == rule.solutions;
                if (done[l])
                    for (int64_t i = 0; i < samples_; ++i) out[l * samples_ + i] = z_[i * kSeries + l];
                all = all && done[l];
            }
            if (all) return;
        }
    }

  private:
    using R = Register<double>;
    using Value = R::Type;

    // Factorizes the equations, U'U, and solves U'u = W y. The rows of U are the inverse of its diagonal, and the entries
    // one and two beside it: inverse, first, second; u is in z.
    OPTIMAP_INLINE static void forward(const double* y, const double* weight, const double* lam, int64_t samples,
                                             double* z, double* inverse, double* first, double* second) {
        // Of the previous row and the one before: entries of U, and the solution.
        Value stiff[kSets], e1[kSets], g1[kSets], g2[kSets], u1[kSets], u2[kSets];
        for (int s = 0; s < kSets; ++s) {
            stiff[s] = R::load(lam + s * kLanes);
            e1[s] = g1[s] = g2[s] = u1[s] = u2[s] = R::zero();
        }
        for (int64_t i = 0; i < samples; ++i) {
            // The second differences that include this sample as their first, middle, last; the row of D'D.
            const int starts = i + 2 < samples, centred = i > 0 && i + 1 < samples, ends = i > 1;
            const double on = starts + 4 * centred + ends, next = -2 * (starts + centred), over = starts;
            for (int s = 0; s < kSets; ++s) {
                const int64_t at = i * kSeries + s * kLanes;
                const Value w = R::load(weight + at), entry = R::plus(R::times(stiff[s], on), w);
                const Value r = R::quotient(R::every(1), R::root(R::reduce(R::reduce(entry, g2[s], g2[s]), e1[s], e1[s])));
                const Value e = R::product(R::reduce(R::times(stiff[s], next), g1[s], e1[s]), r);
                const Value wy = R::product(w, R::load(y + at));
                const Value u = R::product(R::minus(R::minus(wy, R::product(e1[s], u1[s])), R::product(g2[s], u2[s])), r);
                u2[s] = u1[s], u1[s] = u, e1[s] = e, g2[s] = g1[s], g1[s] = R::product(R::times(stiff[s], over), r);
                R::store(u, z + at);
                R::store(r, inverse + at);
                R::store(e, first + at);
                R::store(g1[s], second + at);
            }
        }
    }

    // Solves U z = u, and replaces the weights by those of this curve: change and size are the sums of the squares of
    // what was added to them and of what they were.
    OPTIMAP_INLINE static void backward(const double* y, double above, int64_t samples, const double* inverse,
                                              const double* first, const double* second, double* z, double* weight,
                                              double* change, double* size) {
        Value z1[kSets], z2[kSets], changes[kSets], sizes[kSets];
        for (int s = 0; s < kSets; ++s) z1[s] = z2[s] = changes[s] = sizes[s] = R::zero();
        const Value low = R::every(above), high = R::every(1 - above);
        for (int64_t i = samples - 1; i >= 0; --i)
            for (int s = 0; s < kSets; ++s) {
                const int64_t at = i * kSeries + s * kLanes;
                const Value near = R::product(R::load(first + at), z1[s]), far = R::product(R::load(second + at), z2[s]);
                const Value here = R::product(R::minus(R::minus(R::load(z + at), near), far), R::load(inverse + at));
                const Value old = R::load(weight + at), next = R::where_above(R::load(y + at), here, low, high);
                const Value added = R::minus(next, old);
                changes[s] = R::plus(changes[s], R::product(added, added));
                sizes[s] = R::plus(sizes[s], R::product(old, old));
                z2[s] = z1[s], z1[s] = here;
                R::store(here, z + at);
                R::store(next, weight + at);
            }
        for (int s = 0; s < kSets; ++s) {
            R::store(changes[s], change + s * kLanes);
            R::store(sizes[s], size + s * kLanes);
        }
    }

    int64_t samples_;
    double lam_[kSeries];
    std::vector<double> y_, z_, weight_, inverse_, first_, second_;
};

// `lam` has one number for each series.
inline void asls(const double* series, int64_t samples, const double* lam, int64_t count, const AslsRule& rule, double* out,
                 int threads) {
    const int64_t groups = (count + AslsGroup::kSeries - 1) / AslsGroup::kSeries;
    in_parallel(groups, threads, [&](int64_t from, int64_t to) {
        AslsGroup group(samples);
        for (int64_t g = from; g < to; ++g) {
            const int64_t first = g * AslsGroup::kSeries, some = std::min<int64_t>(AslsGroup::kSeries, count - first);
            group.fit(series + first * samples, lam + first, some, rule, out + first * samples);
        }
    });
}

}  // namespace optimap
