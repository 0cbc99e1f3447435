import type { Chance } from './chance.ts';

/** Who makes a call. */
export type Principal =
  /** The operator of the plane: any credentials that the plane did not issue. May do everything in the account. */
  | { readonly type: 'root' }
  | { readonly type: 'role'; readonly roleArn: string; readonly sessionName: string }
  | { readonly type: 'user'; readonly userArn: string }
  /** An AWS service on behalf of a resource: `events.amazonaws.com` for a rule. `sourceArn` is `aws:SourceArn` in a policy. */
  | { readonly type: 'service'; readonly service: string; readonly sourceArn: string | undefined };

/** Names of roles in their sessions, the latest of each role: every journal entry of a role holds the same text. */
const sessionNames = new Map<string, { readonly sessionName: string; readonly accountId: string; readonly text: string }>();
const SESSION_NAMES_MAX = 1000;

function sessionArn({ roleArn, sessionName }: Extract<Principal, { type: 'role' }>, accountId: string): string {
  const known = sessionNames.get(roleArn);
  if (known?.sessionName === sessionName && known.accountId === accountId) return known.text;
  if (sessionNames.size >= SESSION_NAMES_MAX) sessionNames.clear();
  const text = `arn:aws:sts::${accountId}:assumed-role/${roleArn.slice(roleArn.lastIndexOf('/') + 1)}/${sessionName}`;
  sessionNames.set(roleArn, { sessionName, accountId, text });
  return text;
}

/** How a principal is written in messages and in the journal. */
export function principalName(principal: Principal, accountId: string): string {
  switch (principal.type) {
    case 'root':
      return `arn:aws:iam::${accountId}:root`;
    case 'role':
      return sessionArn(principal, accountId);
    case 'user':
      return principal.userArn;
    case 'service':
      return principal.service;
  }
}

/** Temporary credentials, as a function finds them in its environment. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
}

/** An AWS policy document, as it stands in a template after its intrinsics are resolved. */
export interface PolicyDocument {
  readonly Version?: string;
  readonly Statement: readonly PolicyStatement[] | PolicyStatement;
}

/** One statement of a policy, as AWS writes it. */
export interface PolicyStatement {
  readonly Sid?: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Action?: string | readonly string[];
  readonly NotAction?: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly NotResource?: string | readonly string[];
  readonly Principal?: '*' | Readonly<Record<string, string | readonly string[]>>;
  readonly NotPrincipal?: '*' | Readonly<Record<string, string | readonly string[]>>;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** One permission that a call needs: an operation that touches several resources needs several. */
export interface AccessCheck {
  /** `sqs:SendMessage` */
  readonly action: string;
  /** The resource's ARN, or `*` for actions that take none. */
  readonly resource: string;
  /** The policy attached to that resource, where it has one. */
  readonly resourcePolicy?: PolicyDocument | undefined;
  /** Condition keys that only the service knows (`dynamodb:LeadingKeys`). Global ones are added by IAM. */
  readonly conditionKeys?: Readonly<Record<string, string | readonly string[]>>;
}

/** Decides a call. Installed by `local/index` from the IAM service; throws the `AccessDenied` fault with principal, action, resource and the grant that is missing. */
export type Authorizer = (principal: Principal, check: AccessCheck) => void;

const KEY_ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const SECRET_ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/+';

/** The credentials that the plane has issued, and to whom. A key it did not issue is the operator's. */
export class CredentialRegister {
  readonly #chance: Chance;
  readonly #byAccessKey = new Map<string, Principal>();

  constructor(chance: Chance) {
    this.#chance = chance.fork('credentials');
  }

  /** Issues temporary credentials for a principal. They last as long as the process: a function context, an STS session. */
  issue(principal: Principal): Credentials {
    const chance = this.#chance;
    const accessKeyId = `ASIA${chance.text(16, KEY_ALPHABET)}`;
    this.#byAccessKey.set(accessKeyId, principal);
    return { accessKeyId, secretAccessKey: chance.text(40, SECRET_ALPHABET), sessionToken: chance.text(96, SECRET_ALPHABET) };
  }

  /** Who signs with this access key. */
  principalOf(accessKeyId: string): Principal {
    return this.#byAccessKey.get(accessKeyId) ?? { type: 'root' };
  }

  /** Takes credentials back, once the context that held them is gone. */
  revoke(accessKeyId: string): void {
    this.#byAccessKey.delete(accessKeyId);
  }
}
