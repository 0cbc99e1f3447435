import type { Json, JsonObject } from '../../../languages/states/index.ts';
import { validationException } from '../errors.ts';

/** Members that a context object may be given, and what each has to be. @see https://docs.aws.amazon.com/step-functions/latest/dg/input-output-contextobject.html */
const MEMBERS: Readonly<Record<string, Readonly<Record<string, 'string' | 'number' | 'any'>>>> = {
  Execution: { Id: 'string', Input: 'any', Name: 'string', RoleArn: 'string', StartTime: 'string', RedriveCount: 'number', RedriveTime: 'string' },
  StateMachine: { Id: 'string', Name: 'string' },
  State: { EnteredTime: 'string', Name: 'string', RetryCount: 'number' },
  Task: { Token: 'string' },
};

const invalid = (reason: string) => validationException(`Invalid Context object provided: ${reason}`);

/** Reads the context object that a state is tried with. Recorded. */
export function readContext(text: string | undefined): JsonObject | undefined {
  if (text === undefined) return undefined;
  const context = parsed(text);
  for (const [section, members] of Object.entries(context)) {
    if (section === 'Map') throw invalid("'Map' field is not supported when mocking a Context object");
    const known = MEMBERS[section];
    if (!known) throw invalid(`Field '${section}' is not allowed`);
    if (typeof members !== 'object' || members === null || Array.isArray(members)) throw invalid(`${section} must be an object`);
    for (const [name, value] of Object.entries(members)) {
      const type = known[name];
      if (type === undefined) throw invalid(`Field '${name}' is not allowed`);
      if (type !== 'any' && typeof value !== type) throw invalid(`${section}.${name} must be a ${type}`);
    }
  }
  return context;
}

function parsed(text: string): JsonObject {
  try {
    const value = JSON.parse(text) as Json;
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  } catch {
    throw invalid('it is not valid JSON');
  }
  throw invalid('it must be an object');
}
