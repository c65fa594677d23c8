/** Sum, sum of squares and largest of the weights of the events that were counted. */
export type WeightedCount = { sum: number; sumOfSquares: number; largest: number };

/** Above this shape the Wilson-Hilferty approximation is within a millionth. */
const approximateAbove = 500;
const iterationsMax = 200;

/**
 * The 95 % interval of what a weighted Poisson count stands for (Fay and Feuer 1997; reliability.md 1.1), in the weights' unit.
 * With equal weights it is the exact Poisson interval; with no event the upper bound is 3.69 of the `largest` given.
 */
export function poissonInterval({ sum, sumOfSquares, largest }: WeightedCount): { lower: number; upper: number } {
  if (largest <= 0) return { lower: 0, upper: 0 };
  const lower = sum <= 0 ? 0 : (sumOfSquares / (2 * sum)) * chiSquareQuantile(0.025, (2 * sum * sum) / sumOfSquares);
  const next = sum + largest;
  const nextSquares = sumOfSquares + largest * largest;
  return { lower, upper: (nextSquares / (2 * next)) * chiSquareQuantile(0.975, (2 * next * next) / nextSquares) };
}

/** The value that a chi-square variable of `freedom` degrees (any positive number) stays below with `probability`. */
export function chiSquareQuantile(probability: number, freedom: number): number {
  return 2 * gammaQuantile(probability, freedom / 2);
}

/** Newton's method with Halley's correction on the incomplete gamma function, from a close first guess (Numerical Recipes 6.2.1). */
function gammaQuantile(probability: number, shape: number): number {
  const guess = firstGuess(probability, shape);
  if (shape > approximateAbove) return guess;
  const logGammaOfShape = logGamma(shape);
  let value = guess;
  for (let step = 0; step < 30; step++) {
    if (value <= 0) return 0;
    const error = lowerGamma(shape, value, logGammaOfShape) - probability;
    const density = Math.exp((shape - 1) * Math.log(value) - value - logGammaOfShape);
    const newton = error / density;
    const change = newton / (1 - 0.5 * Math.min(1, newton * ((shape - 1) / value - 1)));
    value = Math.max(value - change, value / 2);
    if (Math.abs(change) < 1e-10 * value) break;
  }
  return value;
}

function firstGuess(probability: number, shape: number): number {
  if (shape > 1) {
    const cube = 1 - 1 / (9 * shape) + normalQuantile(probability) / (3 * Math.sqrt(shape));
    return Math.max(1e-3, shape * cube ** 3);
  }
  const split = 1 - shape * (0.253 + shape * 0.12);
  return probability < split ? (probability / split) ** (1 / shape) : 1 - Math.log(1 - (probability - split) / (1 - split));
}

/** Regularized lower incomplete gamma function: a series below the shape, a continued fraction (Lentz) above. */
function lowerGamma(shape: number, value: number, logGammaOfShape: number): number {
  const front = Math.exp(shape * Math.log(value) - value - logGammaOfShape);
  if (value < shape + 1) {
    let term = 1 / shape;
    let sum = term;
    for (let index = 1; index < iterationsMax && term > sum * 1e-16; index++) {
      term *= value / (shape + index);
      sum += term;
    }
    return sum * front;
  }
  let b = value + 1 - shape;
  let c = 1e300;
  let d = 1 / b;
  let fraction = d;
  for (let index = 1; index < iterationsMax; index++) {
    const a = -index * (index - shape);
    b += 2;
    d = 1 / (a * d + b);
    c = b + a / c;
    fraction *= d * c;
    if (Math.abs(d * c - 1) < 1e-16) break;
  }
  return 1 - front * fraction;
}

/** Lanczos' approximation, good to 1e-14 for positive arguments (coefficients: Godfrey, g = 7). */
function logGamma(x: number): number {
  const coefficients = [
    0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059, 12.507343278686905, -0.13857109526572012,
    9.9843695780195716e-6, 1.5056327351493116e-7,
  ];
  const base = x + 6.5;
  const sum = coefficients.reduce((total, coefficient, index) => (index === 0 ? coefficient : total + coefficient / (x - 1 + index)), 0);
  return 0.5 * Math.log(2 * Math.PI) + (x - 0.5) * Math.log(base) - base + Math.log(sum);
}

/** Only the two ends of the 95 % interval are asked for. */
function normalQuantile(probability: number): number {
  return probability > 0.5 ? 1.959963984540054 : -1.959963984540054;
}
