import type { JsonObject } from '../json.ts';
import type { Fields } from './fields.ts';
import type { Report } from './report.ts';

/** Checks each field against what it must be; one that is not known is refused. */
export function checkFields(value: JsonObject, fields: Fields, location: string, report: Report): void {
  for (const [name, member] of Object.entries(value)) {
    const check = Object.hasOwn(fields, name) ? fields[name] : undefined;
    const problem = check === undefined ? 'Field is not supported' : check(member);
    if (problem !== undefined) report.error(`${location}/${name}`, problem);
  }
}

/** Checks that required fields are there. */
export function checkRequired(value: JsonObject, names: readonly string[], location: string, report: Report): void {
  const missing = names.filter((name) => !Object.hasOwn(value, name));
  if (missing.length > 0) report.error(location === '' ? '/' : location, `These fields are required: [${missing.join(', ')}]`);
}

/** Checks that at most one of some fields is there. */
export function checkExclusive(value: JsonObject, sets: readonly (readonly string[])[], location: string, report: Report): void {
  for (const names of sets) {
    const present = names.filter((name) => Object.hasOwn(value, name));
    if (present.length > 1) report.error(location, `Only one of these fields is allowed: [${present.join(', ')}]`);
  }
}

/** Checks that at least one of some fields is there. */
export function checkOneOf(value: JsonObject, sets: readonly (readonly string[])[], location: string, report: Report): void {
  for (const names of sets) {
    if (!names.some((name) => Object.hasOwn(value, name))) report.error(location, `One of these fields is required: [${names.join(', ')}]`);
  }
}
