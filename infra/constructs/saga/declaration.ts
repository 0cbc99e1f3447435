import { Duration } from 'aws-cdk-lib/core';
import type { Contract, ContractDefinition } from '../../../schemas/contract.ts';
import { jsonata, pathOf, referTo } from './references.ts';

/** Attempts at a command, with growing pauses. */
export interface RetryPolicy {
  /** Further attempts after the first. */
  readonly attempts: number;
  /** The first pause. @default 5 seconds */
  readonly interval?: Duration;
  /** The longest pause. @default 5 minutes */
  readonly maxInterval?: Duration;
}

/** What the data of a step's command may be made of. */
interface Sources<Input, Results> {
  /** The data of the event that began the saga. */
  readonly input: Input;
  /** What earlier steps answered. */
  readonly results: Results;
}

/** What the data of an undo may be made of: results are there only of steps that were done. */
interface UndoSources<Input, Results> extends Sources<Input, Results> {
  /** Why the saga turned back. */
  readonly failure: { readonly step: string; readonly error: string; readonly reason: string };
}

/** How a step is undone. */
export interface UndoOptions<Input, Results, Data> {
  readonly command: Contract<string, Data, 'command'>;
  readonly data: (sources: UndoSources<Input, Results>) => Data;
  /** How long an answer is waited for. @default as for the step */
  readonly timeout?: Duration;
  /** Attempts before the saga counts as stuck. It goes on trying after that, for ever. @default 5 */
  readonly attempts?: number;
}

/** One step: what is asked of whom. */
export interface StepOptions<Input, Results, Data, Reply extends string, UndoData> {
  /** The participant, by the name that the construct is given. */
  readonly participant: string;
  readonly command: Contract<string, Data, 'command'>;
  /** The command's data: references to the input and to results, and constants. It is run once, at synth. */
  readonly data: (sources: Sources<Input, Results>) => Data;
  /** Members of the participant's answer that later steps refer to. @default none */
  readonly reply?: readonly Reply[];
  /** How it is undone. Every step before the pivot has one. */
  readonly undo?: UndoOptions<Input, Results & Readonly<Record<string, Readonly<Record<string, string>>>>, UndoData>;
  /** How long an answer is waited for. @default 10 minutes */
  readonly timeout?: Duration;
  /** Attempts where there is no answer. A refusal is final. @default 3 attempts */
  readonly retry?: RetryPolicy;
}

/** A command as the machine sends it. */
export interface SentCommand {
  readonly type: string;
  readonly source: string;
  readonly dataschema: string;
  /** JSONata over `$input`, `$results`, `$failure`. */
  readonly data: string;
  readonly timeoutSeconds: number;
}

/** A step as data. */
export interface Step {
  readonly name: string;
  readonly participant: string;
  readonly command: SentCommand;
  readonly retry: { readonly attempts: number; readonly intervalSeconds: number; readonly maxIntervalSeconds: number };
  readonly undo: (SentCommand & { readonly attempts: number }) | undefined;
  /** Whether the saga can only go forward once this step was asked for and not refused. */
  readonly isForwardOnly: boolean;
}

/** A saga as data: what its machine is made of, and nothing else. */
export interface SagaDeclaration {
  readonly name: string;
  /** Event that begins it: type and major version. */
  readonly on: Contract<string, unknown, 'event'>;
  /** Path in the event's data of what identifies an instance. */
  readonly key: readonly string[];
  readonly deadlineSeconds: number;
  readonly steps: readonly Step[];
}

const NAME = /^[A-Z][A-Za-z0-9]{0,39}$/;
const TIMEOUT = Duration.minutes(10);
const UNDO_ATTEMPTS = 5;

/** Builds a saga step by step. It is a `SagaDeclaration` at each moment. */
export class SagaBuilder<Input, Results = unknown> implements SagaDeclaration {
  readonly name: string;
  readonly on: Contract<string, unknown, 'event'>;
  readonly key: readonly string[];
  readonly deadlineSeconds: number;
  readonly steps: readonly Step[];

  constructor(declared: SagaDeclaration) {
    this.name = declared.name;
    this.on = declared.on;
    this.key = declared.key;
    this.deadlineSeconds = declared.deadlineSeconds;
    this.steps = declared.steps;
  }

  /** Adds a step. After the pivot steps only go forward: they are tried until they are done. */
  step<const Name extends string, Data, UndoData, const Reply extends string = never>(
    name: Name,
    options: StepOptions<Input, Results, Data, Reply, UndoData>,
  ): SagaBuilder<Input, Results & Readonly<Record<Name, Readonly<Record<Reply, string>>>>> {
    const isForwardOnly = this.steps.some((step) => step.isForwardOnly);
    if (!isForwardOnly && !options.undo)
      throw new Error(`Step ${name} of saga ${this.name} has no undo: every step before the pivot needs one, or a later failure could not be compensated`);
    return this.#add(stepOf(this.name, name, options, isForwardOnly));
  }

  /** Adds the step from which the saga only goes forward. Where it is refused, what came before is undone; where it is not answered, it is tried until it is. */
  pivot<const Name extends string, Data, const Reply extends string = never>(
    name: Name,
    options: Omit<StepOptions<Input, Results, Data, Reply, never>, 'undo'>,
  ): SagaBuilder<Input, Results & Readonly<Record<Name, Readonly<Record<Reply, string>>>>> {
    if (this.steps.some((step) => step.isForwardOnly)) throw new Error(`Saga ${this.name} has a pivot already; ${name} cannot be another`);
    return this.#add(stepOf(this.name, name, options, true));
  }

  #add<More>(step: Step): SagaBuilder<Input, More> {
    if (this.steps.some(({ name }) => name === step.name)) throw new Error(`Saga ${this.name} has a step ${step.name} already`);
    return new SagaBuilder<Input, More>({ ...this, steps: [...this.steps, step] });
  }
}

/** Begins the declaration of a saga: which event begins an instance, what identifies it, and by when it has to have passed its pivot. */
export function saga<Input>(
  name: string,
  { on, key, deadline }: { readonly on: Contract<string, Input, 'event'>; readonly key: (input: Input) => string; readonly deadline: Duration },
): SagaBuilder<Input> {
  checkName('saga', name);
  const declared = { name, on: on as Contract<string, unknown, 'event'>, key: pathOf(key, `The key of saga ${name}`) };
  return new SagaBuilder<Input>({ ...declared, deadlineSeconds: deadline.toSeconds(), steps: [] });
}

function stepOf<Input, Results, Data, Reply extends string, UndoData>(
  sagaName: string,
  name: string,
  { participant, command, data, undo, timeout = TIMEOUT, retry = { attempts: 3 } }: StepOptions<Input, Results, Data, Reply, UndoData>,
  isForwardOnly: boolean,
): Step {
  checkName(`step of saga ${sagaName}`, name);
  const sources = { input: referTo<Input>('input'), results: referTo<never>('results'), failure: referTo<UndoSources<Input, Results>['failure']>('failure') };
  return {
    name,
    participant,
    command: sent(command, data(sources), timeout),
    retry: {
      attempts: retry.attempts,
      intervalSeconds: (retry.interval ?? Duration.seconds(5)).toSeconds(),
      maxIntervalSeconds: (retry.maxInterval ?? Duration.minutes(5)).toSeconds(),
    },
    undo: undo && { ...sent(undo.command, undo.data(sources), undo.timeout ?? timeout), attempts: undo.attempts ?? UNDO_ATTEMPTS },
    isForwardOnly,
  };
}

function sent({ type, context, dataschema, kind }: ContractDefinition & { readonly kind: string }, data: unknown, timeout: Duration): SentCommand {
  if (kind !== 'command') throw new Error(`${type} is an event; a step of a saga sends a command`);
  return { type, source: `tickertape.${context}`, dataschema, data: jsonata(data), timeoutSeconds: timeout.toSeconds() };
}

function checkName(kind: string, name: string): void {
  if (!NAME.test(name)) throw new Error(`The ${kind} '${name}' is not in PascalCase of at most 40 letters and digits, such as 'ReserveInventory'`);
}
