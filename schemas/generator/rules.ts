import { createHash } from 'node:crypto';
import { isImperative, isPastTense } from './naming.ts';
import { pascalCase, type Schema, type SchemaSource, walk } from './source.ts';

/** Hash of each published schema file. A file is published once it is in the lock. */
export type Lock = Readonly<Record<string, string>>;

/** What a source breaks: the file and what is wrong. */
export interface Violation {
  readonly file: string;
  readonly message: string;
}

/** Checks all sources, each alone, against each other and against the lock. None found: they may be generated from. */
export function check(sources: readonly SchemaSource[], lock: Lock): readonly Violation[] {
  const violations: Violation[] = [];
  for (const source of sources) {
    for (const message of [...identityRules(source), ...namingRules(source), ...pathRules(source), ...formRules(source)])
      violations.push({ file: source.file, message });
  }
  return [...violations, ...lockRules(sources, lock), ...versionRules(sources), ...ownerRules(sources)];
}

/** The lock with what is new in it. What is in it stays as it is. */
export function extendLock(sources: readonly SchemaSource[], lock: Lock): Lock {
  return Object.fromEntries(sources.map((source) => [source.file, lock[source.file] ?? hashOf(source)]));
}

function hashOf({ schema }: SchemaSource): string {
  return createHash('sha256').update(canonical(schema)).digest('hex');
}

/** Layout and order of members say nothing, so they are not part of the hash. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, member: unknown) =>
    typeof member === 'object' && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  );
}

function identityRules({ schema, context, name, major, minor }: SchemaSource): readonly string[] {
  const id = `tickertape:${context}/${name}/v${major}.${minor}`;
  const messages: string[] = [];
  if (schema.$id !== id) messages.push(`$id is ${schema.$id}; by the file's name it is ${id}`);
  if (schema.title !== pascalCase(name)) messages.push(`title is ${schema.title}; by the file's name it is ${pascalCase(name)}`);
  if (!schema.description) messages.push('description is missing');
  return messages;
}

function namingRules({ schema }: SchemaSource): readonly string[] {
  const { title = '', 'x-kind': kind } = schema;
  if (kind === 'event') return isPastTense(title) ? [] : [`${title} is an event, a fact: its name ends in a past participle (OrderPlaced)`];
  if (kind === 'command') return isImperative(title) ? [] : [`${title} is a command, a request: its name begins with a verb in its base form (PlaceOrder)`];
  return [`x-kind is ${String(kind)}; it is event or command`];
}

/** Members that the summary and the keys name exist, and the summary shows nothing that is not everybody's. */
function pathRules({ schema }: SchemaSource): readonly string[] {
  const messages: string[] = [];
  const summary = schema['x-summary'];
  if (!summary || summary.includes('\n')) messages.push('x-summary is missing, or not one line');
  for (const [, path = ''] of (summary ?? '').matchAll(/\{([^}]*)\}/g)) {
    const member = memberAt(schema, path.replace(/\.length$/, ''));
    if (!member) messages.push(`x-summary names ${path}, which is no member`);
    else if (path.endsWith('.length') && member.type !== 'array') messages.push(`x-summary names ${path}, and ${path.replace(/\.length$/, '')} is no array`);
    else if (member['x-personal'] || member['x-secret']) messages.push(`x-summary shows ${path}, which is not for everybody`);
  }
  for (const keyword of ['x-key', 'x-partition-key'] as const) {
    const path = schema[keyword];
    if (path === undefined) messages.push(`${keyword} is missing`);
    else if (memberAt(schema, path)?.type !== 'string' || !schema.required?.includes(path))
      messages.push(`${keyword} names ${path}, which is no required member with text`);
  }
  return messages;
}

function memberAt(schema: Schema, path: string): Schema | undefined {
  let member: Schema | undefined = schema;
  for (const name of path.split('.')) member = member?.properties?.[name];
  return member;
}

/** One source has two forms, so it says nothing of further members; and what is required exists. */
function formRules({ schema }: SchemaSource): readonly string[] {
  const messages: string[] = [];
  if (schema.type !== 'object') messages.push('the data of an event or command is an object');
  for (const { path, schema: member } of walk(schema)) {
    if (member.additionalProperties !== undefined) messages.push(`${path || 'the schema'} sets additionalProperties: the closed and the open form are derived`);
    for (const name of member.required ?? []) if (!member.properties?.[name]) messages.push(`${path || 'the schema'} requires ${name}, which is no member`);
  }
  return messages;
}

function lockRules(sources: readonly SchemaSource[], lock: Lock): readonly Violation[] {
  const byFile = new Map(sources.map((source) => [source.file, source]));
  const violations: Violation[] = [];
  for (const [file, hash] of Object.entries(lock)) {
    const source = byFile.get(file);
    if (!source) violations.push({ file, message: 'was published and is gone' });
    else if (hashOf(source) !== hash)
      violations.push({ file, message: 'was published and is edited: a new optional member is a new minor version, anything else a new major version' });
  }
  return violations;
}

/** Minor versions follow each other, and each adds optional members and nothing else. */
function versionRules(sources: readonly SchemaSource[]): readonly Violation[] {
  const violations: Violation[] = [];
  const before = new Map<string, SchemaSource>();
  for (const source of sources) {
    const { file, context, name, major, minor } = source;
    const line = `${context}/${name}.v${major}`;
    const previous = before.get(line);
    before.set(line, source);
    if (minor !== (previous ? previous.minor + 1 : 0))
      violations.push({ file, message: `minor version ${minor} follows ${previous ? previous.minor : 'nothing'}` });
    if (major > 1 && !before.has(`${context}/${name}.v${major - 1}`)) violations.push({ file, message: `major version ${major} without ${major - 1}` });
    if (previous)
      for (const message of additions(previous.schema, source.schema, '')) violations.push({ file, message: `${message}: that is a new major version` });
  }
  return violations;
}

/** What is more than an added optional member. */
function additions(before: Schema, after: Schema, path: string): readonly string[] {
  const where = path || 'the schema';
  if (canonical(constraintsOf(before)) !== canonical(constraintsOf(after))) return [`${where} is constrained otherwise`];
  const messages: string[] = [];
  if (canonical([...(before.required ?? [])].sort()) !== canonical([...(after.required ?? [])].sort())) messages.push(`${where} requires other members`);
  for (const [name, member] of Object.entries(before.properties ?? {})) {
    const memberPath = path ? `${path}.${name}` : name;
    const now = after.properties?.[name];
    if (now) messages.push(...additions(member, now, memberPath));
    else messages.push(`${memberPath} is gone`);
  }
  if (before.items && after.items) messages.push(...additions(before.items, after.items, `${path}[]`));
  return messages;
}

function constraintsOf(schema: Schema): object {
  const {
    $id: _id,
    $schema: _schema,
    title: _title,
    description: _description,
    required: _required,
    properties: _properties,
    items,
    'x-summary': _summary,
    ...constraints
  } = schema;
  return { ...constraints, hasItems: items !== undefined };
}

/** A type has one name everywhere, so it belongs to one context. */
function ownerRules(sources: readonly SchemaSource[]): readonly Violation[] {
  const owners = new Map<string, string>();
  const violations: Violation[] = [];
  for (const { file, name, context } of sources) {
    const owner = owners.get(name) ?? context;
    owners.set(name, owner);
    if (owner !== context) violations.push({ file, message: `${pascalCase(name)} belongs to ${owner} already` });
  }
  return violations;
}
