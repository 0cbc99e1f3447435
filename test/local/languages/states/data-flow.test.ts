import { describe, expect, it } from 'vitest';
import {
  assign,
  type Catcher,
  caughtOf,
  causeAt,
  type FailState,
  failureOf,
  innerScope,
  inputOf,
  itemInputOf,
  itemsOf,
  type Json,
  type MapState,
  mapSettingsOf,
  NO_VARIABLES,
  type PassState,
  passOf,
  readerArgumentsOf,
  resultOf,
  StatesError,
  type SucceedState,
  succeedOf,
  type TaskState,
  taskSettingsOf,
  type WaitState,
  waitOf,
  writerArgumentsOf,
} from '../../../../local/languages/states/index.ts';
import { variable } from '../../../../local/languages/states/scope.ts';
import { errorOf, scopeOf, stateOf } from './world.ts';

const INPUT: Json = { order: { id: 'o-1', items: [1, 2] }, keep: true };
const task = (fields: object): TaskState => stateOf({ Type: 'Task', Resource: 'arn:aws:states:::lambda:invoke', End: true, ...fields });
const pass = (fields: object): PassState => stateOf({ Type: 'Pass', End: true, ...fields });
const map = (fields: object): MapState => stateOf({ Type: 'Map', End: true, ...fields });
const wait = (fields: object): WaitState => stateOf({ Type: 'Wait', End: true, ...fields });
const JSONATA = { QueryLanguage: 'JSONata' };

describe('the input of a task', () => {
  it.each<[string, object, Json]>([
    ['the whole', {}, INPUT],
    ['what InputPath selects', { InputPath: '$.order' }, { id: 'o-1', items: [1, 2] }],
    ['nothing', { InputPath: null }, {}],
    ['the context object', { InputPath: '$$.Execution.Id' }, 'e-1'],
    ['a variable', { InputPath: '$rate' }, 10],
    [
      'Parameters of what InputPath selects',
      { InputPath: '$.order', Parameters: { 'id.$': '$.id', fixed: [{ 'n.$': 'States.ArrayLength($.items)' }] } },
      { id: 'o-1', fixed: [{ n: 2 }] },
    ],
    ['Parameters without paths', { Parameters: { a: '$.order' } }, { a: '$.order' }],
    ['Arguments', { ...JSONATA, Arguments: { id: '{% $states.input.order.id & $string($rate) %}' } }, { id: 'o-110' }],
    ['the whole without Arguments', JSONATA, INPUT],
  ])('is %s', async (_name, fields, expected) => {
    const scope = scopeOf(INPUT, { context: { Execution: { Id: 'e-1' } }, variables: { own: { rate: 10 } } });
    expect(await inputOf(task(fields), scope)).toEqual(expected);
  });

  it('fails where a path leads nowhere', async () => {
    const scope = scopeOf({ a: 1 });
    expect(await errorOf(() => inputOf(task({ InputPath: '$.b' }), scope))).toBe("States.Runtime: Invalid path '$.b' : No results for path: $['b']");
    const notFound = `The JSONPath '$.b' specified for the field 'x.$' could not be found in the input '{"a":1}'`;
    expect(await errorOf(() => inputOf(task({ Parameters: { 'x.$': '$.b' } }), scope))).toBe(`States.ParameterPathFailure: ${notFound}`);
    expect(await errorOf(() => passOf(pass({ Parameters: { 'x.$': '$.b' } }), scope))).toBe(`States.Runtime: ${notFound}`);
  });
});

describe('the outcome of a task', () => {
  it.each<[string, object, Json]>([
    ['the result', {}, { ok: 1 }],
    ['the result at its place', { ResultPath: '$.order.result' }, { order: { id: 'o-1', items: [1, 2], result: { ok: 1 } }, keep: true }],
    ['the input', { ResultPath: null }, INPUT],
    ['what ResultSelector makes', { ResultSelector: { 'x.$': '$.ok' } }, { x: 1 }],
    ['what OutputPath selects', { ResultPath: '$.r', OutputPath: '$.r.ok' }, 1],
    ['nothing', { OutputPath: null }, {}],
    ['the place in the raw input', { InputPath: '$.order', ResultPath: '$.r' }, { ...(INPUT as object), r: { ok: 1 } } as Json],
    ['Output', { ...JSONATA, Output: { a: '{% $states.result.ok %}', b: '{% $states.input.keep %}' } }, { a: 1, b: true }],
    ['the result without Output', JSONATA, { ok: 1 }],
  ])('is %s', async (_name, fields, expected) => {
    expect((await resultOf(task(fields), scopeOf(INPUT), { ok: 1 })).output).toEqual(expected);
  });

  it('assigns from the result, with the variables as they were before', async () => {
    const scope = scopeOf(INPUT, { variables: { own: { a: 1 } } });
    const paths = await resultOf(task({ Assign: { 'a.$': '$.ok', 'b.$': '$a' }, ResultPath: null }), scope, { ok: 5 });
    expect(paths.assigned).toEqual({ a: 5, b: 1 });
    const jsonata = await resultOf(task({ ...JSONATA, Assign: { a: '{% $states.result.ok %}', b: '{% $a %}' }, Output: '{% $a %}' }), scope, { ok: 5 });
    expect(jsonata).toEqual({ assigned: { a: 5, b: 1 }, output: 1 });
  });

  it('fails where ResultPath cannot be put', async () => {
    expect(await errorOf(() => resultOf(task({ ResultPath: '$.keep.x' }), scopeOf({ keep: true }), 1))).toBe(
      'States.ResultPathMatchFailure: Unable to apply ReferencePath $.keep.x to input {"keep":true}',
    );
  });
});

describe('Pass and Succeed', () => {
  it.each<[string, object, Json]>([
    ['hands on its input', {}, INPUT],
    ['hands on its result', { Result: { 'a.$': '$.x' } }, { 'a.$': '$.x' }],
    ['puts its parameters into the input', { Parameters: { 'n.$': '$.keep' }, ResultPath: '$.p' }, { ...(INPUT as object), p: { n: true } } as Json],
    ['hands on its Output', { ...JSONATA, Output: [] }, []],
  ])('%s', async (_name, fields, expected) => {
    expect((await passOf(pass(fields), scopeOf(INPUT))).output).toEqual(expected);
  });

  it('ends with what its paths select, or with its Output', async () => {
    const succeed = (fields: object): SucceedState => stateOf({ Type: 'Succeed', ...fields });
    expect((await succeedOf(succeed({ InputPath: '$.order', OutputPath: '$.id' }), scopeOf(INPUT))).output).toBe('o-1');
    expect((await succeedOf(succeed({ ...JSONATA, Output: '{% $states.input.keep %}' }), scopeOf(INPUT))).output).toBe(true);
  });
});

describe('a catcher', () => {
  const catcher = (fields: object): Catcher => ({ ErrorEquals: ['States.ALL'], Next: 'x', ...fields });
  const error = { Error: 'E', Cause: 'because' };

  it('hands on the error, at its place or as its Output', async () => {
    const scope = scopeOf({ a: 1 });
    expect(await caughtOf(task({}), catcher({}), scope, error)).toEqual({ output: error, assigned: {} });
    expect((await caughtOf(task({}), catcher({ ResultPath: '$.e' }), scope, error)).output).toEqual({ a: 1, e: error });
    expect((await caughtOf(task({}), catcher({ ResultPath: null }), scope, error)).output).toEqual({ a: 1 });
    expect((await caughtOf(task({}), catcher({ Assign: { 'c.$': '$.Cause' } }), scope, error)).assigned).toEqual({ c: 'because' });
    const jsonata = catcher({ Output: '{% $states.errorOutput.Error & $states.input.a %}', Assign: { c: '{% $states.errorOutput.Cause %}' } });
    expect(await caughtOf(task(JSONATA), jsonata, scope, error)).toEqual({ output: 'E1', assigned: { c: 'because' } });
    expect((await caughtOf(task(JSONATA), catcher({}), scope, error)).output).toEqual(error);
  });
});

describe('Wait', () => {
  const path = (value: Json, name = 'SecondsPath') => Promise.resolve().then(() => waitOf(wait({ [name]: '$.t' }), scopeOf({ t: value })));

  it('waits for seconds or until a time', async () => {
    expect(await waitOf(wait({ Seconds: 3 }), scopeOf({}))).toEqual({ seconds: 3, output: {}, assigned: {} });
    expect(await path(7)).toMatchObject({ seconds: 7 });
    expect(await path('2026-01-01T00:00:00.5+01:00', 'TimestampPath')).toMatchObject({ untilMs: Date.UTC(2025, 11, 31, 23, 0, 0, 500) });
    expect(await waitOf(wait({ ...JSONATA, Seconds: '{% $states.input.n %}', Output: 1 }), scopeOf({ n: 4 }))).toEqual({ seconds: 4, output: 1, assigned: {} });
    const timestamp = "{% '2026-01-01T00:00:00Z' %}";
    expect(await waitOf(wait({ ...JSONATA, Timestamp: timestamp }), scopeOf({}))).toMatchObject({ untilMs: Date.UTC(2026, 0, 1) });
  });

  it.each<[Json, string, string]>([
    [-1, 'SecondsPath', 'The SecondsPath parameter references a negative value: $.t == -1'],
    [1.5, 'SecondsPath', 'The SecondsPath parameter cannot be parsed as a long value: $.t == 1.5'],
    ['x', 'SecondsPath', 'The SecondsPath parameter cannot be parsed as a long value: $.t == x'],
    [
      '2016-12-05T25:29:29Z',
      'TimestampPath',
      'The TimestampPath parameter does not reference a valid ISO-8601 extended offset date-time format string: $.t == 2016-12-05T25:29:29Z',
    ],
    ['2025-02-29T00:00:00Z', 'TimestampPath', 'does not reference a valid ISO-8601'],
  ])('refuses %j at %s', async (value, name, message) => {
    expect(await errorOf(() => path(value, name))).toContain(`States.Runtime: `);
    expect(await errorOf(() => path(value, name))).toContain(message);
  });

  it('refuses what is not there, and a wrong type of JSONata', async () => {
    expect(await errorOf(() => waitOf(wait({ SecondsPath: '$.t' }), scopeOf({})))).toBe(
      'States.Runtime: The SecondsPath parameter does not reference an input value: $.t',
    );
    expect(await errorOf(() => waitOf(wait({ ...JSONATA, Seconds: "{% 'a' %}" }), scopeOf({})))).toContain("Expected 'number', but was 'string'");
    expect(await errorOf(() => waitOf(wait({ ...JSONATA, Seconds: '{% -1 %}' }), scopeOf({})))).toContain('not an integer between 0 and');
  });
});

describe('Fail', () => {
  const fail = (fields: object): FailState => stateOf({ Type: 'Fail', ...fields });

  it('has the error and the cause given, or at a path, or computed', async () => {
    const scope = scopeOf({ e: 'E' });
    expect(await failureOf(fail({ Error: 'A', Cause: 'b' }), scope)).toEqual({ error: 'A', cause: 'b' });
    expect(await failureOf(fail({}), scope)).toEqual({});
    expect(await failureOf(fail({ ErrorPath: '$.e', CausePath: "States.Format('of {}', $.e)" }), scope)).toEqual({ error: 'E', cause: 'of E' });
    expect(await failureOf(fail({ ...JSONATA, Error: '{% $states.input.e %}' }), scope)).toEqual({ error: 'E' });
    expect(await errorOf(() => failureOf(fail({ ErrorPath: '$.x' }), scope))).toContain(
      `The JSONPath '$.x' specified for the field 'ErrorPath' could not be found`,
    );
  });
});

describe('Map', () => {
  it.each<[object, Json, Json]>([
    [{}, [1, 2], [1, 2]],
    [{ InputPath: '$.a', ItemsPath: '$.b' }, { a: { b: [3] } }, [3]],
    [{ ...JSONATA, Items: '{% $states.input.a %}' }, { a: [4, 5] }, [4, 5]],
    [{ ...JSONATA, Items: [1, '{% 2 %}'] }, {}, [1, 2]],
  ])('finds its items: %j', async (fields, input, expected) => {
    expect(await itemsOf(map(fields), scopeOf(input))).toEqual(expected);
  });

  it.each<[object, string]>([
    [{}, 'States.Runtime: Map state input must be an array but was: {"a":1}'],
    [{ ItemsPath: '$.a' }, 'States.Runtime: Reference path "$.a" must point to array.'],
    [JSONATA, 'States.QueryEvaluationError: Map state input must be an array but was: {"a":1}'],
  ])('refuses what is no list: %j', async (fields, message) => {
    expect(await errorOf(() => itemsOf(map(fields), scopeOf({ a: 1 })))).toBe(message);
  });

  it('makes the input of an iteration', async () => {
    const scope = scopeOf({ all: 9 }, { context: { Map: { Item: { Index: 1, Value: 'v' } } } });
    expect(await itemInputOf(map({}), scope, 'v')).toBe('v');
    expect(await itemInputOf(map({ ItemSelector: { 'v.$': '$$.Map.Item.Value', 'all.$': '$.all' } }), scope, 'v')).toEqual({ v: 'v', all: 9 });
    expect(await itemInputOf(map({ ...JSONATA, ItemSelector: { i: '{% $states.context.Map.Item.Index %}' } }), scope, 'v')).toEqual({ i: 1 });
  });

  it('reads its settings, texts of numbers too', async () => {
    expect(await mapSettingsOf(map({}), scopeOf({}))).toEqual({ maxConcurrency: 0 });
    const batcher = { MaxItemsPerBatchPath: '$.n', MaxInputBytesPerBatch: 100, BatchInput: { 'k.$': '$.n' } };
    const fields = {
      MaxConcurrencyPath: '$.n',
      ToleratedFailureCount: 1,
      ToleratedFailurePercentagePath: '$.p',
      ItemBatcher: batcher,
      ItemReader: { Resource: 'x', ReaderConfig: { MaxItems: 5 } },
    };
    expect(await mapSettingsOf(map(fields), scopeOf({ n: '2', p: 12.5 }))).toEqual({
      maxConcurrency: 2,
      toleratedFailureCount: 1,
      toleratedFailurePercentage: 12.5,
      maxItems: 5,
      maxItemsPerBatch: 2,
      maxInputBytesPerBatch: 100,
      batchInput: { k: '2' },
    });
    expect(await mapSettingsOf(map({ ...JSONATA, MaxConcurrency: '{% 1 + 1 %}' }), scopeOf({}))).toEqual({ maxConcurrency: 2 });
  });

  it.each<[object, string]>([
    [{ MaxConcurrencyPath: '$.t' }, 'The MaxConcurrencyPath field refers to value "NoNumber" which is not a valid integer: $.t'],
    [{ ToleratedFailureCountPath: '$.o' }, 'The ToleratedFailureCountPath field refers to value "{}" which is not a valid integer: $.o'],
    [{ ToleratedFailurePercentagePath: '$.t' }, 'The ToleratedFailurePercentagePath field refers to value "NoNumber" which is not a valid float: $.t'],
    [{ ToleratedFailureCountPath: '$.m' }, 'ToleratedFailureCount cannot be negative.'],
    [{ ToleratedFailurePercentagePath: '$.h' }, 'ToleratedFailurePercentage must be between 0 and 100.'],
  ])('refuses %j', async (fields, message) => {
    expect(await errorOf(() => mapSettingsOf(map(fields), scopeOf({ t: 'NoNumber', o: {}, m: -1, h: 101 })))).toBe(`States.Runtime: ${message}`);
  });

  it('makes the arguments of its reader and writer', async () => {
    const scope = scopeOf({ key: 'k' });
    expect(await readerArgumentsOf(map({ ItemReader: { Resource: 'r', Parameters: { Bucket: 'b', 'Key.$': '$.key' } } }), scope)).toEqual({
      Bucket: 'b',
      Key: 'k',
    });
    expect(await writerArgumentsOf(map({ ...JSONATA, ResultWriter: { Resource: 'r', Arguments: { Prefix: '{% $states.input.key %}' } } }), scope)).toEqual({
      Prefix: 'k',
    });
    expect(await writerArgumentsOf(map({}), scope)).toEqual({});
  });
});

describe('the settings of a task', () => {
  it('come from numbers, paths and expressions', async () => {
    const scope = scopeOf({ t: 9 });
    expect(await taskSettingsOf(task({}), scope)).toEqual({});
    const fields = { TimeoutSecondsPath: '$.t', HeartbeatSeconds: 2, Credentials: { 'RoleArn.$': "States.Format('r{}', $.t)" } };
    expect(await taskSettingsOf(task(fields), scope)).toEqual({ timeoutSeconds: 9, heartbeatSeconds: 2, credentials: { RoleArn: 'r9' } });
    expect(await taskSettingsOf(task({ ...JSONATA, TimeoutSeconds: '{% $states.input.t %}' }), scope)).toEqual({ timeoutSeconds: 9 });
    expect(await errorOf(() => taskSettingsOf(task({ TimeoutSecondsPath: '$.z' }), scopeOf({ z: 0 })))).toContain('TimeoutSeconds must be positive');
  });
});

describe('variables', () => {
  it('are seen from inside and gone outside', () => {
    const outer = assign(NO_VARIABLES, { a: 1 });
    const inner = assign(innerScope(outer), { b: 2 });
    expect([variable(inner, 'a'), variable(inner, 'b'), variable(outer, 'b'), variable(outer, 'toString')]).toEqual([1, 2, undefined, undefined]);
    expect(assign(outer, {})).toBe(outer);
    expect(NO_VARIABLES).toEqual({ own: {} });
  });
});

describe('causeAt', () => {
  it('puts the state in front, where the service does', () => {
    expect(causeAt(new StatesError('States.Runtime', 'No.'), 'S', 4)).toBe("An error occurred while executing the state 'S' (entered at the event id #4). No.");
    expect(causeAt(new StatesError('States.Timeout', '', { isPrefixed: false }), 'S', 4)).toBe('');
  });
});
