import type {
  DeleteFunctionConcurrencyCommandInput,
  GetAccountSettingsCommandOutput,
  GetFunctionConcurrencyCommandInput,
  GetFunctionConcurrencyCommandOutput,
  PutFunctionConcurrencyCommandInput,
  PutFunctionConcurrencyCommandOutput,
} from '@aws-sdk/client-lambda';
import { unreservedTooLow } from '../errors.ts';
import { ACCOUNT_CONCURRENCY, UNRESERVED_MIN } from '../invocation.ts';
import { functionNamed } from '../naming.ts';
import { amendFunction, type Lambda, type Plane } from '../state.ts';

type Output<T> = Omit<T, '$metadata'>;

/** What functions other than `name` have reserved. */
function reservedByOthers({ state }: Plane, name: string): number {
  let reserved = 0;
  for (const record of state.functions.values()) if (record.name !== name) reserved += record.reservedConcurrency ?? 0;
  return reserved;
}

/** Throws the fault where the account would keep too little that is not reserved. */
export function checkReserved(plane: Plane, name: string, concurrency: number): void {
  if (ACCOUNT_CONCURRENCY - reservedByOthers(plane, name) - concurrency < UNRESERVED_MIN) throw unreservedTooLow();
}

export function putFunctionConcurrency(input: PutFunctionConcurrencyCommandInput, context: Lambda): Output<PutFunctionConcurrencyCommandOutput> {
  const record = functionNamed(context, input.FunctionName);
  const concurrency = input.ReservedConcurrentExecutions ?? 0;
  checkReserved(context, record.name, concurrency);
  amendFunction(context, record, { reservedConcurrency: concurrency });
  return { ReservedConcurrentExecutions: concurrency };
}

export function getFunctionConcurrency(input: GetFunctionConcurrencyCommandInput, context: Lambda): Output<GetFunctionConcurrencyCommandOutput> {
  const { reservedConcurrency } = functionNamed(context, input.FunctionName);
  return reservedConcurrency === undefined ? {} : { ReservedConcurrentExecutions: reservedConcurrency };
}

export function deleteFunctionConcurrency(input: DeleteFunctionConcurrencyCommandInput, context: Lambda): Record<string, never> {
  amendFunction(context, functionNamed(context, input.FunctionName), { reservedConcurrency: undefined });
  return {};
}

export function getAccountSettings(_input: object, context: Lambda): Output<GetAccountSettingsCommandOutput> {
  let codeSize = 0;
  for (const { sizeBytes } of context.state.functions.values()) codeSize += sizeBytes;
  return {
    AccountLimit: {
      ConcurrentExecutions: ACCOUNT_CONCURRENCY,
      UnreservedConcurrentExecutions: ACCOUNT_CONCURRENCY - reservedByOthers(context, ''),
      TotalCodeSize: 80_530_636_800,
      CodeSizeUnzipped: 262_144_000,
      CodeSizeZipped: 52_428_800,
    },
    AccountUsage: { FunctionCount: context.state.functions.size, TotalCodeSize: codeSize },
  };
}
