import { type Condition, parseCondition } from './condition.ts';
import { FilterPatternError } from './errors.ts';

/** The fields of a space-delimited event by name. */
export interface FieldsPattern {
  readonly kind: 'fields';
  /** Names of the fields before an ellipsis; of all where there is none. */
  readonly leading: readonly string[];
  /** Names of the fields after the ellipsis; `undefined` where there is none. */
  readonly trailing: readonly string[] | undefined;
  readonly condition: Condition | undefined;
}

const PART = /((?:[^,"%]|"(?:[^"\\]|\\.)*"|%(?:[^%\\]|\\.)*%)*)(,|$)/y;

/** Parses what stands between the brackets of `[ip, user, ..., status = 4*, bytes]`. */
export function parseFields(source: string): FieldsPattern {
  const leading: string[] = [];
  let trailing: string[] | undefined;
  let condition: Condition | undefined;
  for (const part of partsOf(source)) {
    if (part === '...') {
      if (trailing) throw new FilterPatternError('An ellipsis may stand once');
      trailing = [];
      continue;
    }
    const name = /^\(*\s*([A-Za-z_][\w-]*)/.exec(part)?.[1];
    if (name === undefined) throw new FilterPatternError(`A field begins with its name, not with ${part.slice(0, 20)}`);
    if (leading.includes(name) || trailing?.includes(name)) throw new FilterPatternError(`Two fields are called ${name}`);
    (trailing ?? leading).push(name);
    if (part === name) continue;
    const asked = parseCondition(part, name);
    condition = condition ? { kind: 'and', left: condition, right: asked } : asked;
  }
  if (leading.length === 0 && !trailing?.length) throw new FilterPatternError('The brackets name no field');
  return { kind: 'fields', leading, trailing, condition };
}

function partsOf(source: string): string[] {
  const parts: string[] = [];
  PART.lastIndex = 0;
  for (;;) {
    const match = PART.exec(source);
    if (!match) throw new FilterPatternError('A quotation mark or a percent sign is not closed');
    parts.push((match[1] ?? '').trim());
    if (match[2] === '') return parts;
  }
}

const FIELD = /\[([^\]]*)\]|"((?:[^"\\]|\\.)*)"|(\S+)/g;

/** The named fields of a message: what stands in brackets or quotation marks is one. `undefined` where the message has another number of fields. */
export function fieldsOf({ leading, trailing }: FieldsPattern, message: string): Record<string, string> | undefined {
  const values = Array.from(message.matchAll(FIELD), ([, bracketed, quoted, bare]) => bracketed ?? quoted ?? bare ?? '');
  const named = leading.length + (trailing?.length ?? 0);
  if (trailing ? values.length < named : values.length !== named) return undefined;
  const fields: Record<string, string> = {};
  for (const [index, name] of leading.entries()) fields[name] = values[index] ?? '';
  const from = values.length - (trailing?.length ?? 0);
  for (const [index, name] of (trailing ?? []).entries()) fields[name] = values[from + index] ?? '';
  return fields;
}
