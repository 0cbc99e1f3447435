import type { Kernel } from '../../../kernel/kernel.ts';

/** A header of a service's answer; most are lists of one in `AllHttpHeaders`. */
type Headers = Readonly<Record<string, string>>;

const httpDate = (kernel: Kernel): string => new Date(kernel.nowMs()).toUTCString();

/** `PublishResponse` around an id, as the service answers in XML. */
const PUBLISHED_BYTES = 294;
const SEQUENCE_NUMBER_BYTES = 58;

function headersOf(output: object, service: string, { kernel, requestId }: { readonly kernel: Kernel; readonly requestId: string }): Headers {
  const date = httpDate(kernel);
  switch (service) {
    case 'lambda': {
      const { Payload: payload, LogResult: log } = output as { readonly Payload?: unknown; readonly LogResult?: string };
      return {
        ...(log !== undefined && { 'X-Amz-Log-Result': log }),
        'X-Amz-Executed-Version': String((output as { ExecutedVersion?: string }).ExecutedVersion),
        'x-amzn-Remapped-Content-Length': '0',
        Connection: 'keep-alive',
        'x-amzn-RequestId': requestId,
        'Content-Length': String(payload === undefined ? 0 : Buffer.byteLength(JSON.stringify(payload))),
        Date: date,
        'X-Amzn-Trace-Id': `root=1-${Math.floor(kernel.nowMs() / 1000).toString(16)}-${requestId.replaceAll('-', '').slice(0, 24)};sampled=0`,
        'Content-Type': 'application/json',
      };
    }
    case 'dynamodb':
      return {
        Server: 'Server',
        Connection: 'keep-alive',
        'x-amzn-RequestId': requestId,
        'x-amz-crc32': '0',
        'Content-Length': String(Buffer.byteLength(JSON.stringify(output))),
        Date: date,
        'Content-Type': 'application/x-amz-json-1.0',
      };
    case 'sns': {
      const length = PUBLISHED_BYTES + ('SequenceNumber' in output ? SEQUENCE_NUMBER_BYTES : 0);
      return { 'x-amzn-RequestId': requestId, connection: 'keep-alive', 'Content-Length': String(length), Date: date, 'Content-Type': 'text/xml' };
    }
    default: {
      const type = service === 'eventbridge' ? 'application/x-amz-json-1.1' : 'application/x-amz-json-1.0';
      const length = Buffer.byteLength(JSON.stringify(output));
      return { 'x-amzn-RequestId': requestId, connection: 'keep-alive', 'Content-Length': String(length), Date: date, 'Content-Type': type };
    }
  }
}

/** The output with what the first Java SDK tells of the call, as Step Functions' own integrations answer. */
export function withMetadata(output: object, service: string, kernel: Kernel): object {
  const requestId = kernel.uuid();
  const headers = headersOf(output, service, { kernel, requestId });
  const all = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]]));
  return sorted({
    ...output,
    SdkHttpMetadata: { AllHttpHeaders: all, HttpHeaders: sorted(headers), HttpStatusCode: 200 },
    SdkResponseMetadata: { RequestId: requestId },
  });
}

const sorted = (members: object): object => Object.fromEntries(Object.entries(members).sort(([a], [b]) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1)));
