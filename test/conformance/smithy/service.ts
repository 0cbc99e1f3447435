import { LoadedService } from '../../../local/wire/endpoint.ts';
import type { ProtocolName, ServiceRow } from '../../../local/wire/services.ts';
import { type BotoOperation, SdkSchemas, type Suite } from './model.ts';

/** The protocols of the vectors' files as the wire calls them. */
const PROTOCOLS: Readonly<Record<string, ProtocolName>> = {
  awsJson1_0: 'awsJson1.0',
  awsJson1_1: 'awsJson1.1',
  awsQuery: 'awsQuery',
  restJson1: 'restJson1',
  rpcv2Cbor: 'rpcV2Cbor',
};

/** One operation of the vectors, loaded into the wire as any service's. */
export interface VectorService {
  readonly protocol: ProtocolName;
  readonly service: LoadedService;
  /** What the SDK's client would export of it. */
  readonly module: Readonly<Record<string, readonly unknown[]>>;
}

/** Loads an operation. `file` is `awsJson1_0`, or `awsJson1_0-queryCompatible`. */
export async function loadOperation(file: string, suite: Suite<object>, operation: BotoOperation): Promise<VectorService> {
  const protocol = PROTOCOLS[file.split('-')[0] ?? ''];
  if (!protocol) throw new Error(`The wire has no name for the protocol of ${file}`);
  const module = new SdkSchemas(suite).moduleOf(operation);
  const row: ServiceRow = {
    name: 'protocol-tests',
    protocol,
    signingName: 'protocol-tests',
    targetPrefix: 'ProtocolTests',
    xmlNamespace: 'https://example.com/',
    ...(protocol === 'awsQuery' && { queryVersion: '2020-01-08' }),
    ...(suite.metadata.awsQueryCompatible && { isQueryCompatible: true }),
    load: async () => module,
    constraints: async () => ({ default: { source: '', operations: {}, shapes: {} } }),
  };
  return { protocol, service: await LoadedService.load(row), module };
}
