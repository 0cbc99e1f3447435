import type { STS } from '@aws-sdk/client-sts';
import type { OperationsOf, Service } from '../../kernel/service.ts';
import { assumeRole, getCallerIdentity } from './operations/sessions.ts';

const operations: Partial<OperationsOf<STS, undefined>> = { AssumeRole: assumeRole, GetCallerIdentity: getCallerIdentity };

/** Security Token Service: who am I, and be another. */
export const sts: Service<undefined> = {
  name: 'sts',
  arnService: 'sts',
  createState: () => undefined,
  operations,
  // GetCallerIdentity needs no permission; AssumeRole is decided by the role's trust policy, which the operation looks up.
  access: () => [],
};
