import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { SFNClient } from '@aws-sdk/client-sfn';
import { SNSClient } from '@aws-sdk/client-sns';
import { SmithyRpcV2CborProtocol } from '@smithy/core/cbor';
import type { TypeRegistry } from '@smithy/core/schema';
import { fromBase64, fromUtf8, toBase64, toUtf8 } from '@smithy/core/serde';
import type { ProtocolName } from '../../../local/wire/services.ts';
import { NAMESPACE } from './model.ts';

/** The side of a client in one of the SDK's protocols. */
interface ClientProtocol {
  setSerdeContext(context: object): void;
  deserializeResponse(operation: object, context: object, response: object): Promise<Record<string, unknown>>;
}

type ProtocolClass = new (options: object) => ClientProtocol;

/** A client that speaks each protocol: its own is lent to the vectors. */
const CLIENTS: Readonly<Partial<Record<ProtocolName, new (options: object) => { readonly config: object }>>> = {
  'awsJson1.0': SFNClient,
  'awsJson1.1': EventBridgeClient,
  awsQuery: SNSClient,
  restJson1: LambdaClient,
};

const classes = new Map<ProtocolName, ProtocolClass>();

function protocolClass(name: ProtocolName): ProtocolClass {
  const known = classes.get(name);
  if (known) return known;
  const Client = CLIENTS[name];
  const lent = Client && (new Client({ region: 'us-east-1' }).config as { readonly protocol: object }).protocol.constructor;
  const made = (lent ?? SmithyRpcV2CborProtocol) as ProtocolClass;
  classes.set(name, made);
  return made;
}

/** The SDK's own protocol, for the errors in a registry. */
export function clientProtocol(name: ProtocolName, options: { readonly registry: TypeRegistry; readonly isQueryCompatible: boolean }): ClientProtocol {
  const protocol = new (protocolClass(name))({
    defaultNamespace: NAMESPACE,
    errorTypeRegistries: [options.registry],
    awsQueryCompatible: options.isQueryCompatible,
    serviceTarget: 'ProtocolTests',
    xmlNamespace: 'https://example.com/',
    version: '2020-01-08',
  });
  const streamCollector = async (body: unknown): Promise<unknown> => body;
  protocol.setSerdeContext({ base64Decoder: fromBase64, base64Encoder: toBase64, utf8Decoder: fromUtf8, utf8Encoder: toUtf8, streamCollector });
  return protocol;
}
