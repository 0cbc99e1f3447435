import type { Definition } from './definition.ts';

/** @see https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html */
const DEFINITION_BYTES_MAX = 1024 * 1024;
/** @see https://docs.aws.amazon.com/step-functions/latest/dg/statemachine-structure.html */
const STATE_NAME_LENGTH_MAX = 80;
/** Events in the history of one execution. @see https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html */
const HISTORY_EVENTS_MAX = 25_000;
/** Events that one task state leaves at most where it is retried no further: entered, scheduled, started, submitted, ended, exited, and one for its variables. */
const EVENTS_PER_STATE = 7;
/** Share of the history that is left for retries, and for the rounds of one who is stuck. */
const SHARE_FOR_ONE_PASS = 0.1;

/** Checks at synth what Step Functions would refuse at deploy, or only when it is too late. @throws where a limit is passed */
export function checkLimits({ Comment: name, States }: Definition, text: string): void {
  const sizeBytes = Buffer.byteLength(text);
  if (sizeBytes > DEFINITION_BYTES_MAX)
    throw new Error(
      `The definition of ${name} has ${sizeBytes} bytes; a state machine has at most ${DEFINITION_BYTES_MAX}. Declare fewer steps, or split the saga`,
    );
  const names = Object.keys(States);
  for (const state of names)
    if (state.length > STATE_NAME_LENGTH_MAX)
      throw new Error(`${name}: the state name '${state}' has ${state.length} characters; ${STATE_NAME_LENGTH_MAX} are allowed`);
  const events = names.length * EVENTS_PER_STATE;
  if (events > HISTORY_EVENTS_MAX * SHARE_FOR_ONE_PASS)
    throw new Error(
      `${name}: one pass leaves up to ${events} events, and an execution has ${HISTORY_EVENTS_MAX}: nothing would be left for retries. Split the saga`,
    );
}
