import { compilePath, type JsonPath } from './json-path.ts';

/** What `<aws.events.…>` stands for, besides the event. */
export interface Surroundings {
  readonly ruleArn: string;
  readonly ruleName: string;
  /** ISO 8601. */
  readonly ingestionTime: string;
}

/** Makes the text for a target out of an event. Throws `TemplateOutputError` where a template that promises JSON does not give it. */
export type InputTransformer = (event: Readonly<Record<string, unknown>>, surroundings: Surroundings) => string;

/** A transformer that is not valid: `placeholder` or `path` says what of it. */
export class TransformerError extends Error {
  readonly what: { readonly kind: 'placeholder' | 'path' | 'reserved'; readonly text: string };

  constructor(what: TransformerError['what']) {
    super(`Not a valid ${what.kind}: ${what.text}`);
    this.name = 'TransformerError';
    this.what = what;
  }
}

/** A template gave no valid JSON for this event. */
export class TemplateOutputError extends Error {
  constructor(options: { cause: unknown }) {
    super('The input template did not give valid JSON for this event', options);
    this.name = 'TemplateOutputError';
  }
}

/** A piece of a template: text, or a value to be put in its place. */
type Piece = string | { readonly value: (event: Readonly<Record<string, unknown>>, surroundings: Surroundings) => unknown; readonly isQuoted: boolean };

const PLACEHOLDER = /<([A-Za-z0-9_.-]+)>/g;

/** @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html#eb-transform-input-predefined */
const RESERVED: Readonly<Record<string, (event: Readonly<Record<string, unknown>>, surroundings: Surroundings) => unknown>> = {
  'aws.events.rule-arn': (_, { ruleArn }) => ruleArn,
  'aws.events.rule-name': (_, { ruleName }) => ruleName,
  'aws.events.event.ingestion-time': (_, { ingestionTime }) => ingestionTime,
  'aws.events.event.json': (event) => event,
  'aws.events.event': (event, { ingestionTime }) => ({
    id: event['id'],
    account: event['account'],
    detailType: event['detail-type'],
    time: ingestionTime,
    source: event['source'],
    region: event['region'],
    resources: event['resources'],
    version: event['version'],
  }),
};

/**
 * Compiles an input transformer. A placeholder on its own becomes a JSON value, one between quotes becomes part of the string; what is absent from the
 * event becomes an empty string. Throws `TransformerError` for a path that is none, an unknown placeholder, and a reserved name.
 */
export function compileTransformer(paths: Readonly<Record<string, string>>, template: string): InputTransformer {
  const compiled = new Map<string, JsonPath>();
  for (const [name, text] of Object.entries(paths)) {
    const path = compilePath(text);
    if (!path) throw new TransformerError({ kind: 'path', text });
    if (/^aws/i.test(name)) throw new TransformerError({ kind: 'reserved', text: name });
    compiled.set(name, path);
  }
  const pieces = cutTemplate(template, compiled);
  const promisesJson = /^\s*[{[]/.test(template);
  return (event, surroundings) => {
    let text = '';
    for (const piece of pieces) {
      if (typeof piece === 'string') text += piece;
      else text += piece.isQuoted ? insideString(piece.value(event, surroundings)) : asValue(piece.value(event, surroundings));
    }
    if (promisesJson) checkJson(text);
    return text;
  };
}

function cutTemplate(template: string, paths: ReadonlyMap<string, JsonPath>): Piece[] {
  const pieces: Piece[] = [];
  let end = 0;
  let isQuoted = false;
  for (const found of template.matchAll(PLACEHOLDER)) {
    const name = found[1] ?? '';
    const text = template.slice(end, found.index);
    end = found.index + found[0].length;
    isQuoted = isQuotedAfter(text, isQuoted);
    const path = paths.get(name);
    const value = path ? (event: Readonly<Record<string, unknown>>) => path(event) : Object.hasOwn(RESERVED, name) ? RESERVED[name] : undefined;
    if (!value) throw new TransformerError({ kind: 'placeholder', text: name });
    pieces.push(text, { value, isQuoted });
  }
  pieces.push(template.slice(end));
  return pieces;
}

function isQuotedAfter(text: string, wasQuoted: boolean): boolean {
  let isQuoted = wasQuoted;
  for (let index = 0; index < text.length; index += 1) {
    if (text[index] === '\\' && isQuoted) index += 1;
    else if (text[index] === '"') isQuoted = !isQuoted;
  }
  return isQuoted;
}

function asValue(value: unknown): string {
  return value === undefined ? '""' : JSON.stringify(value);
}

/** Within a string an array or object stands without its quotes: `[ACTIVE,INACTIVE]`. */
function insideString(value: unknown): string {
  if (value === undefined) return '';
  const text = JSON.stringify(value);
  return typeof value === 'string' ? text.slice(1, -1) : text.replaceAll('"', '');
}

function checkJson(text: string): void {
  try {
    JSON.parse(text);
  } catch (error) {
    throw new TemplateOutputError({ cause: error });
  }
}
