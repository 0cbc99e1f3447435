import type {
  DeleteFunctionConcurrencyCommandInput,
  GetAccountSettingsCommandOutput,
  GetFunctionConcurrencyCommandInput,
  GetFunctionConcurrencyCommandOutput,
  PutFunctionConcurrencyCommandInput,
  PutFunctionConcurrencyCommandOutput,
} from '@aws-sdk/client-lambda';
import { ACCOUNT_CONCURRENCY, UNRESERVED_MIN } from '../concurrency/concurrency.ts';
import { unreservedTooLow } from '../errors.ts';
import { functionNamed } from '../naming.ts';
import { amendFunction, type Lambda, type Plane } from '../state.ts';

type Output<T> = Omit<T, '$metadata'>;

/** Throws the fault where the account would keep too little that is not reserved. */
export function checkReserved({ state }: Plane, name: string, concurrency: number): void {
  const reservedByOthers = state.concurrency.reserved - (state.concurrency.reservationOf(name) ?? 0);
  if (ACCOUNT_CONCURRENCY - reservedByOthers - concurrency < UNRESERVED_MIN) throw unreservedTooLow();
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
      UnreservedConcurrentExecutions: ACCOUNT_CONCURRENCY - context.state.concurrency.reserved,
      TotalCodeSize: 80_530_636_800,
      CodeSizeUnzipped: 262_144_000,
      CodeSizeZipped: 52_428_800,
    },
    AccountUsage: { FunctionCount: context.state.functions.size, TotalCodeSize: codeSize },
  };
}
