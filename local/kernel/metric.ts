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
