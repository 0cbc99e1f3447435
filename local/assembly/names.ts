import { createHash } from 'node:crypto';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
const SUFFIX_LENGTH = 12;

/** `length` letters and digits that follow from `text` alone. */
export function hashText(text: string, length: number): string {
  return [...createHash('sha256').update(text).digest().subarray(0, length)].map((byte) => ALPHABET[byte % ALPHABET.length]).join('');
}

/**
 * A name as CloudFormation gives it, `Stack-LogicalId-XXXXXXXXXXXX`, cut to `lengthMax` before its last part. The last part follows from stack,
 * logical id and `generation`, which counts replacements: the same in each run, another one after a replacement.
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-name.html
 */
export function generatedName(
  owner: { readonly stackName: string; readonly logicalId: string; readonly generation: number },
  options: { readonly lengthMax: number; readonly isLowerCase?: boolean; readonly suffix?: string },
): string {
  const { stackName, logicalId, generation } = owner;
  const tail = `-${hashText(`${stackName}/${logicalId}/${generation}`, SUFFIX_LENGTH)}${options.suffix ?? ''}`;
  const room = Math.max(options.lengthMax - tail.length - 1, 0);
  // Where both do not fit, each has half of the room, and what the shorter one leaves.
  const half = Math.floor(room / 2);
  const stack = stackName.slice(0, Math.max(half, room - logicalId.length));
  const name = `${stack}-${logicalId.slice(0, room - stack.length)}${tail}`;
  return options.isLowerCase ? name.toLowerCase() : name;
}

/** The ARN that `AWS::StackId` gives. */
export function stackId(stackName: string, place: { readonly partition: string; readonly region: string; readonly accountId: string }): string {
  const hex = createHash('sha256').update(`stack/${stackName}`).digest('hex');
  const uuid = `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
  return `arn:${place.partition}:cloudformation:${place.region}:${place.accountId}:stack/${stackName}/${uuid}`;
}
