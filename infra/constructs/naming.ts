import type { IConstruct } from 'constructs';

/** Everything of this system that has a name of its own begins with it. */
export const SYSTEM = 'tickertape';

/** Longest name that a function takes; a queue takes 80. @see https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html */
const NAME_LENGTH_MAX = 64;

const NAME = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;

const takenByApp = new WeakMap<IConstruct, Map<string, string>>();

/**
 * Physical name of something that operators meet: `tickertape-<name>`. Two of one kind in one app are refused at synth instead of at deploy.
 * @throws where the name is not lower-case words with dashes, is too long, or is taken
 */
export function physicalName(scope: IConstruct, { kind, name }: { readonly kind: string; readonly name: string }): string {
  if (!NAME.test(name)) throw new Error(`The ${kind} name '${name}' is not lower-case words joined by dashes, such as 'payments-refund'`);
  const full = `${SYSTEM}-${name}`;
  if (full.length > NAME_LENGTH_MAX)
    throw new Error(`The ${kind} name '${name}' is too long: with '${SYSTEM}-' it has ${full.length} characters, and ${NAME_LENGTH_MAX} are allowed`);
  const root = scope.node.root;
  const taken = takenByApp.get(root) ?? new Map<string, string>();
  takenByApp.set(root, taken);
  const other = taken.get(`${kind} ${name}`);
  if (other !== undefined)
    throw new Error(`There is a ${kind} '${name}' already, at ${other}. A ${kind} has one name in the whole system; choose another at ${scope.node.path}`);
  taken.set(`${kind} ${name}`, scope.node.path);
  return full;
}
