// @ts-expect-error the package has no types where its manifest says
import aslValidator from 'asl-validator';
import { Duration } from 'aws-cdk-lib/core';
import { describe, expect, it } from 'vitest';
import { saga } from '../../infra/constructs/saga/declaration.ts';
import { type Definition, definitionOf } from '../../infra/constructs/saga/definition.ts';
import { checkLimits } from '../../infra/constructs/saga/limits.ts';
import type { Wiring } from '../../infra/constructs/saga/machine-tasks.ts';
import { checkout } from '../../infra/sagas/checkout.ts';
import { diagnose, refusalOf } from '../../local/languages/states/index.ts';
import { OrderPlaced, PrepareShipment, ProcessPayment, RefundPayment } from '../../schemas/index.ts';
import { resourcesOf, synthesize } from './system-under-test.ts';

const wiring: Wiring = {
  saga: 'Checkout',
  tableName: 'table',
  busName: 'bus',
  metricNamespace: 'Tickertape',
  metricName: 'StuckSagas',
  queueUrls: { inventory: 'https://sqs/inventory', payments: 'https://sqs/payments', shipping: 'https://sqs/shipping' },
};

/** The definition that a template deploys, with names in the place of what only a deployment knows. */
function deployed(): Definition {
  const [machine] = resourcesOf(synthesize(), 'AWS::StepFunctions::StateMachine');
  const parts = machine?.Properties.DefinitionString['Fn::Join'][1] as readonly unknown[];
  return JSON.parse(parts.map((part) => (typeof part === 'string' ? part : 'x')).join('')) as Definition;
}

describe('the machine of the checkout', () => {
  it('is what the declaration makes, and nothing else', () => {
    const { States } = deployed();
    expect(Object.keys(States)).toEqual(Object.keys(definitionOf(checkout, wiring).States));
  });

  it('is accepted by the validator of the community and by the plane', () => {
    const definition = deployed();
    expect(aslValidator(definition as never).errors).toEqual([]);
    const text = JSON.stringify(definitionOf(checkout, wiring));
    expect(refusalOf(text, 'STANDARD')).toBeUndefined();
    expect(diagnose(text, 'STANDARD').filter(({ severity }) => severity === 'ERROR')).toEqual([]);
  });

  it('sends each command and its undo under one business key', () => {
    const { States } = definitionOf(checkout, wiring);
    // biome-ignore lint/suspicious/noExplicitAny: a definition is any JSON
    const detailOf = (name: string) => (States[name] as any).Arguments.MessageBody.detail;
    expect(detailOf('ProcessPayment').idempotencykey).toBe("{% $saga.id & '#ProcessPayment' %}");
    expect(detailOf('Undo ProcessPayment').idempotencykey).toBe(detailOf('ProcessPayment').idempotencykey);
    expect(detailOf('ProcessPayment').data).toContain('"amountCents": $input.`totalCents`');
  });

  it('registers the undo before the act', () => {
    const { States } = definitionOf(checkout, wiring);
    // biome-ignore lint/suspicious/noExplicitAny: a definition is any JSON
    const begins = States['ReserveInventory begins'] as any;
    expect(begins.Next).toBe('ReserveInventory');
    expect(begins.Arguments.UpdateExpression).toContain('#registered.#ReserveInventory = if_not_exists(');
  });
});

describe('a declaration', () => {
  const begin = () => saga('Trial', { on: OrderPlaced.v1, key: (order) => order.orderId, deadline: Duration.hours(1) });
  const ship = {
    participant: 'shipping',
    command: PrepareShipment.v1,
    data: ({ input: { orderId, customerId, email, lines } }: { input: ReturnType<(typeof OrderPlaced.v1)['parse']> }) => ({
      orderId,
      customerId,
      email,
      lines,
    }),
  };

  it('is refused where a step before the pivot has no undo', () => {
    expect(() => begin().step('PrepareShipment', ship)).toThrow('Step PrepareShipment of saga Trial has no undo');
  });

  it('is refused where two steps have one name, or two are the pivot', () => {
    expect(() => begin().pivot('PrepareShipment', ship).step('PrepareShipment', ship)).toThrow('has a step PrepareShipment already');
    expect(() => begin().pivot('PrepareShipment', ship).pivot('Again', ship)).toThrow('has a pivot already');
  });

  it('is refused where it computes with what is known only when the saga runs', () => {
    const data = ({ input }: { input: { orderId: string } }) => ({ orderId: input.orderId, reason: `for ${input.orderId}` });
    const undo = { command: RefundPayment.v1, data };
    expect(() => begin().step('PrepareShipment', { ...ship, undo })).toThrow('input.orderId is known only when the saga runs');
  });

  it('lets a step use what an earlier one answered, and nothing else', () => {
    const pay = {
      participant: 'payments',
      command: ProcessPayment.v1,
      data: ({ input: { totalCents: amountCents, ...order } }: { input: ReturnType<(typeof OrderPlaced.v1)['parse']> }) => ({
        orderId: order.orderId,
        customerId: order.customerId,
        email: order.email,
        lines: order.lines,
        amountCents,
        currency: order.currency,
        cardToken: order.cardToken,
      }),
    };
    const paid = begin().pivot('ProcessPayment', { ...pay, reply: ['paymentId'] });
    const after = paid.step('PrepareShipment', {
      ...ship,
      data: ({ input, results }) => ({ ...ship.data({ input }), customerId: results.ProcessPayment.paymentId }),
    });
    expect(after.steps[1]?.command.data).toContain('"customerId": $results.`ProcessPayment`.`paymentId`');
    // @ts-expect-error `shipmentId` is not in the reply of ProcessPayment
    paid.step('Other', { ...ship, data: ({ input, results }) => ({ ...ship.data({ input }), customerId: results.ProcessPayment.shipmentId }) });
  });
});

describe('limits at synth', () => {
  const states = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`State ${index}`, { Type: 'Succeed' }]));
  const definition = (States: Definition['States']): Definition => ({ Comment: 'Saga Large', QueryLanguage: 'JSONata', StartAt: 'State 0', States });

  it.each([
    ['a definition that is too long', definition({ 'State 0': { Type: 'Succeed', Comment: 'x'.repeat(1024 * 1024) } }), 'has at most 1048576'],
    ['a name that is too long', definition({ ['x'.repeat(81)]: { Type: 'Succeed' } }), '80 are allowed'],
    ['more states than an execution can remember', definition(states(400)), 'Split the saga'],
  ])('refuse %s', (_, large, message) => {
    expect(() => checkLimits(large, JSON.stringify(large))).toThrow(message);
  });

  it('let the checkout pass', () => {
    const made = definitionOf(checkout, wiring);
    expect(() => checkLimits(made, JSON.stringify(made))).not.toThrow();
  });
});
