import type { HttpResponse } from '../../local/kernel/http.ts';
import { decodeCbor } from '../../local/wire/codecs/cbor.ts';
import { ServiceModel } from '../../local/wire/model.ts';
import { SERVICE_ROWS } from '../../local/wire/services.ts';
import type { Attack } from './requests.ts';

/**
 * Errors that services answer without a model of their own for them: of the protocols, of signatures, of access.
 * @see https://docs.aws.amazon.com/STS/latest/APIReference/CommonErrors.html
 */
const COMMON_CODES: ReadonlySet<string> = new Set([
  'AccessDenied',
  'AccessDeniedException',
  'InvalidAction',
  'InvalidParameterCombination',
  'InvalidParameterCombinationException',
  'InvalidParameterValue',
  'InvalidParameterValueException',
  'MalformedInput',
  'MissingAction',
  'MissingParameter',
  'MissingRequiredParameterException',
  'NotEmulated',
  'RequestEntityTooLargeException',
  'SerializationException',
  'UnknownOperationException',
  'ValidationError',
  'ValidationException',
  'InvalidRequestContentException',
]);

/**
 * S3's client models few of the errors that S3 documents.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
 */
const S3_CODES: ReadonlySet<string> = new Set([
  'AccessDenied',
  'BadDigest',
  'BucketNotEmpty',
  'EntityTooLarge',
  'EntityTooSmall',
  'IncompleteBody',
  'InvalidArgument',
  'InvalidBucketName',
  'InvalidDigest',
  'InvalidPart',
  'InvalidPartOrder',
  'InvalidRange',
  'InvalidRequest',
  'InvalidTag',
  'KeyTooLongError',
  'MalformedPolicy',
  'MalformedXML',
  'MethodNotAllowed',
  'NoSuchBucketPolicy',
  'NoSuchTagSet',
  'NotImplemented',
  'PreconditionFailed',
  'XAmzContentSHA256Mismatch',
]);

/** Reads the code of an error, in whichever protocol it is written; `undefined` where the answer is no error that a client could read. */
function codeOf({ headers, body }: HttpResponse): string | undefined {
  const text = Buffer.from(body).toString();
  const type = headers['x-amzn-errortype'];
  if (type !== undefined) return type.split(':')[0];
  if (headers['content-type']?.includes('xml')) return /<Code>([^<]+)<\/Code>/.exec(text)?.[1];
  try {
    const isCbor = headers['content-type'] === 'application/cbor';
    const { __type, code, message } = (isCbor ? decodeCbor(body) : JSON.parse(text)) as Record<string, unknown>;
    const name = __type ?? code ?? (typeof message === 'string' ? 'plain' : undefined);
    return typeof name === 'string' ? name.split('#').at(-1) : undefined;
  } catch {
    return undefined;
  }
}

/** Judges answers: a success, or an error that the service's model or AWS's list of common errors has. */
export class Judge {
  readonly #models = new Map<string, ServiceModel>();

  /** Reads the models of all services. */
  static async create(): Promise<Judge> {
    const judge = new Judge();
    for (const row of SERVICE_ROWS) judge.#models.set(row.name, new ServiceModel(row, await row.load()));
    return judge;
  }

  /** What is wrong with the answer; `undefined` where nothing is. */
  problem(attack: Attack, response: HttpResponse): string | undefined {
    if (response.status < 300) return undefined;
    // No service's answer, but that of API Gateway's data plane for an address without an API.
    if (attack.request.headers['host']?.includes('execute-api') && response.status === 404) return undefined;
    // An answer to HEAD has no body: its status says all.
    if (attack.request.method === 'HEAD' && (response.status < 500 || response.status === 501) && response.body.byteLength === 0) return undefined;
    const code = codeOf(response);
    if (code === undefined) return `status ${response.status} without a readable error`;
    if (response.status >= 500 && code !== 'NotEmulated') return `status ${response.status} ${code}`;
    if (COMMON_CODES.has(code) || (attack.service === 's3' && S3_CODES.has(code)) || this.#isModelled(attack, code)) return undefined;
    return `error ${code} (${response.status}) that no model has`;
  }

  /** A mutation can send a request to another service: the code may be of any of them, of the intended one first. */
  #isModelled({ service }: Attack, code: string): boolean {
    const own = this.#models.get(service);
    if (own && this.#knows(own, code)) return true;
    return [...this.#models.values()].some((model) => this.#knows(model, code));
  }

  #knows(model: ServiceModel, code: string): boolean {
    if (model.error(code)) return true;
    for (const error of model.errors()) if (error.queryCode === code) return true;
    return false;
  }
}
