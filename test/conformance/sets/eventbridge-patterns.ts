import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Fault } from '../../../local/kernel/errors.ts';
import { Kernel } from '../../../local/kernel/kernel.ts';
import { matches, matchesText, parsePattern } from '../../../local/languages/event-pattern/index.ts';
import { eventbridge } from '../../../local/services/eventbridge/service.ts';
import type { CaseVerdict, ConformanceSet } from '../conformance-set.ts';

interface RecordedCase {
  readonly id: string;
  readonly patternText: string;
  readonly eventText: string;
  /** `code-only` where the message is not stable. */
  readonly compare?: 'code-only';
  readonly expected: {
    readonly outcome: 'match' | 'no-match' | 'error';
    readonly error?: { readonly code: string; readonly message: string; readonly messageRaw: string };
  };
}

interface Pair {
  readonly pattern: string;
  readonly event: string;
  readonly match: boolean;
}

/** What the service answered to `TestEventPattern`, and pairs of those patterns and events with what AWS's engine makes of them. */
export const eventBridgePatterns: ConformanceSet = {
  name: 'eventbridge-patterns',
  run: async (folder) => {
    const read = (file: string): unknown => JSON.parse(readFileSync(join(folder, 'visible', file), 'utf8'));
    const manifest = read('manifest.json') as { readonly cases: readonly { readonly file: string }[] };
    const cases = manifest.cases.map(({ file }) => read(file) as RecordedCase);
    const { pairs } = read('cross-ruler.json') as { readonly pairs: readonly Pair[] };
    const kernel = new Kernel({ accountId: '111111111111', region: 'us-east-1', clock: { kind: 'virtual', startMs: 0 }, seed: 0, journalCapacity: 10 });
    kernel.install(eventbridge);
    const verdicts: CaseVerdict[] = [];
    for (const one of cases) verdicts.push(await tryCase(one, kernel));
    const byId = new Map(cases.map((one) => [one.id, one]));
    return [...verdicts, ...pairs.map((pair) => tryPair(pair, byId))];
  },
};

async function tryCase({ id, patternText, eventText, compare, expected }: RecordedCase, kernel: Kernel): Promise<CaseVerdict> {
  const wanted = expected.error;
  try {
    const input = { EventPattern: patternText, Event: eventText };
    const answer = await kernel.request<{ Result?: boolean }>({ service: 'eventbridge', operation: 'TestEventPattern', input, principal: { type: 'root' } });
    const outcome = answer.Result ? 'match' : 'no-match';
    if (outcome === expected.outcome) return { id, verdict: 'passed' };
    return { id, verdict: 'failed', difference: `expected ${expected.outcome} ${wanted?.messageRaw ?? ''}\nanswered ${outcome}` };
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    // The recording put placeholders into some of the texts that messages quote; there the first line is compared.
    const isWhole = !wanted?.messageRaw.includes('<partition>');
    const message = isWhole ? error.message : error.message.split('\n')[0];
    const isSame = error.code === wanted?.code && (compare === 'code-only' || message === (isWhole ? wanted.messageRaw : wanted.message));
    if (isSame) return { id, verdict: 'passed' };
    return {
      id,
      verdict: 'failed',
      difference: `expected ${wanted?.code ?? expected.outcome} ${wanted?.messageRaw ?? ''}\nanswered ${error.code} ${error.message}`,
    };
  }
}

/** Tries a pair on the event's text and, where it has one, on its value. */
function tryPair({ pattern: patternId, event: eventId, match }: Pair, cases: ReadonlyMap<string, RecordedCase>): CaseVerdict {
  const id = `${patternId} × ${eventId}`;
  const pattern = parsePattern(cases.get(patternId)?.patternText ?? '');
  const eventText = cases.get(eventId)?.eventText ?? '';
  const answers = [matchesText(pattern, eventText), matches(pattern, JSON.parse(eventText))];
  if (answers.every((answer) => answer === match)) return { id, verdict: 'passed' };
  return { id, verdict: 'failed', difference: `expected ${match}, of the text ${answers[0]}, of the value ${answers[1]}` };
}
