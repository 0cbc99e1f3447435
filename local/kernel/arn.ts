/** The parts of an Amazon Resource Name. `resource` is everything after the fifth colon, as AWS writes it. */
export interface Arn {
  readonly partition: string;
  readonly service: string;
  readonly region: string;
  readonly accountId: string;
  readonly resource: string;
}

/**
 * Splits an ARN, or returns `undefined` where the text is none.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
 */
export function parseArn(text: string): Arn | undefined {
  const [prefix, partition, service, region, accountId, ...resource] = text.split(':');
  if (prefix !== 'arn' || !partition || !service || region === undefined || accountId === undefined || resource.length === 0) {
    return undefined;
  }
  return { partition, service, region, accountId, resource: resource.join(':') };
}
