import { compilePath, type JsonPath } from './json-path.ts';

/** What `<aws.pipes.…>` stands for, besides the event. */
export interface PipeSurroundings {
  readonly pipeArn: string;
  readonly pipeName: string;
  readonly sourceArn: string;
  readonly enrichmentArn: string;
  readonly targetArn: string;
  /** ISO 8601. */
  readonly ingestionTime: string;
}

/** Makes the text for a target or an enrichment out of one event. */
export type PipeTemplate = (event: unknown, surroundings: PipeSurroundings) => string;

type Piece = string | { readonly value: (event: unknown, surroundings: PipeSurroundings) => unknown; readonly isQuoted: boolean };

const PLACEHOLDER = /<(\$[^<>]*|aws\.pipes\.[A-Za-z.-]+)>/g;

/** @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-input-transformation.html#input-transform-reserved */
const RESERVED: Readonly<Record<string, (event: unknown, surroundings: PipeSurroundings) => unknown>> = {
  'aws.pipes.pipe-arn': (_, { pipeArn }) => pipeArn,
  'aws.pipes.pipe-name': (_, { pipeName }) => pipeName,
  'aws.pipes.source-arn': (_, { sourceArn }) => sourceArn,
  'aws.pipes.enrichment-arn': (_, { enrichmentArn }) => enrichmentArn,
  'aws.pipes.target-arn': (_, { targetArn }) => targetArn,
  'aws.pipes.event.ingestion-time': (_, { ingestionTime }) => ingestionTime,
  'aws.pipes.event': (event) => event,
  'aws.pipes.event.json': (event) => event,
};

/**
 * Compiles an input template of a pipe: paths stand in it themselves (`<$.body.orderId>`). In a template that is JSON, one on its own becomes a JSON value,
 * one between quotes a part of the string; in any other, text. What is absent is an empty string. Answers the text that is no path or reserved name where there is such.
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-input-transformation.html
 */
export function compilePipeTemplate(template: string): PipeTemplate | { readonly invalid: string } {
  const pieces: Piece[] = [];
  let end = 0;
  let isQuoted = false;
  for (const found of template.matchAll(PLACEHOLDER)) {
    const name = found[1] ?? '';
    const text = template.slice(end, found.index);
    end = found.index + found[0].length;
    isQuoted = isQuotedAfter(text, isQuoted);
    const value = name.startsWith('$') ? pathOf(name) : Object.hasOwn(RESERVED, name) ? RESERVED[name] : undefined;
    if (!value) return { invalid: name };
    pieces.push(text, { value, isQuoted });
  }
  pieces.push(template.slice(end));
  const isJson = /^\s*[{["]/.test(template);
  const written = ({ value, isQuoted }: Exclude<Piece, string>, event: unknown, surroundings: PipeSurroundings): string => {
    const found = value(event, surroundings);
    if (!isJson) return asText(found);
    return isQuoted ? insideString(found) : asValue(found);
  };
  return (event, surroundings) => pieces.map((piece) => (typeof piece === 'string' ? piece : written(piece, event, surroundings))).join('');
}

function pathOf(text: string): ((event: unknown) => unknown) | undefined {
  const path = compilePath(text);
  return path && ((event) => path(withParsed(event)));
}

/** A path as a parameter of a target has it; `undefined` where the text is no path, and stands for itself. */
export function compileParameter(text: string): JsonPath | undefined {
  return text.startsWith('$.') ? pathOf(text) : undefined;
}

/** Parsed once for each event, however many paths lead into it. */
const parsedEvents = new WeakMap<object, unknown>();

/**
 * The event with the text of its body as JSON, where it is JSON.
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-input-transformation.html#input-transform-implicit
 */
function withParsed(event: unknown): unknown {
  if (typeof event !== 'object' || event === null || !('body' in event) || typeof event.body !== 'string') return event;
  let parsed = parsedEvents.get(event);
  if (parsed === undefined) {
    parsed = { ...event, body: parse(event.body) };
    parsedEvents.set(event, parsed);
  }
  return parsed;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text; // no JSON: it is a string
  }
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

/** In a template that is no JSON a string stands as it is, anything else as JSON. */
function asText(value: unknown): string {
  if (value === undefined) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Within a string an array or object stands with its quotes escaped, a string without its own. */
function insideString(value: unknown): string {
  if (value === undefined) return '';
  return JSON.stringify(typeof value === 'string' ? value : JSON.stringify(value)).slice(1, -1);
}
