/** Where a reference leads: the names of members below a variable of the machine. */
const PATH = Symbol('path');

/** What can be said of a value at synth: a reference to what will be known when the machine runs, or a constant. */
interface Reference {
  readonly [PATH]: readonly string[];
}

/**
 * Stands for a value that is known only when the machine runs: whichever member is read, it answers with a reference to it. It can be passed on, and nothing else: to compute with it would compute at
 * synth.
 * @param variable the machine's variable, without `$`
 */
export function referTo<T>(variable: string): T {
  return referenceTo([variable]) as T;
}

function referenceTo(path: readonly string[]): object {
  return new Proxy(Object.freeze({}), {
    get: (_, name) => {
      if (name === PATH) return path;
      if (typeof name === 'symbol')
        throw new Error(`${path.join('.')} is known only when the saga runs: pass it on as it is, and compute with it in the participant`);
      return referenceTo([...path, name]);
    },
  });
}

/** The path of a function that picks one member: `(order) => order.orderId` gives `['orderId']`. @throws where it does anything else */
export function pathOf<T>(pick: (input: T) => unknown, purpose: string): readonly string[] {
  const path = pathIn(pick(referTo<T>('input')));
  if (path === undefined || path.length < 2) throw new Error(`${purpose} picks a member: (input) => input.orderId`);
  return path.slice(1);
}

const pathIn = (value: unknown): readonly string[] | undefined =>
  typeof value === 'object' && value !== null ? (value as Partial<Reference>)[PATH] : undefined;

/** Writes a value made of references and constants as JSONata. What a reference does not find is left out. */
export function jsonata(value: unknown): string {
  const path = pathIn(value);
  if (path) return `$${path.map((name, index) => (index === 0 ? name : `\`${name}\``)).join('.')}`;
  if (Array.isArray(value)) return `[${value.map(jsonata).join(', ')}]`;
  if (typeof value === 'object' && value !== null)
    return `{${Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .map(([name, member]) => `${JSON.stringify(name)}: ${jsonata(member)}`)
      .join(', ')}}`;
  if (typeof value === 'string' || typeof value === 'boolean' || value === null || (typeof value === 'number' && Number.isFinite(value)))
    return JSON.stringify(value);
  throw new Error(`A command is made of references and constants; ${typeof value} is neither`);
}
