import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/** Bundles the functions once: tests of stacks and of the running system use the bundles that are deployed. */
export default function setup(): void {
  const script = 'infra/bundling/bundle-functions.mjs';
  if (existsSync(script)) execFileSync(process.execPath, [script], { stdio: 'inherit' });
}
