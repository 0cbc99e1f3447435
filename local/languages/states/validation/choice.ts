import { comparisonOf } from '../flow/choice-rule.ts';
import { isObject, type Json, type JsonObject } from '../json.ts';
import { checkFields, checkRequired } from './check-fields.ts';
import type { Fields } from './fields.ts';
import type { Report } from './report.ts';
import { anything, type Check, flag, list, number, object, path, referencePath, text, timestamp } from './values.ts';

const JSONATA_RULE: Fields = {
  Condition: (value) => (typeof value === 'boolean' ? undefined : text(value)),
  Next: text,
  Comment: text,
  Output: anything,
  Assign: object,
};
const PATH_RULE: Fields = { Next: text, Comment: text, Assign: object, Variable: path, And: list, Or: list, Not: object };
const ORDERED: readonly [string, Check][] = [
  ['String', text],
  ['Numeric', number(Number.NEGATIVE_INFINITY)],
  ['Boolean', flag],
  ['Timestamp', timestamp],
];

/** Checks the rules of a `Choice`. */
export function checkChoices(choices: Json | undefined, language: string, location: string, report: Report): void {
  if (!Array.isArray(choices)) return;
  for (const [index, rule] of choices.entries()) {
    const place = `${location}/Choices[${index}]`;
    if (!isObject(rule)) report.error(place, 'Expected value of type Object');
    else if (language === 'JSONata') checkJsonataRule(rule, place, report);
    else checkRule(rule, true, place, report);
  }
}

function checkJsonataRule(rule: JsonObject, location: string, report: Report): void {
  checkFields(rule, JSONATA_RULE, location, report);
  checkRequired(rule, ['Condition', 'Next'], location, report);
}

function checkRule(rule: JsonObject, isTop: boolean, location: string, report: Report): void {
  if (isTop) checkRequired(rule, ['Next'], location, report);
  else if (rule.Next !== undefined) report.error(`${location}/Next`, 'Field is not supported');
  const comparisons = Object.keys(rule).filter((member) => ['And', 'Or', 'Not'].includes(member) || comparisonOf(member) !== undefined);
  const [only] = comparisons;
  if (only === undefined || comparisons.length > 1) report.error(location, 'Exactly one comparison operator is required');
  else if (comparisonOf(only) !== undefined && rule.Variable === undefined) report.error(location, 'These fields are required: [Variable]');
  for (const [member, value] of Object.entries(rule)) {
    const check = Object.hasOwn(PATH_RULE, member) ? PATH_RULE[member] : checkOf(member);
    const problem = check === undefined ? 'Field is not supported' : check(value);
    if (problem !== undefined) report.error(`${location}/${member}`, problem);
  }
  for (const member of ['And', 'Or']) for (const [index, inner] of listOf(rule[member]).entries()) checkInner(inner, `${location}/${member}[${index}]`, report);
  if (isObject(rule.Not)) checkRule(rule.Not, false, `${location}/Not`, report);
}

function checkInner(rule: Json, location: string, report: Report): void {
  if (isObject(rule)) checkRule(rule, false, location, report);
  else report.error(location, 'Expected value of type Object');
}

function listOf(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? value : [];
}

function checkOf(member: string): Check | undefined {
  switch (comparisonOf(member)) {
    case 'path':
      return referencePath;
    case 'type':
    case 'present':
      return flag;
    case 'matches':
      return text;
    case 'order':
      return ORDERED.find(([type]) => member.startsWith(type))?.[1];
    case undefined:
      return undefined;
  }
}
