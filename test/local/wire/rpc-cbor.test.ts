import { CloudWatch, ResourceNotFoundException } from '@aws-sdk/client-cloudwatch';
import { cbor, dateToTag, SmithyRpcV2CborProtocol } from '@smithy/core/cbor';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Fault } from '../../../local/kernel/errors.ts';
import type { HttpRequest, HttpResponse } from '../../../local/kernel/http.ts';
import { decodeCbor } from '../../../local/wire/codecs/cbor.ts';
import { inProcessHandler } from '../../../local/wire/in-process.ts';
import { send, wireWorld } from './world.ts';

const TARGET = '/service/GraniteServiceVersion20100801/operation/PutMetricData';
const HEADERS = { 'smithy-protocol': 'rpc-v2-cbor', 'content-type': 'application/cbor' };

/** A client that speaks CBOR, as those of Go and Java do. */
const clientOf = (dispatch: (request: HttpRequest) => Promise<HttpResponse>): CloudWatch =>
  new CloudWatch({
    region: 'us-east-1',
    endpoint: 'http://127.0.0.1:4566',
    credentials: { accessKeyId: 'any', secretAccessKey: 'any' },
    maxAttempts: 1,
    requestHandler: inProcessHandler(dispatch),
    protocol: new SmithyRpcV2CborProtocol({ defaultNamespace: 'com.amazonaws.cloudwatch' }),
  });

it('carries numbers and times both ways', async () => {
  let seen: unknown;
  const { dispatch, sent } = wireWorld({
    cloudwatch: {
      PutMetricData: (input) => {
        seen = input;
        return {};
      },
      GetMetricData: () => ({ MetricDataResults: [{ Id: 'm', Timestamps: [new Date(1_500)], Values: [0.1, 2 ** 40, -7] }] }),
    },
  });
  const cloudwatch = clientOf(dispatch);
  const data = {
    Namespace: 'ü',
    MetricData: [{ MetricName: 'n', Timestamp: new Date(1_764_000_000_250), Value: -1.5, Dimensions: [{ Name: 'd', Value: '1' }] }],
  };
  await cloudwatch.putMetricData(data);
  expect(seen).toEqual(data);
  const { MetricDataResults: results } = await cloudwatch.getMetricData({ MetricDataQueries: [], StartTime: new Date(0), EndTime: new Date(60_000) });
  expect(results).toEqual([{ Id: 'm', Timestamps: [new Date(1_500)], Values: [0.1, 2 ** 40, -7] }]);
  expect(sent[0]?.request.target).toBe(TARGET);
  expect(sent[1]?.response.headers).toMatchObject({ 'smithy-protocol': 'rpc-v2-cbor', 'content-type': 'application/cbor' });
  // An operation without an output answers no body, and so no type of one.
  expect(sent[0]?.response.body.byteLength).toBe(0);
  expect(sent[0]?.response.headers).toHaveProperty('smithy-protocol', 'rpc-v2-cbor');
  expect(sent[0]?.response.headers).not.toHaveProperty('content-type');
});

it('answers modelled errors, with the code that queries have', async () => {
  const { dispatch, sent } = wireWorld({
    cloudwatch: {
      GetDashboard: () => {
        throw new Fault('ResourceNotFoundException', 'No such dashboard');
      },
    },
  });
  const error = await clientOf(dispatch)
    .deleteAnomalyDetector({})
    .catch((caught: unknown) => caught);
  expect(error).toMatchObject({ message: expect.stringContaining('DeleteAnomalyDetector is not emulated'), $metadata: { httpStatusCode: 501 } });
  const missing = await clientOf(dispatch)
    .getDashboard({ DashboardName: 'd' })
    .catch((caught: unknown) => caught);
  expect(missing).toMatchObject({ message: 'No such dashboard' });
  expect(sent[1]?.response.headers['x-amzn-query-error']).toMatch(/;Sender$/);
  expect(missing).toBeInstanceOf(ResourceNotFoundException);
});

it.each([
  ['ends early', Buffer.from('a1', 'hex')],
  ['says a length that it does not have', Buffer.from('bb7fffffffffffffff', 'hex')],
  ['has a key that is no text', Buffer.from('a10102', 'hex')],
  ['goes on after its end', Buffer.from('a000', 'hex')],
  ['nests without end', Buffer.alloc(100_000, 0x81)],
  ['is no structure', Buffer.from('01', 'hex')],
  ['has a reserved length', Buffer.from('1c', 'hex')],
  ['holds bytes where a list belongs', Buffer.from(cbor.serialize({ Namespace: 'n', MetricData: new Uint8Array([1]) }))],
])('refuses a body that %s', async (_, body) => {
  const { dispatch, bugs } = wireWorld({ cloudwatch: { PutMetricData: () => ({}) } });
  const response = await send(dispatch, { target: TARGET, headers: HEADERS, body });
  expect([response.status, cbor.deserialize(response.body).__type]).toEqual([400, 'com.amazon.coral.service#SerializationException']);
  expect(bugs).toEqual([]);
});

it('says which service or operation is not there, in CBOR', async () => {
  const { dispatch } = wireWorld();
  for (const target of ['/service/Nothing/operation/Do', '/service/GraniteServiceVersion20100801/operation/Do', '/']) {
    const response = await send(dispatch, { target, headers: HEADERS });
    expect([response.status, cbor.deserialize(response.body).__type], target).toEqual([400, 'com.amazon.coral.service#UnknownOperationException']);
  }
});

it('decodes what the SDK encodes', () => {
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof(
      { maxDepth: 4 },
      fc.string({ unit: 'grapheme' }),
      fc.boolean(),
      fc.maxSafeInteger(),
      fc.double({ noNaN: true }).map((value) => (Object.is(value, -0) ? 0 : value)),
      fc.constant(null),
      fc.array(tie('tree')),
      fc.dictionary(fc.string(), tie('tree')),
    ),
  }));
  fc.assert(
    fc.property(tree, (value) => {
      expect(decodeCbor(cbor.serialize(value))).toEqual(value);
    }),
  );
});

it('decodes times, bytes, half-precision numbers and what has no length said', () => {
  expect(decodeCbor(cbor.serialize({ at: dateToTag(new Date(1_250)), bytes: new Uint8Array([0, 1]) }))).toEqual({ at: 1.25, bytes: 'AAE=' });
  const decoded = ['f93e00', 'f9fc00', 'f90001', '9f01ff', 'bf616101ff', '7f61616162ff', '5f4100ff', '3b001fffffffffffff'].map((hex) =>
    decodeCbor(Buffer.from(hex, 'hex')),
  );
  expect(decoded).toEqual([1.5, Number.NEGATIVE_INFINITY, 2 ** -24, [1], { a: 1 }, 'ab', 'AA==', -(2 ** 53)]);
});
