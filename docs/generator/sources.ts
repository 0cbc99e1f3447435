import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** One TypeScript file. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/** All TypeScript files below a folder, by path. */
export function sourcesBelow(folder: string): SourceFile[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .map((path) => ({ path, text: readFileSync(path, 'utf8') }));
}

/** A known difference from AWS: what it is about, where it is written, and what it is. */
export interface Difference {
  readonly subject: string;
  readonly path: string;
  readonly text: string;
}

const COMMENT = /\/\*\*([\s\S]*?)\*\/|((?:^[ \t]*\/\/.*\n)+)/gm;
const MARK = 'Differs from AWS';
/** A difference that leans on the sentence before it. */
const LEANING = /^(?:it|one|such|they)\b/;
const DECLARATION = /^\s*(?:export\s+)?(?:async\s+)?(?:abstract\s+)?(?:function|const|class|interface)\s+(\w+)/;

/** Every comment of `files` that says `Differs from AWS: …`, or `Differs from AWS, which …`; the latter with the sentence that it ends. */
export function differencesOf(files: readonly SourceFile[]): Difference[] {
  return files.flatMap(({ path, text }) =>
    [...text.matchAll(COMMENT)].flatMap((found) => {
      const difference = differenceIn(proseOf(found[1] ?? found[2] ?? ''));
      if (difference === undefined) return [];
      const subject = DECLARATION.exec(text.slice(found.index + found[0].length))?.[1] ?? '';
      return [{ subject, path, text: difference }];
    }),
  );
}

/** A comment without its frame and without its tags. */
function proseOf(comment: string): string {
  const lines = comment.split('\n').map((line) => line.replace(/^\s*(?:\*|\/\/)\s?/, '').trim());
  const tag = lines.findIndex((line) => line.startsWith('@'));
  return (tag === -1 ? lines : lines.slice(0, tag)).join(' ').replace(/\s+/g, ' ').trim();
}

function differenceIn(prose: string): string | undefined {
  const at = prose.indexOf(MARK);
  if (at === -1) return undefined;
  if (prose[at + MARK.length] !== ':') return prose;
  const difference = prose.slice(at + MARK.length + 1).trim();
  if (!LEANING.test(difference)) return difference;
  const [before = ''] = /[^.]*\.\s*$/.exec(prose.slice(0, at)) ?? [];
  return `${before.trim()} ${difference.charAt(0).toUpperCase()}${difference.slice(1)}`.trim();
}

const REFUSAL = /new NotEmulated\(\s*(['`])((?:(?!\1).)*)\1/g;

/** What the code refuses by name with `NotEmulated`, besides the operations, resource types and properties that no table lists. Values stand as `…`. */
export function refusalsOf(files: readonly SourceFile[]): string[] {
  const found = files.flatMap(({ text }) => [...text.matchAll(REFUSAL)].map(([, , what = '']) => what.replace(/\$\{[^}]*\}/g, '…')));
  return [...new Set(found)].sort();
}

/** Names of the members of an object literal that begins with `opening`, as the formatter writes them: one a line. */
export function membersAfter(opening: string, { path, text }: SourceFile): string[] {
  const start = text.indexOf(opening);
  if (start === -1) throw new Error(`${path} has no ${opening}`);
  const indent = /^ */.exec(text.slice(text.lastIndexOf('\n', start) + 1))?.[0] ?? '';
  const end = text.indexOf(`\n${indent}}`, start);
  const lines = text.slice(text.indexOf('\n', start), end).split('\n');
  return lines.flatMap((line) => {
    const name = new RegExp(`^${indent} {2}(?:'([^']+)'|(\\w+))[:,]`).exec(line);
    return name ? [(name[1] ?? name[2]) as string] : [];
  });
}
