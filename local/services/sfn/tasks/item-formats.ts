import type { ItemReader, Json } from '../../../languages/states/index.ts';

/** The items of a JSON list; of an object, its members. */
export function readJsonItems(text: string): Json[] {
  const value = JSON.parse(text) as Json;
  if (Array.isArray(value)) return value;
  if (typeof value !== 'object' || value === null) throw new SyntaxError('The object is neither a list nor an object');
  return Object.entries(value).map(([Key, Value]) => ({ Key, Value }));
}

/** One item a line. */
export function readJsonLines(text: string): Json[] {
  return text
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '')
    .map((line) => JSON.parse(line) as Json);
}

const DELIMITERS: Readonly<Record<string, string>> = { COMMA: ',', PIPE: '|', SEMICOLON: ';', SPACE: ' ', TAB: '\t' };

/** Rows as objects, by the names of the first row or of the definition. */
export function readCsv(text: string, { CSVHeaderLocation, CSVHeaders, CSVDelimiter = 'COMMA' }: NonNullable<ItemReader['ReaderConfig']>): Json[] {
  const rows = rowsOf(text, DELIMITERS[CSVDelimiter] ?? ',');
  const headers = CSVHeaderLocation === 'FIRST_ROW' ? (rows.shift() ?? []) : (CSVHeaders ?? []);
  return rows.map((row) => Object.fromEntries(headers.map((header, column) => [header, row[column] ?? ''])));
}

/** Fields may be quoted; a quote inside is doubled. @see https://www.rfc-editor.org/rfc/rfc4180 */
function rowsOf(text: string, delimiter: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let field = '';
  let isQuoted = false;
  const endRow = (): void => {
    row.push(field);
    if (row.length > 1 || field !== '') rows.push(row);
    row = [];
    field = '';
  };
  for (let place = 0; place < text.length; place += 1) {
    const character = text[place] as string;
    if (isQuoted) {
      if (character !== '"') field += character;
      else if (text[place + 1] === '"') {
        field += '"';
        place += 1;
      } else isQuoted = false;
    } else if (character === '"' && field === '') isQuoted = true;
    else if (character === delimiter) {
      row.push(field);
      field = '';
    } else if (character === '\n') endRow();
    else if (character !== '\r') field += character;
  }
  endRow();
  return rows;
}
