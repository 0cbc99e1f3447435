import { invalidArgument, type StreamPlace } from './errors.ts';

/** @see https://docs.aws.amazon.com/streams/latest/dev/tagging.html */
const TAGS_MAX = 50;

/** What AWS takes for characters of tags; of these `%` is refused with words of its own. */
const TAG_CHARACTERS = /^[\u00C0-\u1FFF\u2C00-\uD7FF\w./\-=+ @%:]*$/;

function checkCharacters(texts: readonly string[], failed: string): void {
  if (!texts.every((text) => TAG_CHARACTERS.test(text))) {
    throw invalidArgument('Some tags contain invalid characters. Valid characters: Unicode letters, digits, white space, _ . / = + - % @.');
  }
  if (!texts.some((text) => text.includes('%'))) return;
  throw invalidArgument(
    `${failed} because some tags contained illegal characters. The allowed characters are Unicode letters, white-spaces, '_',',','/','=','+','-','@'.`,
  );
}

/** Checks tags that are added, together with those that are there. */
export function checkTags(added: Readonly<Record<string, string>>, { kernel, streamName }: StreamPlace, present: Readonly<Record<string, string>> = {}): void {
  const failed = `Failed to add tags to stream ${streamName} under account ${kernel.accountId}`;
  checkCharacters([...Object.keys(added), ...Object.values(added)], failed);
  if (Object.keys({ ...present, ...added }).length <= TAGS_MAX) return;
  throw invalidArgument(`${failed} because a given stream cannot have more than ${TAGS_MAX} tags associated with it.`);
}

export function checkTagKeys(keys: readonly string[], { kernel, streamName }: StreamPlace): void {
  checkCharacters(keys, `Failed to remove tags from stream ${streamName} under account ${kernel.accountId}`);
}

/** @see https://docs.aws.amazon.com/kinesis/latest/APIReference/API_IncreaseStreamRetentionPeriod.html */
const RETENTION_HOURS_MIN = 24;
const RETENTION_HOURS_MAX = 8760;

/** Checks a retention period against the bounds and against the present one, which an operation may only increase or only decrease. */
export function checkRetention(
  hours: number,
  present: { readonly streamName: string; readonly hours: number; readonly direction: 'increase' | 'decrease' },
): void {
  if (hours < RETENTION_HOURS_MIN) {
    throw invalidArgument(`Minimum allowed retention period is ${RETENTION_HOURS_MIN} hours. Requested retention period (${hours} hours) is too short.`);
  }
  if (hours > RETENTION_HOURS_MAX) {
    throw invalidArgument(`Maximum allowed retention period is ${RETENTION_HOURS_MAX} hours. Requested retention period (${hours} hours) is too long.`);
  }
  const requested = `Requested retention period (${hours} hours) for stream ${present.streamName}`;
  if (present.direction === 'increase' && hours < present.hours) {
    throw invalidArgument(`${requested} can not be shorter than existing retention period (${present.hours} hours). Use DecreaseRetentionPeriod API.`);
  }
  if (present.direction === 'decrease' && hours > present.hours) {
    throw invalidArgument(`${requested} can not be longer than existing retention period (${present.hours} hours). Use IncreaseRetentionPeriod API.`);
  }
}
