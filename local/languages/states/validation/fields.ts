import {
  anything,
  type Check,
  integer,
  list,
  number,
  object,
  oneOf,
  orExpression,
  orNull,
  path,
  pathOrIntrinsic,
  referencePath,
  resource,
  resultPath,
  text,
  timestamp,
  yes,
} from './values.ts';

/** The fields of one type of state in one language, and what each must be. */
export type Fields = Readonly<Record<string, Check>>;

/** Which fields there are, in each language and for each type, and which of them exclude each other. */
export interface StateFields {
  readonly both: Fields;
  readonly JSONPath: Fields;
  readonly JSONata: Fields;
  readonly required: readonly string[];
  /** Sets of fields of which at most one may stand. */
  readonly exclusive?: readonly (readonly string[])[];
  /** Sets of fields of which at least one has to stand. */
  readonly oneOf?: readonly (readonly string[])[];
}

/** The greatest number of seconds of a time-out or a wait. */
const SECONDS_MAX = 99_999_999;

const COMMON: Fields = { Type: text, Comment: text, QueryLanguage: oneOf('JSONPath', 'JSONata') };
const STEP: Fields = { ...COMMON, Next: text, End: yes };
const PATHS: Fields = { InputPath: orNull(path), OutputPath: orNull(path) };
const RESULT_PATHS: Fields = { ...PATHS, Parameters: anything, ResultPath: orNull(resultPath), ResultSelector: object, Assign: object };
const OUTPUT: Fields = { Output: anything, Assign: orExpression(object) };
const ERRORS: Fields = {
  Retry: (value) => (Array.isArray(value) ? undefined : list(value)),
  Catch: (value) => (Array.isArray(value) ? undefined : list(value)),
};
const ENDS: readonly (readonly string[])[] = [['Next', 'End']];

/** The types of states. */
export const STATE_FIELDS: Readonly<Record<string, StateFields>> = {
  Task: {
    both: { ...STEP, ...ERRORS, Resource: resource },
    JSONPath: {
      ...RESULT_PATHS,
      Credentials: object,
      TimeoutSeconds: integer(1, SECONDS_MAX),
      TimeoutSecondsPath: referencePath,
      HeartbeatSeconds: integer(1, SECONDS_MAX),
      HeartbeatSecondsPath: referencePath,
    },
    JSONata: {
      ...OUTPUT,
      Arguments: anything,
      Credentials: orExpression(object),
      TimeoutSeconds: orExpression(integer(1, SECONDS_MAX)),
      HeartbeatSeconds: orExpression(integer(1, SECONDS_MAX)),
    },
    required: ['Resource'],
    exclusive: [...ENDS, ['TimeoutSeconds', 'TimeoutSecondsPath'], ['HeartbeatSeconds', 'HeartbeatSecondsPath']],
    oneOf: ENDS,
  },
  Wait: {
    both: STEP,
    JSONPath: { ...PATHS, Assign: object, Seconds: integer(0, SECONDS_MAX), SecondsPath: referencePath, Timestamp: timestamp, TimestampPath: referencePath },
    JSONata: { ...OUTPUT, Seconds: orExpression(integer(0, SECONDS_MAX)), Timestamp: orExpression(timestamp) },
    required: [],
    exclusive: [...ENDS, ['Seconds', 'SecondsPath', 'Timestamp', 'TimestampPath']],
    oneOf: [...ENDS, ['Seconds', 'SecondsPath', 'Timestamp', 'TimestampPath']],
  },
  Pass: {
    both: STEP,
    JSONPath: { ...PATHS, Assign: object, Result: anything, Parameters: anything, ResultPath: orNull(resultPath) },
    JSONata: OUTPUT,
    required: [],
    exclusive: ENDS,
    oneOf: ENDS,
  },
  Succeed: { both: COMMON, JSONPath: PATHS, JSONata: { Output: anything }, required: [] },
  Fail: {
    both: COMMON,
    JSONPath: { Error: text, Cause: text, ErrorPath: pathOrIntrinsic, CausePath: pathOrIntrinsic },
    JSONata: { Error: text, Cause: text },
    required: [],
    exclusive: [
      ['Error', 'ErrorPath'],
      ['Cause', 'CausePath'],
    ],
  },
  Choice: {
    both: { ...COMMON, Choices: list, Default: text },
    JSONPath: { ...PATHS, Assign: object },
    JSONata: OUTPUT,
    required: ['Choices'],
  },
  Parallel: {
    both: { ...STEP, ...ERRORS, Branches: list },
    JSONPath: RESULT_PATHS,
    JSONata: { ...OUTPUT, Arguments: anything },
    required: ['Branches'],
    exclusive: ENDS,
    oneOf: ENDS,
  },
  Map: {
    both: {
      ...STEP,
      ...ERRORS,
      ItemProcessor: object,
      Iterator: object,
      ItemReader: object,
      ItemBatcher: object,
      ResultWriter: object,
      ItemSelector: anything,
      Label: text,
    },
    JSONPath: {
      ...RESULT_PATHS,
      ItemsPath: path,
      MaxConcurrency: integer(0),
      MaxConcurrencyPath: referencePath,
      ToleratedFailureCount: integer(0),
      ToleratedFailureCountPath: referencePath,
      ToleratedFailurePercentage: number(0, 100),
      ToleratedFailurePercentagePath: referencePath,
    },
    JSONata: {
      ...OUTPUT,
      Items: anything,
      MaxConcurrency: orExpression(integer(0)),
      ToleratedFailureCount: orExpression(integer(0)),
      ToleratedFailurePercentage: orExpression(number(0, 100)),
    },
    required: [],
    exclusive: [
      ...ENDS,
      ['ItemProcessor', 'Iterator'],
      ['ItemSelector', 'Parameters'],
      ['MaxConcurrency', 'MaxConcurrencyPath'],
      ['ToleratedFailureCount', 'ToleratedFailureCountPath'],
      ['ToleratedFailurePercentage', 'ToleratedFailurePercentagePath'],
    ],
    oneOf: [...ENDS, ['ItemProcessor', 'Iterator']],
  },
};

/** The fields of a retrier. */
export const RETRIER: Fields = {
  Comment: text,
  ErrorEquals: list,
  IntervalSeconds: integer(1, SECONDS_MAX),
  MaxAttempts: integer(0, SECONDS_MAX),
  BackoffRate: number(1),
  MaxDelaySeconds: integer(1, 31_622_400),
  JitterStrategy: oneOf('FULL', 'NONE'),
};

/** The fields of a catcher, in each language. */
export const CATCHER: Readonly<Record<'JSONPath' | 'JSONata', Fields>> = {
  JSONPath: { Comment: text, ErrorEquals: list, Next: text, ResultPath: orNull(resultPath), Assign: object },
  JSONata: { Comment: text, ErrorEquals: list, Next: text, ...OUTPUT },
};

/** The fields of a state machine. */
export const MACHINE: Fields = {
  Comment: text,
  Version: text,
  QueryLanguage: oneOf('JSONPath', 'JSONata'),
  StartAt: text,
  States: object,
  TimeoutSeconds: integer(1, SECONDS_MAX),
  ProcessorConfig: object,
};

/** The fields of an `ItemBatcher`. */
export const BATCHER: Readonly<Record<'JSONPath' | 'JSONata', Fields>> = {
  JSONPath: {
    BatchInput: anything,
    MaxItemsPerBatch: integer(1),
    MaxItemsPerBatchPath: referencePath,
    MaxInputBytesPerBatch: integer(1, 262_144),
    MaxInputBytesPerBatchPath: referencePath,
  },
  JSONata: { BatchInput: anything, MaxItemsPerBatch: orExpression(integer(1)), MaxInputBytesPerBatch: orExpression(integer(1, 262_144)) },
};

/** What a `ProcessorConfig` may have. */
export const PROCESSOR_CONFIG: Fields = { Mode: oneOf('INLINE', 'DISTRIBUTED'), ExecutionType: oneOf('STANDARD', 'EXPRESS'), Comment: text };
