import type { Answer } from './answer.ts';

const REFERENCE = /\$\{(\d+):([^}]*)\}/g;
const WHOLE = /^\$\{(\d+):([^}]*)\}$/;

/** The answers so far, by step. */
export type Answers = ReadonlyMap<number, Answer>;

/** A reference names a part that an answer does not have: whoever asked may wait and ask again. */
export class MissingReference extends Error {
  readonly step: number;

  constructor(step: number, path: string) {
    super(`the answer to step ${step} has no ${path}`);
    this.step = step;
  }
}

/** `value` with its references replaced by what they stand for. Throws `MissingReference`. */
export function resolveReferences(value: unknown, answers: Answers): unknown {
  if (typeof value === 'string') return resolveText(value, answers);
  if (Array.isArray(value)) return value.map((item) => resolveReferences(item, answers));
  if (typeof value !== 'object' || value === null) return value;
  const members = value as Record<string, unknown>;
  const call = members['$call'];
  if (typeof call === 'number') return answers.get(call)?.body;
  return Object.fromEntries(Object.entries(members).map(([name, member]) => [name, resolveReferences(member, answers)]));
}

/** The steps whose answers `value` needs, each with the paths that it takes from them. */
export function referencesOf(value: unknown): { readonly step: number; readonly path: string }[] {
  return [...(JSON.stringify(value) ?? '').matchAll(REFERENCE)].map(([, step, path]) => ({ step: Number(step), path: path ?? '' }));
}

/** Whether an answer has what a path names. */
export function hasPath(answer: Answer, path: string): boolean {
  return path === 'ERR' ? answer.errorText !== undefined : at(answer.body, path) !== undefined;
}

/** A reference inside JSON text, as the recorder left it there: `«1:Attributes.TopicArn»`, its quotation marks escaped or not. */
const INNER_REFERENCE = /(?:«|\\u00ab)(\d+:[^»\\"]*)(?:»|\\u00bb)/g;

function resolveText(written: string, answers: Answers): unknown {
  const text = written.replace(INNER_REFERENCE, (_match, reference: string) => `\${${reference}}`);
  const whole = WHOLE.exec(text);
  if (whole) return lookUp(answers, Number(whole[1]), whole[2] ?? '');
  return text.replace(/FakeErr\('(.*)'\)/s, '$1').replace(REFERENCE, (_match, step: string, path: string) => {
    const found = lookUp(answers, Number(step), path);
    return typeof found === 'string' ? found : JSON.stringify(found);
  });
}

function lookUp(answers: Answers, step: number, path: string): unknown {
  const answer = answers.get(step);
  const found = path === 'ERR' ? answer?.errorText : at(answer?.body, path);
  if (found === undefined) throw new MissingReference(step, path);
  return found;
}

/** Walks a path; `name|json` is the value that the text there spells. A name may hold dots: the longest that fits is taken. */
function at(value: unknown, path: string): unknown {
  if (path === '') return value;
  const parts = path.split('.');
  for (let length = parts.length; length > 0; length -= 1) {
    const head = parts.slice(0, length).join('.');
    const isJson = head.endsWith('|json');
    const found = (value as Record<string, unknown> | null | undefined)?.[isJson ? head.slice(0, -'|json'.length) : head];
    if (found === undefined) continue;
    const inner = isJson && typeof found === 'string' ? JSON.parse(found) : found;
    return at(inner, parts.slice(length).join('.'));
  }
  return undefined;
}
