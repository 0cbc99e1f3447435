import type { PublishedEvent } from '../../operations/surroundings.ts';
import type { Explanation, Step } from '../../operations/why/explanation.ts';
import { EXIT } from '../exit-codes.ts';
import type { GlobalOptions } from '../global-options.ts';
import { readData } from '../members.ts';
import { CommandError, printJson, printLine } from '../output/report.ts';
import { styled } from '../output/style.ts';
import { operationsOf } from '../target.ts';

const MARKS: Readonly<Record<Step['state'], string>> = { ok: '●', stopped: '■', unknown: '◌' };
const STYLES = { ok: 'green', stopped: 'red', unknown: 'gray' } as const;

interface WhyOptions extends GlobalOptions {
  readonly event?: string;
}

/** The event in a file: as EventBridge brings it to targets, or as `PutEvents` takes it. */
function eventIn(path: string): PublishedEvent {
  const event = readData(path);
  const [source, detailType, detail] = [event['source'] ?? event['Source'], event['detail-type'] ?? event['DetailType'], event['detail'] ?? event['Detail']];
  if (typeof source !== 'string' || typeof detailType !== 'string' || detail === undefined) {
    throw new CommandError(`${path} holds no event with source, detail-type and detail`, { exitCode: EXIT.usage });
  }
  return { source, detailType, detail: typeof detail === 'string' ? detail : JSON.stringify(detail) };
}

/** `tickertape why`. An event that nobody knows is not found. */
export async function why(eventId: string, consumer: string, options: WhyOptions): Promise<void> {
  const event = options.event === undefined ? undefined : eventIn(options.event);
  const explanation = await (await operationsOf(options)).why({ eventId, consumer, event });
  if (options.json) printJson(explanation);
  else printExplanation(explanation);
  if (explanation.verdict === 'unknown-event') throw new CommandError(`No event ${eventId} is known here`, { exitCode: EXIT.notFound });
}

function printExplanation(explanation: Explanation): void {
  const { eventId, type, verdict, because, advice, clauses, steps } = explanation;
  printLine(`${type ?? 'Event'} ${eventId} at ${explanation.consumer}: ${styled('bold', verdict)}`);
  printLine(`  ${because}`);
  if (advice) printLine(`  ${advice}`);
  printLine();
  // Where the way ends well, its end is no failure.
  const shownState = (state: Step['state']): Step['state'] => (verdict === 'processed' && state === 'stopped' ? 'ok' : state);
  for (const { stage, state, text } of steps) printLine(`  ${styled(STYLES[shownState(state)], MARKS[shownState(state)])} ${stage.padEnd(13)}${text}`);
  for (const { field, expected, found } of clauses) {
    printLine(`      ${field}`);
    printLine(`        wanted  ${JSON.stringify(expected)}`);
    printLine(`        found   ${found === undefined ? '(absent)' : JSON.stringify(found)}`);
  }
}
