import type { PolicyStatement } from '../../kernel/principal.ts';
import type { PolicyRecord } from './records.ts';
import type { Plane } from './state.ts';

/** Stores a policy under a new revision; one without statements is none. */
export function amendPolicy({ kernel, state }: Plane, key: string, statements: readonly PolicyStatement[]): PolicyRecord {
  const policy: PolicyRecord = { document: { Version: '2012-10-17', Id: 'default', Statement: statements }, revisionId: kernel.uuid() };
  if (statements.length > 0) state.policies.put(key, policy);
  else state.policies.delete(key);
  return policy;
}

/** Puts a statement in the place of the one with its `Sid`, or adds it. */
export function putStatement(plane: Plane, key: string, statement: PolicyStatement): void {
  const others = statementsOf(plane, key).filter(({ Sid }) => Sid !== statement.Sid);
  amendPolicy(plane, key, [...others, statement]);
}

export function dropStatement(plane: Plane, key: string, id: string): void {
  const statements = statementsOf(plane, key);
  if (statements.length > 0)
    amendPolicy(
      plane,
      key,
      statements.filter(({ Sid }) => Sid !== id),
    );
}

/** The statements of a policy; none where there is no policy. */
export const statementsOf = ({ state }: Plane, key: string): readonly PolicyStatement[] => state.policies.get(key)?.document.Statement ?? [];
