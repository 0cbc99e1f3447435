/** What is wrong with the shop's saga on purpose. */
export interface Defects {
  /** Step whose undo is not among the compensations. */
  readonly withoutUndo?: string;
  /** Step whose undo is registered after the act instead of before it. */
  readonly registersLate?: string;
  /** Step whose undo takes effect again when it comes again. */
  readonly repeatsUndo?: string;
}

/** The steps of the shop's saga; the last is the pivot. */
export const STEPS = ['Reserve', 'Charge', 'Ship'] as const;
const PIVOT = 'Ship';
const UNDONE_BY_REVERSE = ['Charge', 'Reserve'] as const;

/** Substituted by the template. */
const TABLE = `$${'{Table}'}`;

type States = Record<string, object>;

const instance = (expression: string, values: object = {}): object => ({
  Type: 'Task',
  Resource: 'arn:aws:states:::dynamodb:updateItem',
  Arguments: {
    TableName: TABLE,
    Key: { pk: { S: "{% 'SAGA#' & $sagaId %}" }, sk: { S: 'SAGA' } },
    UpdateExpression: expression,
    ...(expression.includes('#state') && { ExpressionAttributeNames: { '#state': 'state' } }),
    ...(Object.keys(values).length > 0 && { ExpressionAttributeValues: values }),
  },
});

const state = (name: string, next: object): object => ({ ...instance('SET #state = :state', { ':state': { S: name } }), ...next });

function ask(step: string, undo: '' | '#undo', next: object): object {
  return {
    Type: 'Task',
    Resource: 'arn:aws:states:::sqs:sendMessage.waitForTaskToken',
    Arguments: {
      QueueUrl: `\${${step}Queue}`,
      MessageBody: {
        tasktoken: '{% $states.context.Task.Token %}',
        detail: { id: `{% $sagaId & '#${step}${undo}' %}`, sagaid: '{% $sagaId %}', sagastep: step },
      },
    },
    TimeoutSeconds: 60,
    Retry: [{ ErrorEquals: ['Injected', 'States.Timeout'], IntervalSeconds: 1, MaxAttempts: 2 }],
    ...next,
  };
}

/** Waits and tries again, for ever, and says so. */
function stuck(task: string): States {
  const entry = { EventBusName: 'default', Source: 'shop', DetailType: 'SagaStuck', Detail: { sagaId: '{% $sagaId %}', task } };
  return {
    [`Stuck ${task}`]: { Type: 'Task', Resource: 'arn:aws:states:::events:putEvents', Arguments: { Entries: [entry] }, Next: `Rest ${task}` },
    [`Rest ${task}`]: { Type: 'Wait', Seconds: 600, Next: task },
  };
}

function forward(step: string, next: string, defects: Defects): States {
  const catchers = (target: string): object => ({ Catch: [{ ErrorEquals: ['States.ALL'], Next: target }] });
  const register = { ...instance(`SET reg${step} = :yes`, { ':yes': { BOOL: true } }) };
  if (step === PIVOT) {
    const refused = { ErrorEquals: ['StepRefused'], Next: 'Compensate' };
    const stop = { ErrorEquals: ['States.ALL'], Next: `Stuck ${step}` };
    return { [`Register ${step}`]: { ...register, Next: step }, [step]: ask(step, '', { Next: next, Catch: [refused, stop] }), ...stuck(step) };
  }
  const act = (after: string): object => ask(step, '', { Next: after, ...catchers('Compensate') });
  if (defects.registersLate === step)
    return { [`Register ${step}`]: { Type: 'Pass', Next: step }, [step]: act(`Late ${step}`), [`Late ${step}`]: { ...register, Next: next } };
  return { [`Register ${step}`]: { ...register, Next: step }, [step]: act(next) };
}

function backward(step: string, next: string, defects: Defects): States {
  const undo = `Undo ${step}`;
  const isRegistered = `{% $exists($registered.reg${step}) %}`;
  const target = defects.withoutUndo === step ? next : undo;
  return {
    [`Is ${step} registered`]: { Type: 'Choice', Choices: [{ Condition: isRegistered, Next: target }], Default: next },
    ...(target === undo && { [undo]: ask(step, '#undo', { Next: next, Catch: [{ ErrorEquals: ['States.ALL'], Next: `Stuck ${undo}` }] }), ...stuck(undo) }),
  };
}

/** The definition of the shop's saga: registers before it acts, compensates in reverse, and after its pivot only goes on. */
export function shopMachine(defects: Defects): object {
  const read = { TableName: TABLE, Key: { pk: { S: "{% 'SAGA#' & $sagaId %}" }, sk: { S: 'SAGA' } }, ConsistentRead: true };
  const load = { Type: 'Task', Resource: 'arn:aws:states:::dynamodb:getItem', Arguments: read, Assign: { registered: '{% $states.result.Item %}' } };
  return {
    QueryLanguage: 'JSONata',
    StartAt: 'Begin',
    States: {
      Begin: { Type: 'Pass', Assign: { sagaId: '{% $states.input.sagaId %}', isAgain: '{% $states.input.isAgain = true %}' }, Next: 'Start' },
      Start: state('RUNNING', { Next: 'Look' }),
      Look: { ...load, Next: 'Where' },
      Where: {
        Type: 'Choice',
        Choices: [
          { Condition: `{% $exists($registered.reg${PIVOT}) %}`, Next: PIVOT },
          { Condition: '{% $isAgain %}', Next: 'Compensate' },
        ],
        Default: 'Register Reserve',
      },
      ...forward('Reserve', 'Register Charge', defects),
      ...forward('Charge', 'Register Ship', defects),
      ...forward('Ship', 'Complete', defects),
      Complete: state('COMPLETED', { End: true }),
      Compensate: state('COMPENSATING', { Next: 'Load' }),
      Load: { ...load, Next: 'Is Charge registered' },
      ...backward(UNDONE_BY_REVERSE[0], 'Is Reserve registered', defects),
      ...backward(UNDONE_BY_REVERSE[1], 'Cancel', defects),
      Cancel: state('CANCELLED', { End: true }),
    },
  };
}
