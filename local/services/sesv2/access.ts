import type { Kernel } from '../../kernel/kernel.ts';
import type { AccessCheck } from '../../kernel/principal.ts';
import type { Context } from '../../kernel/service.ts';
import { bareAddress, fromOf, recipientsOf } from './addresses.ts';
import { identityFor, type SesState } from './state.ts';

export function identityArn(kernel: Kernel, name: string): string {
  return kernel.arn('ses', `identity/${name}`);
}

/** The permissions a call needs. @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsimpleemailservicev2.html */
// biome-ignore lint/suspicious/noExplicitAny: one of many inputs
export function accessOf(operation: string, input: any, { kernel, state }: Context<SesState>): readonly AccessCheck[] {
  if (operation !== 'SendEmail') {
    return [{ action: `ses:${operation}`, resource: input.EmailIdentity === undefined ? '*' : identityArn(kernel, input.EmailIdentity) }];
  }
  const from = bareAddress(fromOf(input));
  const conditionKeys = { 'ses:FromAddress': from, 'ses:Recipients': recipientsOf(input).map(bareAddress) };
  const action = input.Content?.Raw === undefined ? 'ses:SendEmail' : 'ses:SendRawEmail';
  return [{ action, resource: identityArn(kernel, identityFor(state, from)?.name ?? from), conditionKeys }];
}
