/**
 * How unlikely a count is, as a natural logarithm: tails of a negative binomial distribution of the mean and variance
 * given, exact also where they are far too small for a probability. A variance not above the mean means Poisson.
 */
export function logTailAbove(count: number, mean: number, variance: number): number {
  if (count <= 0) return 0;
  const { shape, share } = shapeOf(mean, variance);
  return logIncompleteBeta(1 - share, share, count, shape);
}

/** Natural logarithm of the probability of at most `count`. */
export function logTailBelow(count: number, mean: number, variance: number): number {
  if (count < 0) return Number.NEGATIVE_INFINITY;
  const { shape, share } = shapeOf(mean, variance);
  return logIncompleteBeta(share, 1 - share, shape, count + 1);
}

/** Poisson is the limit of a large shape; so large a one is it, as far as anybody can tell. */
const excessMin = 1e-6;

function shapeOf(mean: number, variance: number): { shape: number; share: number } {
  const excess = Math.max(variance - mean, mean * excessMin);
  const shape = (mean * mean) / excess;
  return { shape, share: mean / (mean + excess) };
}

/**
 * Logarithm of the regularized incomplete beta function.
 * @param y 1 - x, given beside it so that it keeps its digits.
 */
function logIncompleteBeta(x: number, y: number, a: number, b: number): number {
  if (x <= 0) return Number.NEGATIVE_INFINITY;
  if (y <= 0) return 0;
  const front = a * Math.log(x) + b * Math.log(y) - (logGamma(a) + logGamma(b) - logGamma(a + b));
  if (x < (a + 1) / (a + b + 2)) return front + Math.log(continuedFraction(x, a, b) / a);
  const other = Math.exp(front) * (continuedFraction(y, b, a) / b);
  return Math.log(Math.max(Number.MIN_VALUE, 1 - other));
}

const stepsMax = 10_000;
const precision = 1e-12;

/** Lentz's method. Source: Numerical Recipes, "Incomplete Beta Function". */
function continuedFraction(x: number, a: number, b: number): number {
  const tiny = 1e-300;
  const kept = (value: number) => (Math.abs(value) < tiny ? tiny : value);
  let c = 1;
  let d = 1 / kept(1 - ((a + b) * x) / (a + 1));
  let fraction = d;
  for (let step = 1; step <= stepsMax; step++) {
    const even = (step * (b - step) * x) / ((a + 2 * step - 1) * (a + 2 * step));
    d = 1 / kept(1 + even * d);
    c = kept(1 + even / c);
    fraction *= d * c;
    const odd = (-(a + step) * (a + b + step) * x) / ((a + 2 * step) * (a + 2 * step + 1));
    d = 1 / kept(1 + odd * d);
    c = kept(1 + odd / c);
    const factor = d * c;
    fraction *= factor;
    if (Math.abs(factor - 1) < precision) break;
  }
  return fraction;
}

const lanczos = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
];

/** Error below 1e-14 of its value, for positive values. */
function logGamma(value: number): number {
  if (value < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * value)) - logGamma(1 - value);
  const z = value - 1;
  let sum = lanczos[0]!;
  for (let i = 1; i < lanczos.length; i++) sum += lanczos[i]! / (z + i);
  const t = z + 7.5;
  return 0.5 * Math.log(2 * Math.PI) + (z + 0.5) * Math.log(t) - t + Math.log(sum);
}
