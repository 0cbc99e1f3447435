import { createHash } from 'node:crypto';
import type { PhysicalResource, ResourceType } from '../../kernel/resource.ts';
import type { SesState } from './state.ts';

/** Tokens of three DKIM records, as AWS gives them; the same for the same identity. */
function dkimAttributes(name: string): Record<string, string> {
  const attributes: Record<string, string> = {};
  for (const number of [1, 2, 3]) {
    const token = createHash('sha256').update(`${name}/${number}`).digest('hex').slice(0, 32);
    attributes[`DkimDNSTokenName${number}`] = `${token}._domainkey.${name}`;
    attributes[`DkimDNSTokenValue${number}`] = `${token}.dkim.amazonses.com`;
  }
  return attributes;
}

const NO_MAIL_LEAVES = 'no mail leaves the plane';

/**
 * A sender. Differs from AWS: an identity that a template makes is verified at once, for nobody could answer the mail or set the DNS records here.
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ses-emailidentity.html
 */
export const emailIdentityResource: ResourceType<SesState> = {
  properties: ['EmailIdentity', 'Tags'],
  inert: {
    DkimAttributes: NO_MAIL_LEAVES,
    DkimSigningAttributes: NO_MAIL_LEAVES,
    FeedbackAttributes: NO_MAIL_LEAVES,
    MailFromAttributes: NO_MAIL_LEAVES,
  },
  create(properties, _place, { state }): PhysicalResource {
    const given: string = properties['EmailIdentity'];
    const name = given.toLowerCase();
    const tags = (properties['Tags'] ?? []) as readonly { readonly Key: string; readonly Value: string }[];
    state.identities.put(name, { name, isVerified: true, tags: Object.fromEntries(tags.map(({ Key, Value }) => [Key, Value])) });
    return { ref: given, attributes: dkimAttributes(name) };
  },
  update(properties, previous, _physical, place, context) {
    if (properties['EmailIdentity'] !== previous['EmailIdentity']) return 'replace';
    return this.create(properties, place, context);
  },
  delete(physical, _properties, { state }) {
    state.identities.delete(physical.ref.toLowerCase());
  },
};
