/** What a policy is asked: may this principal do this action on this resource, under these circumstances? */
export interface PolicyRequest {
  readonly action: string;
  readonly resource: string;
  readonly principal: PolicyPrincipal;
  /** Condition keys, lower-case, with their values. */
  readonly conditionKeys: ReadonlyMap<string, readonly string[]>;
}

/** How a principal appears to the `Principal` element of a resource policy. */
export interface PolicyPrincipal {
  readonly type: 'AWS' | 'Service';
  /** Every spelling under which the principal may be named: role ARN, session ARN; a service's host name. */
  readonly names: readonly string[];
  readonly accountId: string;
}

/** What one set of policies says. A deny wins over every allow, wherever it stands. */
export type Verdict = 'allow' | 'deny' | 'none';
