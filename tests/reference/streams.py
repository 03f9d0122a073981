# SPDX-License-Identifier: MIT
"""
Keys, streams, samplers and the elementary functions they rest on, a second time: the words are numpy's own PCG64DXSM, and what is
made of them follows src/random, whose order of words is its contract. Python's floats are the same IEEE doubles, so that exp and
log, written out as there, give the same bits.
"""
import math
import re
import struct

from numpy.random import PCG64DXSM, SeedSequence

INPUTS, YEARS, DELIVERY, CHANCE = 1, 2, 3, 4
INFINITY = math.inf


def word(text):
    """The word by which a thing enters a key: 32-bit FNV-1a of its id's bytes."""
    value = 2166136261
    for byte in text.encode():
        value = (value ^ byte) * 16777619 & 0xffffffff
    return value


# ---- elementary functions ----

LN2_HIGH, LN2_LOW, ONE_OVER_LN2 = (float.fromhex(x) for x in ("0x1.62e42fefa3800p-1", "0x1.ef35793c76730p-45", "0x1.71547652b82fep+0"))
PI = float.fromhex("0x1.921fb54442d18p+1")


def bits_of(x):
    return struct.unpack("<Q", struct.pack("<d", x))[0]


def from_bits(bits):
    return struct.unpack("<d", struct.pack("<Q", bits & (2**64 - 1)))[0]


def scale(x, k):
    if k > 1023:
        return x * 2.0**(k - 1) * 2.0
    if k < -1021:
        return x * 2.0**(k + 200) * 2.0**-200
    return x * 2.0**k


def reduce(x):
    k = int(x * ONE_OVER_LN2 + (-0.5 if x < 0 else 0.5))
    high, low = x - k * LN2_HIGH, k * LN2_LOW
    r = high - low
    return k, r, (high - r) - low


def exp_series(r):
    r2 = r * r
    r4 = r2 * r2
    low = (1.0 / 2 + r * (1.0 / 6)) + r2 * (1.0 / 24 + r * (1.0 / 120))
    middle = (1.0 / 720 + r * (1.0 / 5040)) + r2 * (1.0 / 40320 + r * (1.0 / 362880))
    high = (1.0 / 3628800 + r * (1.0 / 39916800)) + r2 * (1.0 / 479001600 + r * (1.0 / 6227020800))
    return low + r4 * (middle + r4 * high)


def exp(x):
    if not x < 709.782712893384:
        return x if math.isnan(x) else INFINITY
    if x < -745.1332191019412:
        return 0.0
    k, r, c = reduce(x)
    return scale(1.0 + (r + (r * r * exp_series(r) + c)), k)


def split(x):
    k = 0
    if x < 2.0**-1022:
        x, k = x * 2.0**54, -54
    one, sqrt_half, bits = 1023 << 52, 0x3fe6a09e667f3bcd, bits_of(x)
    exponent = (bits - sqrt_half + one) % 2**64 >> 52
    return k + exponent - 1023, from_bits(bits - (exponent << 52) + one) - 1.0


def log_series(f):
    s = f / (2.0 + f)
    z = s * s
    z2 = z * z
    z4 = z2 * z2
    low = (2.0 / 3 + z * (2.0 / 5)) + z2 * (2.0 / 7 + z * (2.0 / 9))
    middle = (2.0 / 11 + z * (2.0 / 13)) + z2 * (2.0 / 15 + z * (2.0 / 17))
    high = 2.0 / 19 + z * (2.0 / 21)
    return s * (0.5 * f * f + z * (low + z4 * (middle + z4 * high)))


def log(x):
    if not x > 0:
        return -INFINITY if x == 0 else math.nan
    if x == INFINITY:
        return x
    k, f = split(x)
    return k * LN2_HIGH - ((0.5 * f * f - (log_series(f) + k * LN2_LOW)) - f)


def log1p(x):
    if not x > -1:
        return -INFINITY if x == -1 else math.nan
    if -0.29 < x < 0.41:
        return x - (0.5 * x * x - log_series(x))
    u = 1.0 + x
    lost = 1.0 - (u - x) if x > 1 else x - (u - 1.0)
    k, f = split(u)
    return k * LN2_HIGH - ((0.5 * f * f - (log_series(f) + (k * LN2_LOW + lost / u))) - f)


STIRLING = [float.fromhex(x) for x in (
    "0x1.4c071bcda0a5bp-4", "0x1.52a9b923ea649p-5", "0x1.c579a268d80b3p-6", "0x1.54a2662fd78a9p-6", "0x1.10b4e513fcbedp-6",
    "0x1.c6b167bebdf36p-7", "0x1.85d4d612e4a86p-7", "0x1.552805e7b3076p-7", "0x1.2f4871b12ab64p-7", "0x1.10f9d4c0743a7p-7")]


def stirling(z):
    """What Stirling's formula leaves out of log Gamma(z), for whole z (the samplers ask for no other)."""
    if z < 10:
        return STIRLING[int(z) - 1]
    w = 1.0 / (z * z)
    series = 1.0 / 156 - w * (3617.0 / 122400)
    series = 1.0 / 1188 - w * (691.0 / 360360 - w * series)
    series = 1.0 / 1260 - w * (1.0 / 1680 - w * series)
    return (1.0 / 12 - w * (1.0 / 360 - w * series)) / z


def deviance(x, m):
    """x log(x / m) + m - x (Loader 2000)."""
    if x == 0:
        return m
    v = (x - m) / (x + m)
    if abs(v) > 0.1:
        return x * log(x / m) + m - x
    z, power, total, j = v * v, 2.0 * x * v, (x - m) * v, 3
    while True:
        power *= z
        more = total + power / j
        if more == total:
            return total
        total, j = more, j + 2


# Wichura, AS 241 (1988), PPND16
MIDDLE = ((3.3871328727963666080e0, 1.3314166789178437745e+2, 1.9715909503065514427e+3, 1.3731693765509461125e+4,
           4.5921953931549871457e+4, 6.7265770927008700853e+4, 3.3430575583588128105e+4, 2.5090809287301226727e+3),
          (1.0, 4.2313330701600911252e+1, 6.8718700749205790830e+2, 5.3941960214247511077e+3,
           2.1213794301586595867e+4, 3.9307895800092710610e+4, 2.8729085735721942674e+4, 5.2264952788528545610e+3))
NEAR = ((1.42343711074968357734e0, 4.63033784615654529590e0, 5.76949722146069140550e0, 3.64784832476320460504e0,
         1.27045825245236838258e0, 2.41780725177450611770e-1, 2.27238449892691845833e-2, 7.74545014278341407640e-4),
        (1.0, 2.05319162663775882187e0, 1.67638483018380384940e0, 6.89767334985100004550e-1,
         1.48103976427480074590e-1, 1.51986665636164571966e-2, 5.47593808499534494600e-4, 1.05075007164441684324e-9))
FAR = ((6.65790464350110377720e0, 5.46378491116411436990e0, 1.78482653991729133580e0, 2.96560571828504891230e-1,
        2.65321895265761230930e-2, 1.24266094738807843860e-3, 2.71155556874348757815e-5, 2.01033439929228813265e-7),
       (1.0, 5.99832206555887937690e-1, 1.36929880922735805310e-1, 1.48753612908506148525e-2,
        7.86869131745613259100e-4, 1.84631831751005468180e-5, 1.42151175831644588870e-7, 2.04426310338993978564e-15))


def quotient(over, under, r):
    top, bottom = over[7], under[7]
    for i in range(6, -1, -1):
        top, bottom = top * r + over[i], bottom * r + under[i]
    return top / bottom


def normal_quantile(below, above):
    smaller = min(below, above)
    if not smaller > 0:
        return -INFINITY if below < above else INFINITY
    if smaller >= 0.075:
        q = below - 0.5 if below < above else 0.5 - above
        return q * quotient(*MIDDLE, 0.180625 - q * q)
    r = math.sqrt(-log(smaller))
    z = quotient(*NEAR, r - 1.6) if r <= 5 else quotient(*FAR, r - 5.0)
    return -z if below < above else z


# ---- streams and samplers ----

JUMP = 0x9e3779b97f4a7c15f39cc0605cedc835


class Stream:
    """PCG64DXSM(SeedSequence(seed, spawn_key=words)), jumped: u on (0, 1), v on [0, 1), and the samplers, in the order of src/random."""

    def __init__(self, seed, words, jumps=0):
        bits = PCG64DXSM(SeedSequence(seed, spawn_key=[int(w) & 0xffffffff for w in words]))
        self.generator = bits.advance(jumps * JUMP % 2**128) if jumps else bits  # what jumped(jumps) does, without a copy

    def bits(self):
        return int(self.generator.random_raw())

    def u(self):
        return ((self.bits() >> 12) + 0.5) * 2.0**-52

    def v(self):
        return (self.bits() >> 11) * 2.0**-53

    def exponential(self):
        return -log(self.u())

    def normal(self):
        u = self.u()
        return normal_quantile(u, 1.0 - u)

    def below(self, n):
        product = self.bits() * n
        if product % 2**64 < n:
            biased = (2**64 - n) % n
            while product % 2**64 < biased:
                product = self.bits() * n
        return product >> 64

    def gamma_from_one(self, shape):
        d = shape - 1.0 / 3.0
        c = 1.0 / (3.0 * math.sqrt(d))
        while True:
            x = self.normal()
            v = 1.0 + c * x
            if v <= 0:
                continue
            v = v * v * v
            u, x2 = self.u(), x * x
            if u < 1.0 - 0.0331 * x2 * x2:
                return d * v
            if log(u) < 0.5 * x2 + d * (1.0 - v + log(v)):
                return d * v

    def log_gamma_below_one(self, shape):
        larger = self.gamma_from_one(shape + 1.0)
        return log(larger) + log(self.u()) / shape

    def gamma(self, shape):
        return self.gamma_from_one(shape) if shape >= 1 else exp(self.log_gamma_below_one(shape))

    def beta(self, a, b):
        if a >= 1 and b >= 1:
            of_a = self.gamma_from_one(a)
            return of_a / (of_a + self.gamma_from_one(b))
        log_a = log(self.gamma_from_one(a)) if a >= 1 else self.log_gamma_below_one(a)
        log_b = log(self.gamma_from_one(b)) if b >= 1 else self.log_gamma_below_one(b)
        return 1.0 / (1.0 + exp(log_b - log_a))

    def hat(self, a, b, centre, squeeze):
        """One candidate of a transformed rejection (Hoermann 1993): k, and None or the height of its point."""
        u, v = self.u() - 0.5, self.u()
        edge = 0.5 - abs(u)
        k = math.floor((2.0 * a / edge + b) * u + centre)
        return k, None if edge >= 0.07 and v <= squeeze else log(v / (a / (edge * edge) + b))

    def poisson(self, mean):
        if mean == 0:
            return 0
        if mean < 10:
            limit, product, k = exp(-mean), self.u(), 0
            while product > limit:
                product *= self.u()
                k += 1
            return k
        b = 0.931 + 2.53 * math.sqrt(mean)
        log_alpha = log(1.1239 + 1.1328 / (b - 3.4))
        while True:
            k, height = self.hat(-0.059 + 0.02483 * b, b, mean + 0.43, 0.9277 - 3.6224 / (b - 2.0))
            if height is None:
                return k
            if k < 0:
                continue
            weight = -mean if k == 0 else -stirling(k) - deviance(k, mean) - 0.5 * log(2.0 * PI * k)
            if height + log_alpha <= weight:
                return k

    def binomial(self, n, p):
        if n == 0 or p == 0:
            return 0
        if p == 1:
            return n
        return self.binomial_up_to_half(n, p) if p <= 0.5 else n - self.binomial_up_to_half(n, 1.0 - p)

    def binomial_up_to_half(self, n, p):
        mean, q = n * p, 1.0 - p
        if mean < 10:
            u, odds, k = self.v(), p / q, 0
            weight = whole_power(q, n) if n <= 64 else exp(n * log1p(-p))
            while u >= weight and k < n and (weight > 2.0**-64 or k < mean):
                u -= weight
                weight *= (n - k) / (k + 1) * odds
                k += 1
            return k
        sd = math.sqrt(mean * q)
        b = 1.15 + 2.53 * sd
        mode = math.floor((n + 1.0) * p)
        log_alpha, of_mode = log((2.83 + 5.1 / b) * sd), binomial_weight(mode, n, p, q)
        while True:
            k, height = self.hat(-0.0873 + 0.0248 * b + 0.01 * p, b, mean + 0.5, 0.92 - 4.2 / b)
            if k < 0 or k > n:
                continue
            if height is None or height + log_alpha <= binomial_weight(k, n, p, q) - of_mode:
                return k

    def hypergeometric(self, n_good, n_bad, n_drawn):
        n_all = n_good + n_bad
        if n_drawn == 0 or n_good == 0:
            return 0
        if n_bad == 0:
            return n_drawn
        if n_drawn == n_all:
            return n_good
        rarer, fewer = min(n_good, n_bad), min(n_drawn, n_all - n_drawn)
        k = self.hypergeometric_up_to_half(min(rarer, fewer), max(rarer, fewer), n_all)
        if fewer != n_drawn:
            k = rarer - k
        return k if n_good <= n_bad else n_drawn - k

    def hypergeometric_up_to_half(self, smaller, larger, n_all):
        mean, rest = smaller * (larger / n_all), n_all - larger
        p, q = smaller / n_all, (n_all - smaller) / n_all
        if mean < 10:
            u, weight, k = self.v(), 1.0, 0
            if smaller <= 64:
                for i in range(smaller):
                    weight *= (rest - i) / (n_all - i)
            else:
                weight = exp(binomial_weight(0, larger, p, q) + binomial_weight(smaller, rest, p, q)
                             - binomial_weight(smaller, n_all, p, q))
            while u >= weight and k < smaller and (weight > 2.0**-64 or k < mean):
                u -= weight
                weight *= (smaller - k) / (k + 1.0) * ((larger - k) / (rest - smaller + k + 1.0))
                k += 1
            return k
        share = larger / n_all
        centre = mean + 0.5
        sd = math.sqrt((n_all - smaller) * smaller / (n_all - 1.0) * share * (1.0 - share) + 0.5)
        width = 1.7155277699214135 * sd + 0.8989161620588988
        mode = math.floor((smaller + 1.0) * ((larger + 1.0) / (n_all + 2.0)))
        of_mode = binomial_weight(mode, larger, p, q) + binomial_weight(smaller - mode, rest, p, q)
        while True:
            u, v = self.u(), self.u()
            k = math.floor(centre + width * (v - 0.5) / u)
            if k < 0 or k > smaller:
                continue
            weight = binomial_weight(k, larger, p, q) + binomial_weight(smaller - k, rest, p, q) - of_mode
            if u * (4.0 - u) - 3.0 <= weight:
                return k
            if u * (u - weight) < 1 and 2.0 * log(u) <= weight:
                return k

    def multinomial(self, n, shares):
        """A chain of binomials; the last share above 0 takes what is left."""
        last = len(shares) - 1
        while last > 0 and shares[last] == 0:
            last -= 1
        left, out = 1.0, [0] * len(shares)
        for i in range(last):
            out[i] = self.binomial(n, shares[i] / left) if shares[i] < left else n
            n -= out[i]
            left -= shares[i]
        out[last] = n
        return out


def whole_power(x, n):
    power = 1.0
    while n > 0:
        if n & 1:
            power *= x
        x *= x
        n >>= 1
    return power


def binomial_weight(k, n, p, q):
    """log of the binomial weight (Loader 2000)."""
    if k == 0:
        return n * (log1p(-p) if p < 0.5 else log(q))
    if k == n:
        return n * (log1p(-q) if q < 0.5 else log(p))
    others = n - k
    rest = stirling(n) - stirling(k) - stirling(others)
    return rest - deviance(k, n * p) - deviance(others, n * q) + 0.5 * log(n / (2.0 * PI * k * others))


# ---- numbers of a scenario: fixed or drawn ----

class Number:
    """A number as a scenario writes it. `share_row`: in a row of shares counts(n) is a Gamma; `probability`: counts(n, m) a Beta."""

    def __init__(self, text, probability=False, share_row=False):
        found = re.fullmatch(r"\s*([a-z]+)\s*\(([^()]*)\)\s*(?:truncated\s*\(([^()]*)\))?\s*", text)
        self.low, self.high, self.kind, self.a = -INFINITY, INFINITY, "fixed", []
        if found is None:
            self.a = [float(text)]
            return
        self.kind, parts = found[1], [p.strip() for p in found[2].split(",")]
        if found[3]:
            self.low, self.high = (float(p) for p in found[3].split(","))
        if self.kind == "discrete":
            self.values = sorted(tuple(float(x) for x in p.split(":")) for p in parts)
            return
        named = dict(p.replace(" ", "").split("=") for p in parts if "=" in p)
        self.a = [float(p) for p in parts if "=" not in p and "%" not in p]
        self.name(named, probability, share_row, parts)

    def name(self, named, probability, share_row, parts):
        value = {k: float(x) for k, x in named.items()}
        if self.kind == "counts":
            weight, prior = value.get("weight", 0.0), value.get("prior", 0.0)
            yes, exposure = self.a[0] + prior * weight, self.a[1] if len(self.a) > 1 else 0.0
            if share_row:
                self.kind, self.a = ("gamma", [yes, 1.0]) if yes > 0 else ("fixed", [0.0])
            elif probability:
                self.kind, self.a = "beta", [yes, exposure - self.a[0] + (1 - prior) * weight]
            else:
                self.kind, self.a = "gamma", [yes, 1 / (exposure + weight)]
        elif self.kind == "lognormal" and "median" in value:
            self.a = [log(value["median"]), value["log-sd"]]
        elif self.kind == "lognormal":
            variance = log1p((value["sd"] / value["mean"])**2)
            self.a = [log(value["mean"]) - 0.5 * variance, math.sqrt(variance)]
        elif self.kind == "beta" and "mean" in value:
            mean, sd = value["mean"], value["sd"]
            total = mean * (1.0 - mean) / (sd * sd) - 1.0
            self.a = [mean * total, (1.0 - mean) * total]
        elif self.kind == "beta":
            self.a = [value["a"], value["b"]]
        elif self.kind == "gamma" and "mean" in value:
            shape = (value["mean"] / value["sd"])**2
            self.a = [shape, value["mean"] / shape]
        elif self.kind == "gamma":
            self.a = [value["shape"], value["scale"]]
        elif self.kind == "interval" and not probability:
            sure, (low, high) = float(parts[0].rstrip("%")) / 100.0, self.a
            self.kind = "lognormal" if low > 0 else "normal"
            low, high = (log(low), log(high)) if low > 0 else (low, high)
            between = 0.5 + sure / 2.0
            self.a = [low + (high - low) / 2.0, (high - low) / (2.0 * normal_quantile(between, 1.0 - between))]
        elif named or any("%" in p for p in parts):
            raise NotImplementedError(f"the reference does not read {self.kind}({', '.join(parts)})")

    @property
    def is_fixed(self):
        return self.kind == "fixed"

    def mean(self):
        a = self.a
        if self.low > -INFINITY or self.high < INFINITY:
            raise NotImplementedError("the reference does not take the mean of a truncated distribution")
        return {"fixed": lambda: a[0], "uniform": lambda: a[0] + 0.5 * (a[1] - a[0]), "triangular": lambda: sum(a) / 3.0,
                "pert": lambda: (a[0] + 4.0 * a[1] + a[2]) / 6.0, "normal": lambda: a[0], "exponential": lambda: a[0],
                "lognormal": lambda: exp(a[0] + 0.5 * a[1] * a[1]), "beta": lambda: a[0] / (a[0] + a[1]),
                "gamma": lambda: a[0] * a[1], "discrete": lambda: sum(v * w for v, w in self.values)}[self.kind]()

    def mode(self):
        """The planned value of a duration: where the density is highest, else the median."""
        if self.low > -INFINITY or self.high < INFINITY:
            raise NotImplementedError("the reference does not take the mode of a truncated distribution")
        if self.kind == "discrete":
            return max(self.values, key=lambda v: (v[1], -v[0]))[0]
        if self.kind in ("triangular", "pert"):
            return self.a[1]
        if self.kind in ("fixed", "normal"):
            return self.a[0]
        if self.kind == "lognormal":
            return exp(self.a[0] - self.a[1] * self.a[1])
        if self.kind == "gamma" and self.a[0] > 1:
            return (self.a[0] - 1.0) * self.a[1]
        return self.quantile(0.5, 0.5)

    def quantile(self, below, above):
        a = self.a
        if self.kind == "fixed":
            return a[0]
        if self.kind == "uniform":
            x = a[0] + (a[1] - a[0]) * below if below < above else a[1] - (a[1] - a[0]) * above
            return min(max(x, a[0]), a[1])
        if self.kind == "triangular":
            width, rise, fall = a[2] - a[0], a[1] - a[0], a[2] - a[1]
            rises = below * width < rise
            x = a[0] + math.sqrt(below * width) * math.sqrt(rise) if rises else a[2] - math.sqrt(above * width) * math.sqrt(fall)
            return min(max(x, a[0]), a[2])
        if self.kind == "normal":
            return a[0] + a[1] * normal_quantile(below, above)
        if self.kind == "lognormal":
            return exp(a[0] + a[1] * normal_quantile(below, above))
        if self.kind == "exponential":
            return -a[0] * (log1p(-below) if below < above else log(above))
        if self.kind == "discrete":
            total = 0.0
            for value, weight in self.values:
                total += weight
                if total >= below:
                    return value
            return self.values[-1][0]
        if self.kind == "gamma" and a[0] == 1:
            return -a[1] * (log1p(-below) if below < above else log(above))
        raise NotImplementedError(f"the reference has no quantile of a {self.kind}")

    def draw(self, stream):
        for _ in range(10000):
            x = self.draw_once(stream)
            if self.low <= x <= self.high:
                return x
        raise NotImplementedError("the reference does not invert a truncated distribution")

    def draw_once(self, stream):
        a = self.a
        if self.kind == "fixed":
            return a[0]
        if self.kind == "pert":
            alpha, beta = 1.0 + 4.0 * ((a[1] - a[0]) / (a[2] - a[0])), 1.0 + 4.0 * ((a[2] - a[1]) / (a[2] - a[0]))
            x = a[0] + (a[2] - a[0]) * stream.beta(alpha, beta)
            return min(max(x, a[0]), a[2])
        if self.kind == "beta":
            return stream.beta(a[0], a[1])
        if self.kind == "gamma":
            return a[1] * stream.gamma(a[0])
        u = stream.u()
        return self.quantile(u, 1.0 - u)
