import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import type vm from 'node:vm';

/** Where a function finds the AWS SDK that it did not bring. @see https://docs.aws.amazon.com/lambda/latest/dg/lambda-nodejs.html#nodejs-sdk-included */
const AMBIENT = '/var/runtime/node_modules/';

/** What a bundle may leave out. */
const PACKAGES = /^@(aws-sdk|smithy)\//;

const NODE_MODULES = `${path.sep}node_modules${path.sep}`;

let root: string | undefined;

/** The folder that holds this program's own packages, the AWS SDK among them. */
function ambientRoot(): string {
  if (root !== undefined) return root;
  const file = fs.realpathSync(createRequire(import.meta.url).resolve('@aws-sdk/client-lambda'));
  root = file.slice(0, file.indexOf(NODE_MODULES) + NODE_MODULES.length);
  return root;
}

/** Compiled once for all functions of a thread: the code is the same for each. */
export const ambientScripts = new Map<string, vm.Script>();

export const isAmbient = (seen: string): boolean => seen.startsWith(AMBIENT);

export const ambientReal = (seen: string): string => path.join(ambientRoot(), seen.slice(AMBIENT.length));

/**
 * The file of the SDK that `name` means in `from`, both as the function sees them; `undefined` where there is none. The bundle itself finds packages of the
 * SDK only; these find what they need.
 * Differs from AWS: the clients that are there are those of the services that are emulated here.
 */
export function ambientFile(name: string, from: string): string | undefined {
  const isInside = isAmbient(from);
  if (!isInside && !PACKAGES.test(name)) return undefined;
  try {
    const found = fs.realpathSync(createRequire(isInside ? ambientReal(from) : import.meta.url).resolve(name));
    const base = ambientRoot();
    return found.startsWith(base) ? AMBIENT + found.slice(base.length).split(path.sep).join('/') : undefined;
  } catch {
    return undefined;
  }
}
