/** One thing that is wrong with data, and where: a JSON Pointer into the data, empty for the whole. */
export interface SchemaProblem {
  readonly path: string;
  readonly message: string;
}

/** Data does not conform to its schema. It never will: nothing is gained by a retry. */
export class SchemaInvalid extends Error {
  readonly dataschema: string;
  readonly problems: readonly SchemaProblem[];

  constructor(dataschema: string, problems: readonly SchemaProblem[]) {
    super(`Not ${dataschema}: ${problems.map(({ path, message }) => `${path || '/'} ${message}`).join('; ')}`);
    this.name = 'SchemaInvalid';
    this.dataschema = dataschema;
    this.problems = problems;
  }
}

/** An error as ajv's standalone code reports it. */
interface AjvError {
  readonly instancePath: string;
  readonly message?: string;
  readonly keyword: string;
  readonly params?: Readonly<Record<string, unknown>>;
}

/** A function that ajv generated. */
export interface AjvCheck {
  (data: unknown): boolean;
  errors?: readonly AjvError[] | null;
}

/** Reads ajv's errors as problems. A missing member is named by its path, which ajv leaves to the parameters. */
export function problemsOf(check: AjvCheck, data: unknown): readonly SchemaProblem[] {
  if (check(data)) return [];
  return (check.errors ?? []).map(({ instancePath, message, keyword, params }) => {
    if (keyword === 'required') return { path: `${instancePath}/${params?.['missingProperty']}`, message: 'is missing' };
    return { path: instancePath, message: message ?? keyword };
  });
}

/** Length in Unicode code points, as JSON Schema counts `minLength` and `maxLength`. */
export function codePointCount(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

/** The members that a schema knows: a tree of names with `0` at its leaves. An array has the tree of its elements. */
export type MemberTree = number | { readonly [name: string]: MemberTree };

/** Members that a schema does not know. With them the open form becomes the closed one: `additionalProperties: false` in every object. */
export function unknownMembers(known: MemberTree, data: unknown, path = ''): readonly SchemaProblem[] {
  if (typeof known === 'number' || typeof data !== 'object' || data === null) return [];
  if (Array.isArray(data)) return data.flatMap((element, index) => unknownMembers(known, element, `${path}/${index}`));
  return Object.entries(data).flatMap(([name, member]) => {
    const memberPath = `${path}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    return Object.hasOwn(known, name) ? unknownMembers(known[name] ?? 0, member, memberPath) : [{ path: memberPath, message: 'is not a known member' }];
  });
}
