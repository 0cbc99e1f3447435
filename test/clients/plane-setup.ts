import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { TestProject } from 'vitest/node';
import setUpAssembly from '../global-setup.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Where the clients find the plane: AWS's endpoint and the system's own API. */
    place: { readonly endpoint: string; readonly api: string };
  }
}

/** Synthesizes the system and hosts it in a process of its own, on a port that is free, as long as the tests run. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const removeAssembly = await setUpAssembly(project);
  const child = spawn(process.execPath, ['--import', 'tsx', 'test/clients/plane.process.ts', project.getProvidedContext().assemblyDirectory], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
  });
  const lines = createInterface({ input: child.stdout });
  const [first] = (await Promise.race([once(lines, 'line'), once(child, 'exit')])) as [string | number];
  if (typeof first !== 'string') throw new Error(`The plane ended with ${first} before it listened`);
  project.provide('place', JSON.parse(first));
  return async () => {
    const end = once(child, 'exit');
    child.kill();
    await end;
    removeAssembly();
  };
}
