import type { SESv2 } from '@aws-sdk/client-sesv2';
import type { OperationsOf, Service } from '../../kernel/service.ts';
import { accessOf } from './access.ts';
import { createEmailIdentity, deleteEmailIdentity, getEmailIdentity, listEmailIdentities } from './operations/email-identities.ts';
import { sendEmail } from './operations/send-email.ts';
import { emailIdentityResource } from './resources.ts';
import { createState, type SesState } from './state.ts';

const operations: Partial<OperationsOf<SESv2, SesState>> = {
  CreateEmailIdentity: createEmailIdentity,
  DeleteEmailIdentity: deleteEmailIdentity,
  GetEmailIdentity: getEmailIdentity,
  ListEmailIdentities: listEmailIdentities,
  SendEmail: sendEmail,
};

/** SES: mail that ends in an outbox. */
export const sesv2: Service<SesState> = {
  name: 'sesv2',
  arnService: 'ses',
  createState,
  operations,
  access: accessOf,
  resourceTypes: { 'AWS::SES::EmailIdentity': emailIdentityResource },
};
