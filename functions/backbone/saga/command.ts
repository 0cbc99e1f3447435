import type { Contract } from '../../../schemas/index.ts';
import { contractOf } from '../delivery/attempt.ts';
import type { Incoming } from '../delivery/message.ts';
import type { Envelope } from '../envelope.ts';
import { MalformedError } from '../errors.ts';

/** The contract of a command. */
export type CommandContract<Data = unknown> = Contract<string, Data, 'command'>;

/** A step of a saga that a participant is asked to take, or to undo. */
export interface SagaCommand<Data = unknown> {
  readonly data: Data;
  readonly sagaId: string;
  /** The step's name in the saga: with the saga's id the business key of the step and of its undo. */
  readonly step: string;
  readonly envelope: Envelope;
}

/** What came in a command's message beside the command: by the token the machine that waits is answered. */
export interface Ask {
  readonly command: SagaCommand;
  readonly contract: CommandContract;
  readonly taskToken: string;
  readonly payloadHash: string;
}

/**
 * Reads the message of a command: `{"tasktoken": "…", "detail": <envelope>}`. The token is beside the envelope, for it changes with each attempt and the command does not.
 * @throws {MalformedError} naming what is missing
 */
export function readAsk(contracts: readonly CommandContract[], { body, content }: Incoming): Ask {
  if (content.kind === 'malformed') throw content.error;
  const { envelope } = content.received;
  const contract = contractOf(contracts as readonly (CommandContract & { readonly kind: never })[], envelope) as CommandContract | undefined;
  if (!contract) throw new MalformedError(`This participant takes ${contracts.map(({ type }) => type).join(', ')}, not ${envelope.type}`);
  const { sagaid, sagastep } = envelope as Envelope & { readonly sagaid?: unknown; readonly sagastep?: unknown };
  const { tasktoken } = JSON.parse(body) as { readonly tasktoken?: unknown };
  for (const [name, value] of Object.entries({ sagaid, sagastep, tasktoken }))
    if (typeof value !== 'string' || value === '') throw new MalformedError(`The command's \`${name}\` is not a text`);
  const command = { data: parsed(contract, envelope.data), sagaId: sagaid as string, step: sagastep as string, envelope };
  return { command, contract, taskToken: tasktoken as string, payloadHash: content.payloadHash };
}

function parsed(contract: CommandContract, data: unknown): unknown {
  try {
    return contract.parse(data);
  } catch (error) {
    throw new MalformedError((error as Error).message, { cause: error });
  }
}
