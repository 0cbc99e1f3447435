import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { IConstruct } from 'constructs';

const HANDLER_SUFFIX = '.handler.ts';

/** Context key of the folder that holds `functions/` and `.build/`. @default this repository */
export const ROOT_CONTEXT_KEY = 'tickertape:root';

const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));

/** A handler's bundle: a folder that is an asset as it stands. */
export interface Bundle {
  readonly folder: string;
  /** SHA-256 of the code. */
  readonly hash: string;
  /** Bounded context: `payments` of `functions/payments/charge-order.handler.ts`. */
  readonly context: string;
  /** `charge-order` */
  readonly name: string;
}

/**
 * Finds the bundle of a handler that is named by its path, `functions/<context>/<name>.handler.ts`.
 * @throws where there is no such handler, or it was not bundled
 */
export function findBundle(scope: IConstruct, handler: string): Bundle {
  const root = resolve((scope.node.tryGetContext(ROOT_CONTEXT_KEY) as string | undefined) ?? REPOSITORY);
  if (!handler.startsWith('functions/') || !handler.endsWith(HANDLER_SUFFIX) || !existsSync(join(root, handler))) throw unknownHandler(root, handler);
  const name = basename(handler, HANDLER_SUFFIX);
  const folder = join(root, '.build', dirname(handler), name);
  const file = join(folder, 'index.js');
  if (!existsSync(file))
    throw new Error(`${handler} is not bundled: run \`node infra/bundling/bundle-functions.mjs\` (the CDK's command line does so by itself)`);
  return { folder, name, context: basename(dirname(handler)), hash: createHash('sha256').update(readFileSync(file)).digest('hex') };
}

function unknownHandler(root: string, handler: string): Error {
  const folder = join(root, dirname(handler));
  const there = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith(HANDLER_SUFFIX)) : [];
  const hint = there.length > 0 ? `${dirname(handler)} has ${there.sort().join(', ')}` : `${dirname(handler)} has no handler`;
  return new Error(`There is no handler '${handler}': a handler is a file functions/<context>/<name>${HANDLER_SUFFIX}, and ${hint}`);
}
