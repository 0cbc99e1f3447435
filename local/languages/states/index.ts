export type {
  Catcher,
  ChoiceRule,
  ChoiceState,
  FailState,
  ItemBatcher,
  ItemProcessor,
  ItemReader,
  MapState,
  ParallelState,
  PassState,
  QueryLanguage,
  ResultWriter,
  Retrier,
  State,
  StateMachine,
  SucceedState,
  TaskState,
  WaitState,
} from './definition/model.ts';
export { readDefinition } from './definition/read.ts';
export { causeAt, DefinitionError, StatesError } from './errors.ts';
export { type ChoiceOutcome, chooseOf } from './flow/choice.ts';
export { afterResultSelector, caughtOf, inputOf, passOf, resultOf, succeedOf } from './flow/data-flow.ts';
export { type Failure, failureOf } from './flow/fail.ts';
export { itemInputOf, itemsOf } from './flow/items.ts';
export { afterInputPath, afterResultPath, type CaughtError, type Outcome } from './flow/output.ts';
export { catcherOf, MAX_ATTEMPTS_DEFAULT, retrierOf, retryDelaySeconds } from './flow/retry.ts';
export { type MapSettings, mapSettingsOf, readerArgumentsOf, type TaskSettings, taskSettingsOf, writerArgumentsOf } from './flow/settings.ts';
export { type WaitOutcome, waitOf } from './flow/wait.ts';
export { type Awaitable, isSameJson, type Json, type JsonObject } from './json.ts';
export { assign, innerScope, NO_VARIABLES, type Ports, type Scope, type Variables } from './scope.ts';
export { diagnose, type MachineType, refusalOf } from './validation/diagnose.ts';
export type { Diagnostic } from './validation/report.ts';
