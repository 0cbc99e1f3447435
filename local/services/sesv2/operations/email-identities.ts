import type {
  CreateEmailIdentityCommandInput,
  CreateEmailIdentityCommandOutput,
  DeleteEmailIdentityCommandInput,
  GetEmailIdentityCommandInput,
  GetEmailIdentityCommandOutput,
  IdentityInfo,
  IdentityType,
  ListEmailIdentitiesCommandInput,
  ListEmailIdentitiesCommandOutput,
} from '@aws-sdk/client-sesv2';
import { refuseAllBut } from '../../../kernel/errors.ts';
import type { Context } from '../../../kernel/service.ts';
import { identityDoesNotExist, identityExists, invalidNextToken } from '../errors.ts';
import type { EmailIdentity, SesState } from '../state.ts';

type Ses = Context<SesState>;
type Output<T> = Omit<T, '$metadata'>;

const PAGE_SIZE = 1000;

function typeOf({ name }: EmailIdentity): IdentityType {
  return name.includes('@') ? 'EMAIL_ADDRESS' : 'DOMAIN';
}

function find({ state }: Ses, identity = ''): EmailIdentity {
  const found = state.identities.get(identity.toLowerCase());
  if (!found) throw identityDoesNotExist(identity);
  return found;
}

/** Makes an identity. Nobody can confirm it here, so it stays unverified: a template's identity is verified from the start. */
export function createEmailIdentity(input: CreateEmailIdentityCommandInput, { state }: Ses): Output<CreateEmailIdentityCommandOutput> {
  refuseAllBut(['EmailIdentity', 'Tags'], input, { operation: 'CreateEmailIdentity', page: 'sesv2' });
  const { EmailIdentity: given = '', Tags: tags = [] } = input;
  const name = given.toLowerCase();
  if (state.identities.has(name)) throw identityExists(given);
  const identity = { name, isVerified: false, tags: Object.fromEntries(tags.map(({ Key = '', Value = '' }) => [Key, Value])) };
  state.identities.put(name, identity);
  return { IdentityType: typeOf(identity), VerifiedForSendingStatus: false };
}

export function getEmailIdentity(input: GetEmailIdentityCommandInput, context: Ses): Output<GetEmailIdentityCommandOutput> {
  const identity = find(context, input.EmailIdentity);
  return {
    IdentityType: typeOf(identity),
    FeedbackForwardingStatus: true,
    VerifiedForSendingStatus: identity.isVerified,
    VerificationStatus: identity.isVerified ? 'SUCCESS' : 'PENDING',
    Policies: {},
    Tags: Object.entries(identity.tags).map(([Key, Value]) => ({ Key, Value })),
  };
}

export function listEmailIdentities(input: ListEmailIdentitiesCommandInput, { state }: Ses): Output<ListEmailIdentitiesCommandOutput> {
  const { PageSize: size = PAGE_SIZE, NextToken: token } = input;
  const all = [...state.identities.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  const start = token === undefined ? 0 : all.findIndex(({ name }) => name === token) + 1;
  if (token !== undefined && start === 0) throw invalidNextToken();
  const shown = all.slice(start, start + size);
  const EmailIdentities = shown.map((identity): IdentityInfo => {
    return {
      IdentityType: typeOf(identity),
      IdentityName: identity.name,
      SendingEnabled: identity.isVerified,
      VerificationStatus: identity.isVerified ? 'SUCCESS' : 'PENDING',
    };
  });
  return { EmailIdentities, NextToken: start + size < all.length ? shown.at(-1)?.name : undefined };
}

export function deleteEmailIdentity(input: DeleteEmailIdentityCommandInput, context: Ses): Record<string, never> {
  context.state.identities.delete(find(context, input.EmailIdentity).name);
  return {};
}
