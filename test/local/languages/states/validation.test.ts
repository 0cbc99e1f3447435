import { describe, expect, it } from 'vitest';
import { DefinitionError, diagnose, readDefinition, refusalOf } from '../../../../local/languages/states/index.ts';

const machine = (states: object, rest: object = {}): string => JSON.stringify({ StartAt: Object.keys(states)[0], States: states, ...rest });
const one = (state: object): string => machine({ A: state });
const found = (text: string, type: 'STANDARD' | 'EXPRESS' = 'STANDARD'): string[] =>
  diagnose(text, type).map(({ code, message, location }) => `${code}: ${message} at ${location}`);
const SCHEMA = 'SCHEMA_VALIDATION_FAILED: ';
const LAMBDA = 'arn:aws:lambda:us-east-1:111111111111:function:f';
const task = (fields: object): object => ({ Type: 'Task', Resource: LAMBDA, End: true, ...fields });

describe('diagnose', () => {
  it('finds nothing wrong with each type of state, in both languages', () => {
    const item = { StartAt: 'I', States: { I: { Type: 'Pass', End: true } } };
    const paths = {
      P: { Type: 'Pass', Parameters: { 'a.$': '$.x', 'b.$': "States.Format('{}', $v)" }, ResultPath: '$.p', Assign: { v: 1 }, Next: 'C' },
      C: {
        Type: 'Choice',
        Choices: [{ And: [{ Variable: '$.a', IsPresent: true }, { Not: { Variable: '$.a', StringMatches: 'x*' } }], Next: 'T' }],
        Default: 'W',
      },
      T: task({
        End: undefined,
        Next: 'M',
        TimeoutSeconds: 5,
        HeartbeatSeconds: 2,
        Retry: [{ ErrorEquals: ['States.ALL'], JitterStrategy: 'FULL' }],
        Catch: [{ ErrorEquals: ['E'], Next: 'F' }],
      }),
      W: { Type: 'Wait', TimestampPath: '$.t', Next: 'M' },
      M: { Type: 'Map', ItemProcessor: item, MaxConcurrency: 2, Next: 'L' },
      L: { Type: 'Parallel', Branches: [{ StartAt: 'J', States: { J: { Type: 'Succeed' } } }], Next: 'F' },
      F: { Type: 'Fail', ErrorPath: '$.e' },
    };
    expect(found(machine(JSON.parse(JSON.stringify(paths))))).toEqual([]);
    const jsonata = {
      T: task({
        End: undefined,
        Next: 'W',
        Arguments: { a: '{% $states.input %}' },
        Assign: { v: '{% 1 %}' },
        Output: '{% $states.result %}',
        TimeoutSeconds: '{% 5 %}',
      }),
      W: { Type: 'Wait', Seconds: '{% $v %}', Next: 'C' },
      C: { Type: 'Choice', Choices: [{ Condition: '{% $v > 1 %}', Next: 'S', Output: 1 }], Default: 'S' },
      S: { Type: 'Succeed', Output: {} },
    };
    expect(found(machine(JSON.parse(JSON.stringify(jsonata)), { QueryLanguage: 'JSONata', TimeoutSeconds: 60 }))).toEqual([]);
  });

  it.each<[string, string, string]>([
    ['no start', '{"States":{"A":{"Type":"Pass","End":true}}}', `${SCHEMA}These fields are required: [StartAt] at /`],
    ['neither', '{}', `${SCHEMA}These fields are required: [States, StartAt] at /`],
    [
      'an unknown type',
      one({ Type: 'Nope' }),
      `${SCHEMA}The field 'Type' should have one of these values: [Task, Wait, Pass, Succeed, Fail, Choice, Parallel, Map] at /States/A/Type`,
    ],
    ['no type', one({ End: true }), `${SCHEMA}These fields are required: [Type] at /States/A`],
    ['an unknown field', one({ Type: 'Pass', End: true, Foo: 1 }), `${SCHEMA}Field is not supported at /States/A/Foo`],
    ['a target that is not there', one({ Type: 'Pass', Next: 'B' }), "MISSING_TRANSITION_TARGET: Missing 'Next' target: B at /States/A/Next"],
    [
      'a state that is never reached',
      machine({ A: { Type: 'Succeed' }, B: { Type: 'Succeed' } }),
      'MISSING_TRANSITION_TARGET: State "B" is not reachable. at /States/B',
    ],
    ['no end', machine({ A: { Type: 'Pass', Next: 'A' } }), 'NO_TERMINAL_STATE: '],
    ['Next and End', one({ Type: 'Pass', Next: 'A', End: true }), `${SCHEMA}Only one of these fields is allowed: [Next, End] at /States/A`],
    ['no Next and no End', one({ Type: 'Pass' }), `${SCHEMA}One of these fields is required: [Next, End] at /States/A`],
    ['a resource that is no ARN', one(task({ Resource: 'f' })), `${SCHEMA}Value is not a valid resource ARN at /States/A/Resource`],
    ['a field of the other language', one(task({ Arguments: {} })), `${SCHEMA}The JSONata field 'Arguments' is not supported`],
    [
      'a path in JSONata',
      one({ Type: 'Pass', QueryLanguage: 'JSONata', InputPath: '$', End: true }),
      `${SCHEMA}The JSONPath field 'InputPath' is not supported`,
    ],
    [
      'a template without a path',
      one(task({ Parameters: { 'x.$': 'y' } })),
      `${SCHEMA}The value for the field 'x.$' must be a valid JSONPath or a valid intrinsic function call at /States/A/Parameters`,
    ],
    ['a name that stands twice', one(task({ Parameters: { x: 1, 'x.$': '$.a' } })), `${SCHEMA}The field 'x' is defined more than once`],
    ['a result path into a variable', one(task({ ResultPath: '$v' })), `${SCHEMA}Value is not a Reference Path at /States/A/ResultPath`],
    ['an expression that is none', one({ Type: 'Pass', QueryLanguage: 'JSONata', Output: '{% 1 + %}', End: true }), `${SCHEMA}Invalid JSONata expression: `],
    ['an expression without end', one({ Type: 'Pass', QueryLanguage: 'JSONata', Output: '{% 1 %', End: true }), "must start with '{%' and end with '%}'"],
    [
      'a timestamp',
      one({ Type: 'Wait', Timestamp: '05-12-2016T21:29:29Z', End: true }),
      `${SCHEMA}String does not match RFC3339 timestamp at /States/A/Timestamp`,
    ],
    ['credentials', one(task({ Credentials: {} })), `${SCHEMA}The field 'RoleArn' is required but was missing at /States/A/Credentials`],
    ['no branches', one({ Type: 'Parallel', Branches: [], End: true }), `${SCHEMA}Value cannot be empty at /States/A/Branches`],
    [
      'States.ALL too early',
      one(
        task({
          Catch: [
            { ErrorEquals: ['States.ALL'], Next: 'A' },
            { ErrorEquals: ['E'], Next: 'A' },
          ],
        }),
      ),
      "'States.ALL' must be in the last entry",
    ],
    ['States.ALL with others', one(task({ Retry: [{ ErrorEquals: ['States.ALL', 'E'] }] })), "'States.ALL' must be the only element"],
    ['a heartbeat as long as the time-out', one(task({ TimeoutSeconds: 5, HeartbeatSeconds: 5 })), "'HeartbeatSeconds' must be smaller"],
    [
      'a rule with two comparisons',
      one({ Type: 'Choice', Default: 'A', Choices: [{ Variable: '$.a', IsNull: true, IsString: true, Next: 'A' }] }),
      'Exactly one comparison operator is required',
    ],
    [
      'a rule without Next',
      one({ Type: 'Choice', Default: 'A', Choices: [{ Variable: '$.a', IsNull: true }] }),
      `${SCHEMA}These fields are required: [Next] at /States/A/Choices[0]`,
    ],
    ['a variable called states', one({ Type: 'Pass', Assign: { states: 1 }, End: true }), "The variable name 'states' is not valid"],
    ['a name of 81 characters', machine({ ['A'.repeat(81)]: { Type: 'Succeed' } }), 'State names must have a maximum length of 80 characters'],
  ])('finds %s', (_name, text, expected) => {
    expect(found(text).join('\n')).toContain(expected);
  });

  it('finds a state name and a variable used twice, inside and outside', () => {
    const inner = (name: string, variable: string) => ({ StartAt: name, States: { [name]: { Type: 'Pass', Assign: { [variable]: 1 }, End: true } } });
    const outer = (name: string, variable: string, more: object = {}) =>
      machine({ A: { Type: 'Pass', Assign: { v: 1 }, Next: 'M' }, M: { Type: 'Map', ItemProcessor: { ...inner(name, variable), ...more }, End: true } });
    expect(found(outer('B', 'w'))).toEqual([]);
    expect(found(outer('A', 'w'))).toEqual(['DUPLICATE_STATE_NAME: Duplicate State name: A at /States/M/ItemProcessor/States/A']);
    expect(found(outer('B', 'v'))).toEqual([`${SCHEMA}The variable 'v' is already assigned in an outer scope at /States/M/ItemProcessor/States/B/Assign/v`]);
    expect(found(outer('B', 'v', { ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' } }))).toEqual([]);
  });

  it('refuses what Express machines cannot do', () => {
    const of = (Resource: string) => found(one(task({ Resource })), 'EXPRESS');
    expect(of('arn:aws:states:::sqs:sendMessage.waitForTaskToken')).toEqual([
      `${SCHEMA}Express state machine does not support '.waitForTaskToken' service integration  at /States/A/Resource`,
    ]);
    expect(of('arn:aws:states:us-east-1:111111111111:activity:a')).toEqual([
      `${SCHEMA}Express state machine does not support Activity ARN at /States/A/Resource`,
    ]);
    expect(of('arn:aws:states:::sqs:sendMessage')).toEqual([]);
  });

  it.each([
    ['', [{ severity: 'ERROR', code: 'SCHEMA_VALIDATION_FAILED', message: 'Definition must be a valid JSON object' }]],
    ['[]', [{ severity: 'ERROR', code: 'SCHEMA_VALIDATION_FAILED', message: 'Definition must be a valid JSON object' }]],
  ])('%j is no definition', (text, expected) => {
    expect(diagnose(text, 'STANDARD')).toEqual(expected);
  });

  it('says where a text stops being JSON', () => {
    const location = '[Source: (String)"not a definition"; line: 1, column: 4]';
    const message = `Unrecognized token 'not': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false')\n at ${location}`;
    expect(diagnose('not a definition', 'STANDARD')).toEqual([{ severity: 'ERROR', code: 'INVALID_JSON_DESCRIPTION', location, message }]);
    expect(found('{"a":1,}')[0]).toContain('INVALID_JSON_DESCRIPTION: Unexpected character');
    expect(found('{\n"a":')[0]).toContain('line: 2');
  });
});

describe('refusalOf', () => {
  it('words all errors in one message, and none of a valid definition', () => {
    expect(refusalOf(one({ Type: 'Succeed' }), 'STANDARD')).toBeUndefined();
    expect(refusalOf(one({ Type: 'Pass', End: true, X: 1, Y: 2 }), 'STANDARD')).toBe(
      `Invalid State Machine Definition: '${SCHEMA}Field is not supported at /States/A/X, ${SCHEMA}Field is not supported at /States/A/Y'`,
    );
    expect(refusalOf(one(task({ Resource: 'arn:aws:states:::states:startExecution.sync' })), 'EXPRESS')).toBe(
      `Invalid State Machine Definition: '${SCHEMA}Express state machine does not support '.sync' service integration at /States/A/Resource'`,
    );
    expect(refusalOf('x', 'STANDARD')).toContain("'INVALID_JSON_DESCRIPTION: Unrecognized token 'x'");
  });

  it.each([
    ['a'.repeat(41), "Error=ValueError Args=['Label cannot exceed 40 characters'] in definition '"],
    ['a\n', "Error=ValueError Args=[\"Label contains invalid character: '\\\\n'\"] in definition '"],
    ['a\u0081', "Error=ValueError Args=[\"Label contains invalid character: '\\\\x81'\"] in definition '"],
    ['a|', "Error=ValueError Args=[\"Label contains invalid character: '|'\"] in definition '"],
  ])('refuses the label %j', (Label, expected) => {
    const text = one({ Type: 'Map', Label, ItemProcessor: { StartAt: 'B', States: { B: { Type: 'Succeed' } } }, End: true });
    expect(refusalOf(text, 'STANDARD')).toBe(`${expected}${text}'.`);
  });
});

describe('readDefinition', () => {
  it('fills in the language of each state, and the new names of what a Map has', () => {
    const inner = { StartAt: 'B', States: { B: { Type: 'Pass', End: true } } };
    const text = machine({ A: { Type: 'Map', QueryLanguage: 'JSONata', Iterator: inner, Parameters: { a: 1 }, End: true } });
    const read = readDefinition(text);
    expect(read).toMatchObject({
      QueryLanguage: 'JSONPath',
      States: { A: { QueryLanguage: 'JSONata', ItemSelector: { a: 1 }, ItemProcessor: { States: { B: { QueryLanguage: 'JSONPath' } } } } },
    });
    expect(read.States.A).not.toHaveProperty('Iterator');
    expect(read.States.A).not.toHaveProperty('Parameters');
  });

  it('refuses what has not the shape of one', () => {
    for (const text of ['x', '[]', '{"States":[]}', '{"States":{"A":1}}']) expect(() => readDefinition(text)).toThrow(DefinitionError);
  });
});
