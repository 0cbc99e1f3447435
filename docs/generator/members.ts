import type { SourceFile } from './sources.ts';

/** An operation that takes some members of its input and refuses the others by name. */
export interface TakenMembers {
  readonly operation: string;
  readonly members: readonly string[];
}

const CALL = /refuseAllBut\(\s*(\[[^\]]*\]|\w+),\s*input,\s*\{ operation: '(\w+)'/g;

/** What each `refuseAllBut` over a whole input lets through, by operation. */
export function takenMembersOf(files: readonly SourceFile[]): TakenMembers[] {
  const found = files.flatMap((file) =>
    [...file.text.matchAll(CALL)].map(({ 1: list = '', 2: operation = '', index }) => ({ operation, members: namesIn(list, { file, index, files }) })),
  );
  return found.sort((a, b) => (a.operation < b.operation ? -1 : 1));
}

interface Place {
  readonly file: SourceFile;
  readonly index: number;
  readonly files: readonly SourceFile[];
}

/** Names in the text of a list, those of lists that it spreads included; or in the list that a name stands for. */
function namesIn(list: string, place: Place): string[] {
  if (!list.startsWith('[')) return namesIn(listNamed(list, place), place);
  return [...list.matchAll(/'(\w+)'|\.\.\.(\w+)/g)].flatMap(([, name, spread]) => (name ? [name] : namesIn(spread as string, place)));
}

/** The list of that name: the last one before the place, or else anywhere in the service. */
function listNamed(name: string, { file, index, files }: Place): string {
  const definition = new RegExp(`const ${name}\\b[^=]*= (\\[[^\\]]*\\])`, 'g');
  const before = [...file.text.slice(0, index).matchAll(definition)].at(-1);
  const found = before ?? files.flatMap(({ text }) => [...text.matchAll(definition)])[0];
  if (!found?.[1]) throw new Error(`${file.path}: what ${name} lists is not to be seen`);
  return found[1];
}
