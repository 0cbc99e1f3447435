import { type CollectionTag, parseDocument, type ScalarTag, YAMLMap, YAMLSeq } from 'yaml';
import { UserError } from '../../kernel/errors.ts';

/** The short forms of the intrinsic functions, each by the name that its long form has. */
const FUNCTIONS = [
  'And',
  'Base64',
  'Cidr',
  'Equals',
  'FindInMap',
  'ForEach',
  'GetAtt',
  'GetAZs',
  'If',
  'ImportValue',
  'Join',
  'Length',
  'Not',
  'Or',
  'Select',
  'Split',
  'Sub',
  'ToJsonString',
  'Transform',
];

/** A text of aliases of aliases would grow without bound. */
const ALIASES_MAX = 100;

const longNameOf = (name: string): string => (name === 'Ref' || name === 'Condition' ? name : `Fn::${name}`);

/** `!GetAtt Queue.Arn` names the resource before the first dot; all other scalars stand as they are. */
const argumentOf = (name: string, text: string): unknown => {
  const dot = text.indexOf('.');
  return name === 'GetAtt' && dot > 0 ? [text.slice(0, dot), text.slice(dot + 1)] : text;
};

const TAGS = ['Ref', 'Condition', ...FUNCTIONS].flatMap((name): (ScalarTag | CollectionTag)[] => {
  const tag = `!${name}`;
  const wrap = (argument: unknown) => ({ [longNameOf(name)]: argument });
  return [
    { tag, resolve: (text: string) => wrap(argumentOf(name, text)) },
    { tag, collection: 'seq', nodeClass: wrapping(YAMLSeq, wrap) },
    { tag, collection: 'map', nodeClass: wrapping(YAMLMap, wrap) },
  ];
});

/** A collection that is the argument of an intrinsic function. */
function wrapping(Base: typeof YAMLSeq | typeof YAMLMap, wrap: (argument: unknown) => unknown): NonNullable<CollectionTag['nodeClass']> {
  class Argument extends (Base as typeof YAMLSeq) {
    override toJSON(...context: Parameters<YAMLSeq['toJSON']>): unknown[] {
      return wrap(super.toJSON(...context)) as unknown[];
    }
  }
  return Argument as unknown as NonNullable<CollectionTag['nodeClass']>;
}

/**
 * Reads the text of a template, JSON or YAML with the short forms of the intrinsic functions.
 * @throws UserError in CloudFormation's words where it is neither
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-formats.html
 */
export function readTemplateText(text: string): Record<string, unknown> {
  const source = text.trimStart().startsWith('{') ? readJson(text) : readYaml(text);
  if (typeof source !== 'object' || source === null || Array.isArray(source)) throw new UserError('Template format error: unsupported structure.');
  return source as Record<string, unknown>;
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new UserError('Template format error: JSON not well-formed.', { cause });
  }
}

const isTimestamp = (tag: unknown): boolean => typeof tag === 'object' && (tag as ScalarTag).tag === 'tag:yaml.org,2002:timestamp';

function readYaml(text: string): unknown {
  // As YAML 1.1 reads them, save that a date stays the text it is: `Version: 2012-10-17`.
  const document = parseDocument(text, { version: '1.1', customTags: (tags) => [...tags.filter((tag) => !isTimestamp(tag)), ...TAGS] });
  const [problem] = [...document.errors, ...document.warnings];
  if (problem) {
    const at = problem.linePos?.[0];
    const where = at ? ` (line ${at.line}, column ${at.col})` : '';
    throw new UserError(`Template format error: YAML not well-formed.${where}`, { cause: problem });
  }
  try {
    return document.toJS({ maxAliasCount: ALIASES_MAX });
  } catch (cause) {
    throw new UserError('Template format error: YAML not well-formed.', { cause });
  }
}
