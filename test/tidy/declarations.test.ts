import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

const LINES_MAX = 60;

const sources = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*.ts'], { encoding: 'utf8' })
  .trim()
  .split('\n')
  .filter(
    (path) =>
      existsSync(path) && /^(schemas|functions|infra|local|simulator|operations|cli|console|docs|bench)\//.test(path) && !path.startsWith('schemas/generated/'),
  )
  .map((path) => ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true));

const placeOf = (node: ts.Node, source: ts.SourceFile): string => `${source.fileName}:${source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1}`;

function isExported(node: ts.Node): boolean {
  return ts.canHaveModifiers(node) && (ts.getModifiers(node) ?? []).some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);
}

/** Functions that have more lines than `LINES_MAX`. */
function longFunctions(source: ts.SourceFile): string[] {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionLike(node) && 'body' in node && node.body) {
      const from = source.getLineAndCharacterOfPosition(node.getStart(source)).line;
      const lines = source.getLineAndCharacterOfPosition(node.end).line - from + 1;
      if (lines > LINES_MAX) found.push(`${placeOf(node, source)} (${lines} lines)`);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** Exported declarations without a comment that says what they are. */
function undescribed(source: ts.SourceFile): string[] {
  return source.statements
    .filter((node) => isExported(node) && ts.getJSDocCommentsAndTags(node).length === 0)
    .map((node) => `${placeOf(node, source)} ${node.getText(source).split('\n')[0]?.slice(0, 80)}`);
}

describe('the declarations of what ships', () => {
  it('are functions of at most 60 lines', () => {
    expect(sources.flatMap(longFunctions)).toEqual([]);
  });

  it('say what they are, where they are exported to whoever builds on them', () => {
    const built = sources.filter(({ fileName }) => /^(schemas|functions|infra|local\/(kernel|http|[a-z-]+\.ts)|docs|bench)\b/.test(fileName));
    expect(built.length).toBeGreaterThan(100);
    expect(built.flatMap(undescribed)).toEqual([]);
  });
});
