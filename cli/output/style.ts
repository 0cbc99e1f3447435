import { styleText } from 'node:util';
import { marked } from './printable.ts';

type Style = Parameters<typeof styleText>[0];

/** When to colour. `auto`: on a terminal, and not where NO_COLOR is set. */
export type ColourMode = 'auto' | 'always' | 'never';

let mode: ColourMode = 'auto';

/** Set once, from `--color`, before a command prints. */
export function setColourMode(chosen: ColourMode): void {
  mode = chosen;
}

function isColoured(): boolean {
  if (mode !== 'auto') return mode === 'always';
  if (process.env['NO_COLOR']) return false;
  return process.stdout.isTTY === true || process.env['FORCE_COLOR'] !== undefined;
}

/** What stands in a style's place for text: the sequences around it are ours, what the text brings is not. */
const BETWEEN = '|';

/** Text in a style of the 16 terminal colours, or plain where colour is not wanted. */
export function styled(style: Style, text: string): string {
  if (!isColoured()) return text;
  const [open = '', close = ''] = styleText(style, BETWEEN, { validateStream: false } as never).split(BETWEEN);
  return marked(open) + text + marked(close);
}

/** The states of an event at a consumer: each has a glyph and a word beside its colour. */
export type FlowState = 'waiting' | 'running' | 'done' | 'retrying' | 'failed' | 'dead';

const STATES: Readonly<Record<FlowState, { readonly glyph: string; readonly word: string; readonly style: Style }>> = {
  waiting: { glyph: '◌', word: 'waiting', style: 'gray' },
  running: { glyph: '◐', word: 'running', style: 'blue' },
  done: { glyph: '●', word: 'done', style: 'green' },
  retrying: { glyph: '▲', word: 'retrying', style: 'yellow' },
  failed: { glyph: '■', word: 'failed', style: 'red' },
  dead: { glyph: '◆', word: 'in DLQ', style: 'magenta' },
};

export function stateLabel(state: FlowState, note = ''): string {
  const { glyph, word, style } = STATES[state];
  return styled(style, `${glyph} ${word}${note}`);
}
