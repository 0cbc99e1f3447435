import { NormalizedSchema, TypeRegistry } from '@smithy/core/schema';
import { Fault } from '../../../local/kernel/errors.ts';
import type { HttpResponse } from '../../../local/kernel/http.ts';
import { failureOf } from '../../../local/wire/failure.ts';
import type { CaseVerdict } from '../conformance-set.ts';
import { clientProtocol } from './client-protocol.ts';
import { NAMESPACE, type Suite } from './model.ts';
import { loadOperation, type VectorService } from './service.ts';
import { typed, valuesDiffer } from './values.ts';

/** An answer of a server, and the output or the error that a client reads in it. */
export interface ResponseCase {
  readonly result?: Readonly<Record<string, unknown>>;
  readonly errorCode?: string;
  readonly errorMessage?: string;
  readonly error?: Readonly<Record<string, unknown>>;
  readonly response: { readonly status_code: number };
}

/** Answers as a server what the case says, and has the SDK's own client read it. The status has to be the case's. */
export async function tryResponse(file: string, suite: Suite<ResponseCase>, one: Suite<ResponseCase>['cases'][number]): Promise<CaseVerdict> {
  const { id, given, response } = one;
  try {
    const loaded = await loadOperation(file, suite, given);
    const answered = one.result === undefined ? answerError(loaded, suite, one) : answerOutput(loaded, given.name, one.result);
    if (answered.response.status !== response.status_code) {
      return { id, verdict: 'failed', difference: `status ${answered.response.status}, expected ${response.status_code}` };
    }
    const seen = await readByClient(loaded, suite, answered.response);
    const difference = valuesDiffer(answered.expected, seen);
    return difference === undefined ? { id, verdict: 'passed' } : { id, verdict: 'failed', difference };
  } catch (error) {
    return { id, verdict: 'failed', difference: (error as Error).stack ?? String(error) };
  }
}

/** Clients say `UnknownError` or `Unknown` for a message that is not there. */
const NO_MESSAGE = undefined;

interface Answered {
  readonly response: HttpResponse;
  readonly expected: unknown;
}

function answerOutput({ service, protocol }: VectorService, name: string, result: object): Answered {
  const endpoint = service.endpoint(name, protocol);
  if (!endpoint) throw new Error(`There is no operation ${name}`);
  const output = typed(result, endpoint.operation.output) as object;
  return { response: endpoint.codec.writeOutput(structuredClone(output), 'request-id'), expected: output };
}

function answerError({ service, protocol, module }: VectorService, { shapes }: Suite<ResponseCase>, one: Suite<ResponseCase>['cases'][number]): Answered {
  const [name = ''] = Object.keys(module).filter((key) => key !== 'operation' && shapes[key]?.exception);
  const model = service.model.error(name);
  if (!model) throw new Error(`There is no error ${name}`);
  const members = typed(one.error ?? {}, model.shape) as Record<string, unknown>;
  const { [model.messageMember]: message, ...further } = members;
  const fault = new Fault(name, String(message ?? one.errorMessage ?? ''), { members: further });
  const failure = failureOf(fault, service.model, () => {});
  const response = service.protocol(protocol).writeFailure(failure, 'request-id', one.given.name);
  return { response, expected: { name, message: message ?? one.errorMessage ?? NO_MESSAGE, ...further } };
}

async function readByClient({ protocol, module }: VectorService, suite: Suite<ResponseCase>, response: HttpResponse): Promise<unknown> {
  const { operation = [], ...errors } = module;
  const registry = new TypeRegistry(NAMESPACE);
  for (const [name, schema] of Object.entries(errors)) registry.registerError(schema as never, errorClass(name));
  const client = await clientProtocol(protocol, { registry, isQueryCompatible: suite.metadata.awsQueryCompatible !== undefined });
  const [, namespace, name, traits, input, output] = operation;
  const { status: statusCode, headers, body } = response;
  try {
    return await client.deserializeResponse({ namespace, name, traits, input, output }, {}, { statusCode, headers: { ...headers }, body });
  } catch (error) {
    if (!(error instanceof Error) || !('$fault' in error)) throw error;
    const modelled = NormalizedSchema.of(errors[error.name] as never);
    const members = Object.entries(error).filter(([key]) => key.toLowerCase() !== 'message' && modelled.getMemberSchemas()[key]);
    return { name: error.name, message: /^(Unknown(Error)?)?$/.test(error.message) ? NO_MESSAGE : error.message, ...Object.fromEntries(members) };
  }
}

/** The class that a client has for an error. */
function errorClass(name: string): never {
  return class extends Error {
    constructor() {
      super();
      this.name = name;
    }
  } as never;
}
