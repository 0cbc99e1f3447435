import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { codeOf, virtualPlane } from './bundles.ts';

const handler = (body: string): string => `exports.handler = async (event) => { ${body} }`;

describe('a sealed context', () => {
  const { HOME, USERPROFILE } = process.env;
  afterEach(() => {
    Object.assign(process.env, { HOME, ...(USERPROFILE !== undefined && { USERPROFILE }) });
    delete process.env['AWS_PROFILE'];
  });

  it('never opens the profile of the operator', async () => {
    const home = fs.mkdtempSync(path.join(os.tmpdir(), 'home-'));
    fs.mkdirSync(path.join(home, '.aws'));
    fs.writeFileSync(path.join(home, '.aws', 'config'), '[default]\nregion = poisoned\n');
    fs.writeFileSync(path.join(home, '.aws', 'credentials'), '[default]\naws_access_key_id = POISON\n');
    Object.assign(process.env, { HOME: home, AWS_PROFILE: 'poisoned' });
    const source = handler(`
      const fs = require('node:fs'), os = require('os'), promises = require('fs/promises');
      const errors = [];
      for (const file of [os.homedir() + '/.aws/config', ${JSON.stringify(`${home}/.aws/config`)}, '../../etc/hostname', '/var/task/../../etc/passwd']) {
        try { fs.readFileSync(file); errors.push('read') } catch (error) { errors.push(error.code) }
        try { await promises.readFile(file); errors.push('read') } catch (error) { errors.push(error.code) }
      }
      return { errors, profile: process.env.AWS_PROFILE ?? null, home: process.env.HOME ?? null };
    `);
    const { payload } = await virtualPlane().run(codeOf(source));
    expect(payload).toEqual({ errors: Array(8).fill('ENOENT'), profile: null, home: null });
  });

  it('does not follow a link out of the bundle', async () => {
    const code = codeOf(handler(`try { return require('fs').readFileSync('/var/task/link', 'utf8') } catch (error) { return error.code }`));
    fs.symlinkSync('/etc/hostname', path.join(code.directory, 'link'));
    expect((await virtualPlane().run(code)).payload).toBe('ENOENT');
  });

  it('reads its bundle under /var/task and writes to /tmp only', async () => {
    const source = handler(`
      const fs = require('fs');
      fs.mkdirSync('/tmp/a/b', { recursive: true });
      fs.writeFileSync('/tmp/a/b/c.txt', 'kept');
      fs.appendFileSync('/tmp/a/b/c.txt', '!');
      const refused = (() => { try { fs.writeFileSync('/var/task/x', 'y') } catch (error) { return error.code } })();
      const kept = await new Promise((resolve) => fs.readFile('/tmp/a/b/c.txt', 'utf8', (error, text) => resolve(text)));
      return { kept, refused, data: fs.readFileSync('data.json', 'utf8'), names: fs.readdirSync(__dirname), size: fs.statSync('/tmp/a/b/c.txt').size };
    `);
    const { payload } = await virtualPlane().run(codeOf({ 'index.js': source, 'data.json': '{"a":1}' }));
    expect(payload).toEqual({ kept: 'kept!', refused: 'EROFS', data: '{"a":1}', names: ['data.json', 'index.js'], size: 5 });
    expect(fs.existsSync('/tmp/a/b/c.txt')).toBe(false);
  });

  it('has an environment of its own', async () => {
    process.env['SECRET_OF_THE_HOST'] = 'x';
    const { payload } = await virtualPlane().run(codeOf(handler('return process.env'), { environment: { TABLE: 't' } }));
    delete process.env['SECRET_OF_THE_HOST'];
    expect(payload).toMatchObject({
      TABLE: 't',
      AWS_REGION: 'eu-west-1',
      AWS_ACCESS_KEY_ID: 'ASIAEXAMPLE',
      LAMBDA_TASK_ROOT: '/var/task',
      TZ: 'UTC',
      _HANDLER: 'index.handler',
      _X_AMZN_TRACE_ID: 'Root=1-0-0',
    });
    expect(payload).not.toHaveProperty('SECRET_OF_THE_HOST');
    expect(payload).not.toHaveProperty('HOME');
    expect(payload).not.toHaveProperty('AWS_ENDPOINT_URL');
  });

  it('shares no globals with another context of the same code', async () => {
    const plane = virtualPlane();
    const code = codeOf(
      'globalThis.n = (globalThis.n ?? 0) + 1; Array.prototype.mine = 1; exports.handler = async () => { await new Promise((r) => setTimeout(r, 10)); return globalThis.n }',
    );
    const [first, second] = await Promise.all([plane.runner.invoke({ ...base(code) }), plane.runner.invoke({ ...base(code) }), plane.kernel.run()]);
    expect([first.payload, second.payload]).toEqual(['1', '1']);
    expect([]).not.toHaveProperty('mine');
  });

  const refusals = [
    { name: 'child_process', body: `require('child_process').execSync('id')`, message: 'child_process.execSync' },
    { name: 'net', body: `require('node:net').connect(80, 'example.com')`, message: 'net.connect' },
    { name: 'worker_threads', body: `new (require('worker_threads').Worker)('x')`, message: 'worker_threads.Worker' },
    { name: 'a module that is not there', body: `require('node:sqlite')`, message: 'node:sqlite' },
    { name: 'response streaming', body: `awslambda.streamifyResponse(() => {})`, message: 'awslambda.streamifyResponse' },
  ];
  for (const { name, body, message } of refusals) {
    it(`refuses ${name} by name`, async () => {
      const { payload } = await virtualPlane().run(codeOf(handler(body)));
      expect((payload as { errorMessage: string }).errorMessage).toContain(message);
    });
  }

  it('runs ES modules', async () => {
    const source = `import { createRequire } from 'node:module'; import path from 'path';
      const require = createRequire(import.meta.url);
      export const handler = async () => ({ url: import.meta.url, joined: path.join('a', 'b'), json: require('./data.json'), late: typeof (await import('node:fs')).readFileSync });`;
    const { payload } = await virtualPlane().run(codeOf({ 'index.mjs': source, 'data.json': '[1]' }));
    expect(payload).toEqual({ url: 'file:///var/task/index.mjs', joined: 'a/b', json: [1], late: 'function' });
  });

  it('imports modules of Node where a CommonJS bundle asks for them late', async () => {
    const { payload } = await virtualPlane().run(
      codeOf(handler(`const http = await import("node:http"); return [typeof http.request, typeof http.default.Agent]`)),
    );
    expect(payload).toEqual(['function', 'function']);
  });

  it('keeps dates in UTC wherever the machine stands', async () => {
    const before = process.env.TZ;
    process.env.TZ = 'Pacific/Auckland';
    const body = `return [new Date(0).getHours(), new Date(2026, 0, 2).toISOString(), new Date('2026-01-02T03:04:05').toISOString(), String(new Date(0)), new Date(0).getTimezoneOffset(), Intl.DateTimeFormat().resolvedOptions().timeZone, new Date('2026-01-02T00:00:00+02:00').toISOString()]`;
    const { payload } = await virtualPlane().run(codeOf(handler(body)));
    if (before === undefined) delete process.env.TZ;
    else process.env.TZ = before;
    expect(payload).toEqual([
      0,
      '2026-01-02T00:00:00.000Z',
      '2026-01-02T03:04:05.000Z',
      'Thu Jan 01 1970 00:00:00 GMT+0000 (Coordinated Universal Time)',
      0,
      'UTC',
      '2026-01-01T22:00:00.000Z',
    ]);
  });

  it('writes log lines as Lambda does, and JSON as it is', async () => {
    const body = `console.log('a %s', 'b', { c: 1 }); console.error('bad'); process.stdout.write('{"level":"INFO"}\\n'); new (require('node:console').Console)(process.stdout).log('{"_aws":{}}')`;
    const { lines } = await virtualPlane().run(codeOf(handler(body)));
    expect(lines.slice(2, 6)).toEqual([
      '2026-11-24T12:00:00.000Z\trequest-1\tINFO\ta b { c: 1 }',
      '2026-11-24T12:00:00.000Z\trequest-1\tERROR\tbad',
      '{"level":"INFO"}',
      '{"_aws":{}}',
    ]);
  });
});

function base(code: ReturnType<typeof codeOf>) {
  return { code, requestId: 'r', event: '{}', timeoutMs: 3000, cause: 1, traceHeader: '' };
}
