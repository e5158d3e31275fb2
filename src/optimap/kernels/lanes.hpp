// Lanes: pixels side by side in vector registers, added where a mask says so, without losing a bit.
//
// Registers are 32 bytes wide: AVX2 and AVX-512 keep whole sums in them. Loops vectorised by the compiler took three times
// as long; sums wider than a register went through memory.

#pragma once

#include <cstring>

#include "common.hpp"

namespace optimap {

template <class T>
struct Register {
    static constexpr int kSize = 32 / int(sizeof(T));
#if defined(__GNUC__)
    typedef T Type __attribute__((vector_size(32)));
    typedef std::conditional_t<sizeof(T) == 8, int64_t, int32_t> Bit;
    typedef Bit Bits __attribute__((vector_size(32)));

    // Values of another type, converted.
    template <class From>
    OPTIMAP_INLINE static Type load(const From* from) {
        typedef From Raw __attribute__((vector_size(sizeof(From) * kSize)));
        Raw raw;
        std::memcpy(&raw, from, sizeof raw);
        return __builtin_convertvector(raw, Type);
    }
    OPTIMAP_INLINE static Type only(Type value, Bits mask) { return Type(Bits(value) & mask); }  // removes NaN, too
    OPTIMAP_INLINE static Bits numbers(Type value) { return Bits(value == value); }
    OPTIMAP_INLINE static Bits both(Bits a, Bits b) { return a & b; }
    OPTIMAP_INLINE static Type plus(Type a, Type b) { return a + b; }
    OPTIMAP_INLINE static Type minus(Type a, Type b) { return a - b; }
    OPTIMAP_INLINE static Type times(Type a, T b) { return a * b; }
    OPTIMAP_INLINE static Type larger(Type a, Type b) { return a > b ? a : b; }
    OPTIMAP_INLINE static Type magnitude(Type a) { return a < 0 ? -a : a; }
    OPTIMAP_INLINE static Type product(Type a, Type b) { return a * b; }
    OPTIMAP_INLINE static Type quotient(Type a, Type b) { return a / b; }
    // c - a b, rounded once.
    OPTIMAP_INLINE static Type reduce(Type c, Type a, Type b) {
        Type r;
        for (int i = 0; i < kSize; ++i) r[i] = __builtin_fma(-a[i], b[i], c[i]);
        return r;
    }
    OPTIMAP_INLINE static Type root(Type a) {
        for (int i = 0; i < kSize; ++i) a[i] = __builtin_sqrt(a[i]);
        return a;
    }
    // The first of two numbers where one value is above another, the second elsewhere.
    OPTIMAP_INLINE static Type where_above(Type a, Type b, Type yes, Type no) { return a > b ? yes : no; }
#else  // the same, lane by lane
    struct Type {
        T lane[kSize];
        T operator[](int i) const { return lane[i]; }
        T& operator[](int i) { return lane[i]; }
    };
    typedef std::conditional_t<sizeof(T) == 8, int64_t, int32_t> Bit;
    struct Bits {
        Bit lane[kSize];
    };
    template <class Result, class F>
    static Result each(F value) {
        Result r;
        for (int i = 0; i < kSize; ++i) r.lane[i] = value(i);
        return r;
    }
    template <class From>
    OPTIMAP_INLINE static Type load(const From* from) { return each<Type>([&](int i) { return T(from[i]); }); }
    OPTIMAP_INLINE static Type only(Type a, Bits m) { return each<Type>([&](int i) { return m.lane[i] ? a[i] : T(0); }); }
    OPTIMAP_INLINE static Bits numbers(Type a) { return each<Bits>([&](int i) { return Bit(a[i] == a[i] ? -1 : 0); }); }
    OPTIMAP_INLINE static Bits both(Bits a, Bits b) { return each<Bits>([&](int i) { return Bit(a.lane[i] & b.lane[i]); }); }
    OPTIMAP_INLINE static Type plus(Type a, Type b) { return each<Type>([&](int i) { return T(a[i] + b[i]); }); }
    OPTIMAP_INLINE static Type minus(Type a, Type b) { return each<Type>([&](int i) { return T(a[i] - b[i]); }); }
    OPTIMAP_INLINE static Type times(Type a, T b) { return each<Type>([&](int i) { return T(a[i] * b); }); }
    OPTIMAP_INLINE static Type larger(Type a, Type b) { return each<Type>([&](int i) { return a[i] > b[i] ? a[i] : b[i]; }); }
    OPTIMAP_INLINE static Type magnitude(Type a) { return each<Type>([&](int i) { return a[i] < 0 ? T(-a[i]) : a[i]; }); }
    OPTIMAP_INLINE static Type product(Type a, Type b) { return each<Type>([&](int i) { return T(a[i] * b[i]); }); }
    OPTIMAP_INLINE static Type quotient(Type a, Type b) { return each<Type>([&](int i) { return T(a[i] / b[i]); }); }
    OPTIMAP_INLINE static Type reduce(Type c, Type a, Type b) {
        return each<Type>([&](int i) { return T(std::fma(-a[i], b[i], c[i])); });
    }
    OPTIMAP_INLINE static Type root(Type a) { return each<Type>([&](int i) { return T(std::sqrt(a[i])); }); }
    OPTIMAP_INLINE static Type where_above(Type a, Type b, Type yes, Type no) {
        return each<Type>([&](int i) { return a[i] > b[i] ? yes[i] : no[i]; });
    }
#endif
    OPTIMAP_INLINE static Type zero() { return Type{}; }
    OPTIMAP_INLINE static Type every(T value) {
        Type result;
        for (int i = 0; i < kSize; ++i) result[i] = value;
        return result;
    }
    OPTIMAP_INLINE static Bits mask(const Bit* from) {
        Bits bits;
        std::memcpy(&bits, from, sizeof bits);
        return bits;
    }
    OPTIMAP_INLINE static void store(Type value, T* to) { std::memcpy(to, &value, sizeof value); }
    // The sum of all lanes: halves first, which is one addition.
    OPTIMAP_INLINE static T sum(Type value) {
        T lanes[kSize], total = 0;
#if defined(__GNUC__)
        typedef T Half __attribute__((vector_size(16)));
        Half low, high;
        std::memcpy(&low, &value, sizeof low);
        std::memcpy(&high, reinterpret_cast<const char*>(&value) + sizeof low, sizeof high);
        low += high;
        for (int i = 0; i < kSize / 2; ++i) lanes[i] = low[i];
#else
        for (int i = 0; i < kSize / 2; ++i) lanes[i] = value[i] + value[i + kSize / 2];
#endif
        for (int i = 0; i < kSize / 2; ++i) total += lanes[i];
        return total;
    }
};

// The type of sums of pixels: kLanePixels pixels of 8 and 16 bits fit in 32 bits, which has twice as many lanes.
constexpr int64_t kLanePixels = 32768;

template <class Pixel>
using Lane = std::conditional_t<
    std::is_floating_point_v<Pixel>, double,
    std::conditional_t<sizeof(Pixel) <= 2, std::conditional_t<std::is_signed_v<Pixel>, int32_t, uint32_t>, int64_t>>;

// Neighbouring pixels read at once.
constexpr int kChunk = 8;

// Masks of a chunk: all bits set in lanes [from, to), none elsewhere.
template <class Sum, int kLanes>
class Masks {
  public:
    using Bit = typename Register<Sum>::Bit;

    static int64_t place(int64_t from, int64_t to) { return (from * (kLanes + 1) + to) * kLanes; }

    static const Bit* table() {
        static const std::vector<Bit> bits = [] {
            std::vector<Bit> all(place(kLanes, kLanes) + kLanes, 0);
            for (int64_t from = 0; from < kLanes; ++from)
                for (int64_t to = from; to <= kLanes; ++to)
                    std::fill_n(all.begin() + place(from, to) + from, to - from, Bit(-1));
            return all;
        }();
        return bits.data();
    }
};

}  // namespace optimap
