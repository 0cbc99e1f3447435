/** No state passes on, and no task answers, more than this. @see https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html */
export const PAYLOAD_BYTES_MAX = 262_144;

/** A value as JSON text; what is nothing is `null`. */
export function jsonText(value: unknown): string {
  return JSON.stringify(value) ?? 'null';
}

/** Whether a text is over the limit. Most are so short that their bytes need not be counted. */
export function isTooLarge(text: string): boolean {
  return text.length * 3 > PAYLOAD_BYTES_MAX && Buffer.byteLength(text) > PAYLOAD_BYTES_MAX;
}
