import { Fault, NotEmulated } from '../../../kernel/errors.ts';
import { enrich } from './enrichment.ts';
import { type BatchOutcome, meter, type PipeLine, type SourceEvent } from './line.ts';
import { callTarget, type TargetAnswer } from './target.ts';

const NONE: ReadonlySet<string> = new Set();

/**
 * The way of one batch of filtered events through the pipe.
 *
 *     events ─▶ enrichment ─▶ target
 *
 * What fails on it comes again, as the source has it: the whole batch where the enrichment fails, or the target as a whole; else the events that the
 * target did not take, or that its answer names.
 */
export async function runBatch(line: PipeLine, events: readonly SourceEvent[], { isOrdered }: { readonly isOrdered: boolean }): Promise<BatchOutcome> {
  const { kernel, pipe } = line;
  const ids = new Set(events.map(({ id }) => id));
  const { Source: source, Target: target } = pipe.settings;
  const sequence = kernel.journal.append({ service: 'pipes', kind: 'batch-started', arn: pipe.arn, detail: { source, target, records: [...ids] } });
  meter(line, 'Invocations', 1);
  meter(line, 'EventCount', events.length);
  const outcome = await attempt(line, events, { ids, isOrdered, sequence });
  if (outcome.failed.size > 0) {
    meter(line, outcome.failed.size === ids.size ? 'ExecutionFailed' : 'ExecutionPartiallyFailed', 1);
    const detail = { source, target, failed: [...outcome.failed], records: ids.size, reason: outcome.reason };
    kernel.journal.append({ service: 'pipes', kind: 'batch-failed-items', arn: pipe.arn, cause: sequence, detail });
  }
  return outcome;
}

async function attempt(
  line: PipeLine,
  events: readonly SourceEvent[],
  { ids, isOrdered, sequence }: { readonly ids: ReadonlySet<string>; readonly isOrdered: boolean; readonly sequence: number },
): Promise<BatchOutcome> {
  try {
    const enriched = await enrich(
      line,
      events.map(({ record }) => record),
      sequence,
    );
    if (enriched.length === 0) return { failed: NONE, reason: undefined, sequence };
    const answer = await callTarget(line, enriched, { ids, isOrdered, cause: sequence });
    return { ...failedOf(answer, { events, isEnriched: enriched.length !== events.length }), sequence };
  } catch (error) {
    if (!(error instanceof Fault || error instanceof NotEmulated)) throw error;
    return { failed: ids, reason: `${error.name}: ${error.message}`, sequence };
  }
}

/** Where the enrichment made more or fewer events of the batch, a place in it says nothing of the source's events: all come again. */
function failedOf(
  answer: TargetAnswer,
  { events, isEnriched }: { readonly events: readonly SourceEvent[]; readonly isEnriched: boolean },
): Pick<BatchOutcome, 'failed' | 'reason'> {
  switch (answer.kind) {
    case 'all':
      return { failed: NONE, reason: undefined };
    case 'ids':
      return { failed: answer.failed, reason: 'The target reported batch item failures.' };
    case 'places': {
      const failed = events.filter((_, place) => isEnriched || answer.failed.has(place)).map(({ id }) => id);
      return { failed: new Set(failed), reason: `${answer.error.name}: ${answer.error.message}` };
    }
  }
}
