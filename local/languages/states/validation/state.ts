import { isObject, type Json, type JsonObject } from '../json.ts';
import { checkExclusive, checkFields, checkOneOf, checkRequired } from './check-fields.ts';
import { checkChoices } from './choice.ts';
import { BATCHER, CATCHER, RETRIER, STATE_FIELDS, type StateFields } from './fields.ts';
import { checkMapParts } from './map.ts';
import type { Report } from './report.ts';
import { checkExpressions, checkTemplate } from './template.ts';

/** The order in which the service lists the types. */
const TYPES = ['Task', 'Wait', 'Pass', 'Succeed', 'Fail', 'Choice', 'Parallel', 'Map'];

/** The fields in which `.$` names a path. */
const TEMPLATES = ['Parameters', 'ResultSelector', 'ItemSelector', 'Assign', 'Credentials'];

/** The fields that have machines inside, or nothing to evaluate. */
const NOT_EVALUATED = new Set(['Branches', 'ItemProcessor', 'Iterator', 'Comment', 'Resource', 'Type', 'Next', 'Label', 'Retry']);

/** Checks one state, without the machines inside it. */
export function checkState(state: JsonObject, machineLanguage: Json, location: string, report: Report): void {
  const type = typeof state.Type === 'string' && TYPES.includes(state.Type) ? state.Type : undefined;
  if (type === undefined) {
    const isMissing = state.Type === undefined;
    report.error(
      isMissing ? location : `${location}/Type`,
      isMissing ? 'These fields are required: [Type]' : `The field 'Type' should have one of these values: [${TYPES.join(', ')}]`,
    );
    return;
  }
  if (machineLanguage === 'JSONata' && state.QueryLanguage === 'JSONPath') {
    report.error(location, "'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine");
  }
  const language = (state.QueryLanguage ?? machineLanguage) === 'JSONata' ? 'JSONata' : 'JSONPath';
  const fields = STATE_FIELDS[type] as StateFields;
  checkLanguageFields(state, fields, language, location, report);
  checkRequired(state, fields.required, location, report);
  checkExclusive(state, fields.exclusive ?? [], location, report);
  checkOneOf(state, fields.oneOf ?? [], location, report);
  if (type === 'Choice') checkChoices(state.Choices, language, location, report);
  if (type === 'Map') checkMapParts(state, language, BATCHER[language], location, report);
  if (type === 'Task') checkTask(state, location, report);
  checkErrors(state, language, location, report);
  if (language === 'JSONata') checkJsonata(state, location, report);
  else checkTemplates(state, location, report);
}

function checkLanguageFields(state: JsonObject, fields: StateFields, language: 'JSONPath' | 'JSONata', location: string, report: Report): void {
  const other = language === 'JSONata' ? 'JSONPath' : 'JSONata';
  const own = { ...fields.both, ...fields[language] };
  const known = Object.entries(state).filter(([name]) => {
    if (Object.hasOwn(own, name) || !Object.hasOwn(fields[other], name)) return true;
    report.error(`${location}/${name}`, `The ${other} field '${name}' is not supported when 'QueryLanguage' is '${language}'`);
    return false;
  });
  checkFields(Object.fromEntries(known), own, location, report);
}

function checkTemplates(state: JsonObject, location: string, report: Report): void {
  for (const name of TEMPLATES) if (state[name] !== undefined) checkTemplate(state[name], `${location}/${name}`, report);
  for (const [index, catcher] of parts(state.Catch))
    if (catcher.Assign !== undefined) checkTemplate(catcher.Assign, `${location}/Catch[${index}]/Assign`, report);
  for (const [index, rule] of parts(state.Choices)) if (rule.Assign !== undefined) checkTemplate(rule.Assign, `${location}/Choices[${index}]/Assign`, report);
}

function checkJsonata(state: JsonObject, location: string, report: Report): void {
  for (const [name, value] of Object.entries(state)) if (!NOT_EVALUATED.has(name)) checkExpressions(value, `${location}/${name}`, report);
}

function checkTask(state: JsonObject, location: string, report: Report): void {
  if (isObject(state.Credentials) && !Object.hasOwn(state.Credentials, 'RoleArn') && !Object.hasOwn(state.Credentials, 'RoleArn.$')) {
    report.error(`${location}/Credentials`, "The field 'RoleArn' is required but was missing");
  }
  if (typeof state.HeartbeatSeconds === 'number' && typeof state.TimeoutSeconds === 'number' && state.HeartbeatSeconds >= state.TimeoutSeconds) {
    report.error(location, "The value of 'HeartbeatSeconds' must be smaller than the value of 'TimeoutSeconds'");
  }
  if (!report.isExpress || typeof state.Resource !== 'string') return;
  // The space at the end is the service's.
  const pattern = /\.(sync(?::\d+)?|waitForTaskToken)$/.exec(state.Resource)?.[1];
  if (pattern !== undefined) report.error(`${location}/Resource`, `Express state machine does not support '.${pattern}' service integration `);
  if (/:activity:/.test(state.Resource)) report.error(`${location}/Resource`, 'Express state machine does not support Activity ARN');
}

function checkErrors(state: JsonObject, language: 'JSONPath' | 'JSONata', location: string, report: Report): void {
  for (const [index, retrier] of parts(state.Retry)) {
    const place = `${location}/Retry[${index}]`;
    checkFields(retrier, RETRIER, place, report);
    checkErrorEquals(retrier, index === lengthOf(state.Retry) - 1, place, report);
    const { MaxDelaySeconds: most, IntervalSeconds: interval } = retrier;
    if (typeof most === 'number' && typeof interval === 'number' && most <= interval) {
      report.error(place, "The value of 'MaxDelaySeconds' must be greater than the value of 'IntervalSeconds'");
    }
  }
  for (const [index, catcher] of parts(state.Catch)) {
    const place = `${location}/Catch[${index}]`;
    checkFields(catcher, CATCHER[language], place, report);
    checkErrorEquals(catcher, index === lengthOf(state.Catch) - 1, place, report);
    checkRequired(catcher, ['Next'], place, report);
  }
}

function checkErrorEquals(owner: JsonObject, isLast: boolean, location: string, report: Report): void {
  checkRequired(owner, ['ErrorEquals'], location, report);
  if (!Array.isArray(owner.ErrorEquals)) return;
  for (const name of owner.ErrorEquals) if (typeof name !== 'string') report.error(`${location}/ErrorEquals`, 'Expected value of type String');
  if (!owner.ErrorEquals.includes('States.ALL')) return;
  if (owner.ErrorEquals.length > 1) report.error(`${location}/ErrorEquals`, "'States.ALL' must be the only element in the list");
  else if (!isLast) report.error(`${location}/ErrorEquals`, "'States.ALL' must be in the last entry");
}

function parts(value: Json | undefined): readonly [number, JsonObject][] {
  return Array.isArray(value) ? [...value.entries()].filter((entry): entry is [number, JsonObject] => isObject(entry[1])) : [];
}

function lengthOf(value: Json | undefined): number {
  return Array.isArray(value) ? value.length : 0;
}
