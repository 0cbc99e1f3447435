/** A step of a path: a member's name, an element's index, or all of them. */
type Step = string | number | '*';

interface PathStep {
  readonly kind: 'member' | 'element' | 'all';
  readonly step: Step;
}

/** Gives what a path leads to in a value; `undefined` where it leads nowhere. A path with `*` gives the list of what it leads to. */
export type JsonPath = (value: unknown) => unknown;

const STEP = /\.([^.[\]*'"\s]+)|\[(\d+)\]|\['([^']+)'\]|\[\*\]|\.\*/y;

/**
 * Compiles a path as EventBridge takes it: dots, indexes and `*`. Answers `undefined` where the text is no such path.
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
 */
export function compilePath(text: string): JsonPath | undefined {
  if (!text.startsWith('$')) return undefined;
  const steps: PathStep[] = [];
  STEP.lastIndex = 1;
  while (STEP.lastIndex < text.length) {
    const found = STEP.exec(text);
    if (!found) return undefined;
    const member = found[1] ?? found[3];
    if (member !== undefined) steps.push({ kind: 'member', step: member });
    else if (found[2] !== undefined) steps.push({ kind: 'element', step: Number(found[2]) });
    else steps.push({ kind: 'all', step: '*' });
  }
  const isList = steps.some(({ kind }) => kind === 'all');
  return (value) => {
    const found = follow([value], steps);
    if (isList) return found.length === 0 ? undefined : found;
    return found[0];
  };
}

function follow(values: readonly unknown[], steps: readonly PathStep[]): unknown[] {
  let present = [...values];
  for (const { kind, step } of steps) {
    const next: unknown[] = [];
    for (const value of present) {
      if (typeof value !== 'object' || value === null) continue;
      if (kind === 'all') next.push(...Object.values(value));
      else if (Array.isArray(value) === (kind === 'element') && Object.hasOwn(value, step)) next.push((value as Record<string | number, unknown>)[step]);
    }
    present = next;
  }
  return present;
}
