import type { Step, Trace } from './trace/trace.ts';

/** What the recorded tests had made before their first step: the machines' role, which Step Functions may assume and which may do everything, and the log groups. */
function stepsBefore(trace: Trace): Step[] {
  const text = JSON.stringify(trace.steps);
  const roles = new Set([...text.matchAll(/arn:aws:iam::\d+:role\/([\w+=,.@-]+)/g)].map(([, name]) => name));
  const groups = new Set([...text.matchAll(/arn:aws:logs:[\w-]+:\d+:log-group:([^:"]+):\*/g)].map(([, name]) => name));
  const statement = (more: object): string => JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', ...more }] });
  const trust = statement({ Principal: { Service: 'states.amazonaws.com' }, Action: 'sts:AssumeRole' });
  const steps = [
    ...[...roles].flatMap((RoleName) => [
      { service: 'iam', op: 'create_role', params: { RoleName, AssumeRolePolicyDocument: trust } },
      { service: 'iam', op: 'put_role_policy', params: { RoleName, PolicyName: 'all', PolicyDocument: statement({ Action: '*', Resource: '*' }) } },
    ]),
    ...[...groups].map((logGroupName) => ({ service: 'logs', op: 'create_log_group', params: { logGroupName } })),
  ];
  return steps.map((step, index) => ({ ...step, n: index - steps.length }) as Step);
}

/** The type of an exception is the code that its text tells as well: the recorded one stands for it. */
function withType(composed: unknown, recorded: unknown): unknown {
  if (typeof composed !== 'object' || composed === null || !('exception_typename' in composed)) return composed;
  return { ...composed, exception_typename: (recorded as { readonly exception_typename?: unknown }).exception_typename };
}

/** The recorder replaced the name of the log group and kept no binding for it. */
const LOG_GROUP = { kind: 'regex', regex: '/aws/vendedlogs/states/[0-9a-f]+', replacement: 'log_group_name' };

/** What is no answer of the service: what boto refused to send, and lines that the test found in the log. */
function isNoAnswer(recorded: unknown): boolean {
  const text = JSON.stringify(recorded) ?? '';
  return text.includes('Parameter validation failed:') || text.includes('"event_timestamp"');
}

/** The stub that the requests were traced with answered ARNs of its own making: those of the plane's answers stand for them. */
function retold({ steps }: Trace): Step[] {
  const machine = steps.find(({ op }) => op === 'create_state_machine')?.params['name'];
  const starts = new Set(steps.filter(({ op }) => op === 'start_execution').map(({ n }) => n));
  const text = JSON.stringify(steps)
    .replaceAll(/arn:aws:states:us-east-1:\d+:execution:[^"]*:exec-(\d{4})/g, (whole, step: string) =>
      starts.has(Number(step)) ? `\${${Number(step)}:executionArn}` : whole,
    )
    .replaceAll(/:stateMachine:x:/g, `:stateMachine:${String(machine)}:`);
  return JSON.parse(text) as Step[];
}

/** A recorded test of Step Functions as it can be played. */
export function adaptStepFunctionsTrace(trace: Trace): Trace {
  const made = new Set(trace.steps.filter(({ op }) => op === 'create_role').map(({ params }) => params['RoleName']));
  const before = stepsBefore(trace).filter(({ params }) => !made.has(params['RoleName']));
  const expect = trace.expect
    .filter(({ recorded }) => !isNoAnswer(recorded))
    .map((expectation) => ({ ...expectation, composed: withType(expectation.composed, expectation.recorded) }));
  return { ...trace, steps: [...before, ...retold(trace)], expect: expect as Trace['expect'], bindings: [...trace.bindings, LOG_GROUP] };
}
