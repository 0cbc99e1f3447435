/** A measured value that AWS would publish to CloudWatch. */
export interface MetricDatum {
  /** `AWS/SQS` */
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly value: number;
  /** `Count`, `Milliseconds`, `Bytes`, … as CloudWatch spells units. */
  readonly unit: string;
}

/** Dimensions of a metric, by their names. */
export type Dimensions = Readonly<Record<string, string>>;

/** Objects kept by one maker before it begins anew: a bound, not a cache size that is reached in practice. */
const SHARED_MAX = 10_000;

/**
 * Makes dimensions of these names: the same object for the same values, so that whoever keeps metrics finds one by the object and need not write its key for each value that comes.
 */
export function sharedDimensions(first: string, second?: string): (firstValue: string, secondValue?: string) => Dimensions {
  const made = new Map<string, Map<string, Dimensions>>();
  let count = 0;
  return (firstValue, secondValue = '') => {
    const known = made.get(firstValue)?.get(secondValue);
    if (known) return known;
    if (count >= SHARED_MAX) {
      made.clear();
      count = 0;
    }
    const dimensions = second === undefined ? { [first]: firstValue } : { [first]: firstValue, [second]: secondValue };
    const bySecond = made.get(firstValue) ?? new Map<string, Dimensions>();
    made.set(firstValue, bySecond.set(secondValue, dimensions));
    count += 1;
    return dimensions;
  };
}
