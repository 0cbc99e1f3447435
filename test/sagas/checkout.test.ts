import { execFileSync } from 'node:child_process';
import { cpSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, inject, it } from 'vitest';
import { type Verified, verifySaga } from '../../simulator/sagas/verify.ts';
import { type AssemblyCopy, copyAssembly, temporaryFolder } from '../world/assembly-copy.ts';
import checkout from './checkout.verification.ts';

interface Machine {
  // biome-ignore lint/suspicious/noExplicitAny: tests change what they know
  readonly States: Record<string, any>;
}

/** Changes the definition that a template holds: text with references in between. */
function editMachine(assembly: AssemblyCopy, edit: (machine: Machine) => void): void {
  assembly.editTemplate('TickertapeCheckout', ({ Resources }) => {
    const resource = Object.values(Resources).find(({ Type }) => Type === 'AWS::StepFunctions::StateMachine');
    const joined = resource?.Properties['DefinitionString'] as { readonly 'Fn::Join': [string, (string | object)[]] };
    const [, parts] = joined['Fn::Join'];
    const machine = JSON.parse(parts.map((part, index) => (typeof part === 'string' ? part : `@@${index}@@`)).join('')) as Machine;
    edit(machine);
    const pieces = JSON.stringify(machine).split(/@@(\d+)@@/);
    joined['Fn::Join'][1] = pieces.map((piece, index) => (index % 2 === 0 ? piece : (parts[Number(piece)] as object)));
  });
}

/** Bundles a handler from a copy of the source in which files were edited. */
function bundleEdited(handler: string, edits: Readonly<Record<string, readonly [from: string, to: string][]>>): string {
  const root = temporaryFolder();
  for (const folder of ['functions', 'schemas']) cpSync(folder, join(root, folder), { recursive: true });
  cpSync('package.json', join(root, 'package.json'));
  symlinkSync(resolve('node_modules'), join(root, 'node_modules'));
  for (const [path, changes] of Object.entries(edits)) {
    let text = readFileSync(path, 'utf8');
    for (const [from, to] of changes) {
      if (!text.includes(from)) throw new Error(`${path} has no ${from}`);
      text = text.replace(from, to);
    }
    writeFileSync(join(root, path), text);
  }
  execFileSync(process.execPath, ['infra/bundling/bundle-functions.mjs', '--root', root], { stdio: 'pipe' });
  return readFileSync(join(root, '.build', 'functions', handler, 'index.js'), 'utf8');
}

const verify = (assembly: string, select: (id: string) => boolean = () => true): Promise<Verified> =>
  verifySaga({ assembly, saga: 'Checkout', verification: checkout, select: ({ id }) => select(id) });

const red = ({ cases }: Verified): string[] =>
  cases.filter(({ passed }) => !passed).map(({ id, violations }) => `${id}: ${violations[0]?.step}: ${violations[0]?.cause}`);

describe('the checkout saga', () => {
  it('holds whatever goes wrong at whichever step', async () => {
    const verified = await verify(inject('assemblyDirectory'));
    expect(red(verified)).toEqual([]);
    expect(verified.cases.length).toBeGreaterThan(100);
  });

  it('is found wanting where the refund is not among its compensations', async () => {
    const assembly = copyAssembly(inject('assemblyDirectory'));
    editMachine(assembly, ({ States }) => {
      for (const choice of States['Undo from'].Choices) if (choice.Next === 'Undo ProcessPayment') choice.Next = 'Undo ReserveInventory';
    });
    const found = red(await verify(assembly.directory, (id) => id.startsWith('PrepareShipment')));
    expect(found).toEqual(['PrepareShipment/refused: ProcessPayment: ProcessPayment was done, and its undo was never asked for']);
  });

  it('is found wanting where an undo is registered after the act', async () => {
    const assembly = copyAssembly(inject('assemblyDirectory'));
    editMachine(assembly, ({ States }) => {
      States['ProcessPayment in time'].Default = 'ProcessPayment';
      States['ProcessPayment'].Next = 'ProcessPayment begins';
      States['ProcessPayment begins'].Next = 'ProcessPayment done';
      for (const catcher of States['ProcessPayment'].Catch) catcher.Assign.undoFrom = 'ReserveInventory';
    });
    const found = red(await verify(assembly.directory, (id) => id.startsWith('ProcessPayment/') || id === 'PrepareShipment/refused'));
    const cause = 'ProcessPayment was done, and its undo was never asked for';
    expect(found).toContain(`ProcessPayment/fails-after-effect-each-time: ProcessPayment: ${cause}`);
    expect(found).toContain(`ProcessPayment/reply-lost-each-time: ProcessPayment: ${cause}`);
    expect(found.some((line) => line.startsWith('PrepareShipment/refused'))).toBe(false);
  });

  it('is found wanting where an undo is done again when it is asked for again', async () => {
    const assembly = copyAssembly(inject('assemblyDirectory'));
    const bundle = bundleEdited('inventory/take-commands', {
      'functions/backbone/saga/participant.ts': [
        [
          "const key = kind === 'step' ? stepKey : undoKeyOf(name, command);",
          'const key = kind === "step" ? stepKey : undoKeyOf(name + Math.random(), command);',
        ],
      ],
      'functions/inventory/take-commands.ts': [
        ['if (!reservation || reservation.releasedAt !== undefined) return done();', 'if (!reservation) return done();'],
        [", { condition: { expression: 'attribute_not_exists(releasedAt)' } }", ''],
      ],
    });
    writeFileSync(assembly.bundle('inventory/take-commands'), bundle);
    const found = red(await verify(assembly.directory, (id) => id.startsWith('ReserveInventory#undo') || id === 'PrepareShipment/refused'));
    const cause = '7 pieces are in stock instead of 5: the order is CANCELLED';
    expect(found).toContain(`ReserveInventory#undo/command-doubled: ReserveInventory: ${cause}`);
    expect(found).toContain(`ReserveInventory#undo/reply-lost-once: ReserveInventory: ${cause}`);
    expect(found.some((line) => line.startsWith('PrepareShipment/refused'))).toBe(false);
  });
});
