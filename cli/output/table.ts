import { widthOf } from './printable.ts';

/** A column: its head in capitals, how a row fills it, and on which side numbers stand. */
export interface Column<Row> {
  readonly head: string;
  readonly text: (row: Row) => string;
  readonly align?: 'left' | 'right';
}

function pad(text: string, size: number, align: 'left' | 'right'): string {
  const space = ' '.repeat(Math.max(0, size - widthOf(text)));
  return align === 'right' ? space + text : text + space;
}

/** Lines of a table without borders, two spaces between columns. Nothing is cut: a pipe gets whole ids. */
export function tableLines<Row>(rows: readonly Row[], columns: readonly Column<Row>[]): string[] {
  const cells = rows.map((row) => columns.map((column) => column.text(row)));
  const widths = columns.map((column, index) => Math.max(widthOf(column.head), ...cells.map((line) => widthOf(line[index] ?? ''))));
  const line = (texts: readonly string[]): string =>
    texts
      .map((text, index) => pad(text, widths[index] ?? 0, columns[index]?.align ?? 'left'))
      .join('  ')
      .trimEnd();
  return [line(columns.map((column) => column.head)), ...cells.map(line)];
}
