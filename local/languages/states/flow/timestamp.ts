/** Seconds may have a fraction of any length; the zone is `Z` or an offset; the date and the time are parted by `T`. */
const TIMESTAMP = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(?:\.(\d+))?(Z|[+-]\d{2}:\d{2})$/;

/**
 * The milliseconds of a timestamp as the language writes it, the profile of RFC 3339 with capital `T` and `Z`; undefined where it is none.
 *
 * @see https://states-language.net/spec.html#timestamps
 */
export function parseTimestamp(text: string): number | undefined {
  const found = TIMESTAMP.exec(text);
  if (found === null) return undefined;
  const [, year, month, day, hour, minute, second, fraction = '', zone = 'Z'] = found;
  const parts = [year, month, day, hour, minute, second].map(Number) as [number, number, number, number, number, number];
  const wallMs = Date.UTC(parts[0], parts[1] - 1, parts[2], parts[3], parts[4], parts[5]);
  // What is out of range rolls over into the next unit: it does not print as it was read.
  if (!Number.isFinite(wallMs) || new Date(wallMs).toISOString().slice(0, 19) !== text.slice(0, 19)) return undefined;
  const offset = offsetMinutes(zone);
  if (offset === undefined) return undefined;
  return wallMs + Math.trunc(Number(`0.${fraction || '0'}`) * 1000) - offset * 60_000;
}

function offsetMinutes(zone: string): number | undefined {
  if (zone === 'Z') return 0;
  const hours = Number(zone.slice(1, 3));
  const minutes = Number(zone.slice(4));
  if (hours > 18 || minutes > 59) return undefined;
  return (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes);
}
