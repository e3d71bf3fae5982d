/**
 * How many standard deviations above the mean a normal variable lies with the probability given; error below 0.0005
 * (Abramowitz and Stegun 26.2.23).
 *
 * @param probability 0 < probability <= 0.5
 */
export function upperNormalQuantile(probability: number): number {
  const t = Math.sqrt(-2 * Math.log(probability));
  return t - (2.515517 + t * (0.802853 + t * 0.010328)) / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308)));
}
