import type { CommitFacts, LetterFacts } from './evidence.ts';
import { type Judgement, step, stopped } from './judgement.ts';

/** What a handler says that parked an event whose earlier attempt may have had its effect. */
const UNCERTAIN = 'An earlier attempt may have had its effect';

/** A dead letter at the consumer: still dead, or what an operator decided. Where the event was processed all the same, the way goes on to its commit. */
export function judgeLetter(letter: LetterFacts | undefined, commit: CommitFacts | undefined): Judgement {
  if (!letter) return { steps: [step('dead letter', 'ok', 'none at this consumer')] };
  const { status, reason, lastFailedAt, decidedBy, because: why } = letter;
  const error = letter.error?.split('\n')[0];
  const when = lastFailedAt === undefined ? '' : ` at ${lastFailedAt}`;
  if (status === 'resolved') return { steps: [step('dead letter', 'ok', `it was one (${reason}${when}), and was handled after a redrive`)] };
  if (commit?.status === 'COMPLETED' && status !== 'gone') return { steps: [step('dead letter', 'unknown', besidesText(letter))] };
  if (status === 'discarded' || status === 'exported') {
    const text = `It failed (${reason}${error ? `: ${error}` : ''}), and ${decidedBy ?? 'an operator'} ${status} it: ${why ?? 'no reason given'}`;
    const advice = status === 'exported' ? '`tickertape dlq import <file>` brings it back.' : undefined;
    return stopped('dead letter', { verdict: status, because: text, advice });
  }
  if (status === 'gone') {
    // It was moved or deleted by means of SQS: a move task brings it to the consumer's queue, so that the way goes on.
    return { steps: [step('dead letter', 'unknown', `it was one (${reason}${when}); its queue was emptied by other means than a redrive`)] };
  }
  const text = `It is in the dead-letter queue since ${lastFailedAt ?? 'an unknown time'}: ${reason}${error ? `: ${error}` : ''}`;
  const steps = [step('dead letter', 'stopped', text)];
  if (reason === 'expired')
    return { steps, end: { verdict: 'expired', because: text, advice: 'Decide whether it is still wanted; a redrive gives it its whole time again.' } };
  if (reason === 'parked') return { steps, end: { verdict: 'parked', because: text, advice: ADVICE[reason] } };
  if (letter.error?.includes(UNCERTAIN)) {
    return {
      steps,
      end: {
        verdict: 'parked',
        because: text,
        advice: 'Find out whether the effect took place. A redrive is the decision to try again; `dlq discard` the other.',
      },
    };
  }
  return { steps, end: { verdict: 'dead-letter', because: text, advice: ADVICE[reason] } };
}

const ADVICE: Readonly<Record<string, string>> = {
  defect: 'Mend the handler, then `tickertape dlq redrive`.',
  'retries-exhausted': 'When the dependency is back, `tickertape dlq redrive`.',
  business: 'The handler refused it for ever: decide, then `dlq edit` or `dlq discard`.',
  parked: 'An earlier event of its key failed: mend that one; its redrive brings this one too, in order.',
  lost: 'The archive of the bus, or the event store, may have them: `tickertape replay`.',
  malformed: 'Mend the producer; `dlq edit` mends this one.',
};

/** What is said of a dead letter beside the commit of its event: a copy that failed before, or one with the same id that came after. */
function besidesText({ status, reason, error, lastFailedAt, decidedBy, because }: LetterFacts): string {
  const failed = `A dead letter of it (${reason}${error ? `: ${error.split('\n')[0]}` : ''}, failed at ${lastFailedAt ?? 'an unknown time'})`;
  return status === 'discarded' || status === 'exported'
    ? `${failed} was ${status} by ${decidedBy ?? 'an operator'}: ${because ?? 'no reason given'}`
    : `${failed} is in the dead-letter queue`;
}

/** The commit record: what was done, or is being done; what became of a dead letter beside it is said as well. */
export function judgeCommit(commit: CommitFacts | undefined, letter: LetterFacts | undefined, nowMs: number): Judgement {
  if (!commit) return { steps: [step('commit', 'ok', 'no commit record: it was not processed yet')] };
  if (commit.status === 'COMPLETED') {
    const because = `It was processed at ${commit.committedAt}; any later delivery of it is a duplicate and does nothing`;
    const isBeside = letter !== undefined && letter.status !== 'resolved' && letter.status !== 'gone';
    const advice = isBeside && letter.status === 'dead' ? 'If that copy is not wanted, `tickertape dlq discard` takes it out.' : undefined;
    return stopped('commit', { verdict: 'processed', because: isBeside ? `${because}. ${besidesText(letter)}` : because, advice });
  }
  const untilMs = commit.leaseUntilMs ?? 0;
  if (untilMs <= nowMs) {
    return {
      steps: [step('commit', 'unknown', 'an attempt ended without saying whether its effect took place; the next one decides by the handler’s policy')],
    };
  }
  const because = `An attempt is under way, until ${new Date(untilMs).toISOString()} at most`;
  return stopped('commit', { verdict: 'in-progress', because });
}
