import type { HttpRequest, HttpResponse } from '../kernel/http.ts';
import { inProcessHandler } from './in-process.ts';

/**
 * All that an SDK client would look for in the operator's `~/.aws` where nobody told it: told here, it opens no file, and a run does not depend on whose machine it is.
 * @see https://docs.aws.amazon.com/sdkref/latest/guide/settings-reference.html
 */
const SETTLED = {
  authSchemePreference: [] as string[],
  defaultsMode: 'standard',
  disableClockSkewCorrection: false,
  retryMode: 'standard',
  useDualstackEndpoint: false,
  useFipsEndpoint: false,
  userAgentAppId: 'tickertape',
  // Of DynamoDB, of EventBridge, and of CloudWatch.
  accountIdEndpointMode: 'disabled',
  endpointDiscoveryEnabledProvider: async () => false,
  sigv4aSigningRegionSet: [] as string[],
  disableRequestCompression: true,
  requestMinCompressionSizeBytes: 10_240,
} as const;

/** The SDK's own default. */
const ATTEMPTS_MAX = 3;

/** What an SDK client is made with. */
export type ClientSettings = typeof SETTLED & {
  readonly maxAttempts: number;
  readonly region: string;
  readonly endpoint: string;
  readonly credentials: { accessKeyId: string; secretAccessKey: string };
  readonly requestHandler: ReturnType<typeof inProcessHandler>;
};

/** Settings for an SDK client that reaches `dispatch` without a socket, as the operator. */
export function clientSettings(
  place: { readonly region: string; readonly endpoint: string; readonly isVirtual: boolean },
  dispatch: (request: HttpRequest) => Promise<HttpResponse>,
): ClientSettings {
  const credentials = { accessKeyId: 'operator', secretAccessKey: 'operator' };
  const { isVirtual, ...address } = place;
  // The client waits between attempts by the machine's clock, and a virtual one would run away meanwhile.
  const maxAttempts = isVirtual ? 1 : ATTEMPTS_MAX;
  return { ...SETTLED, ...address, maxAttempts, credentials, requestHandler: inProcessHandler(dispatch) };
}
