import { writeFileSync } from 'node:fs';
import { expect, inject, it } from 'vitest';
import { copyAssembly } from '../../world/assembly-copy.ts';
import { bundleEdited } from '../../world/source-copy.ts';
import { createWorld } from '../../world/world.ts';

/** `inventory`, whose handler throws. */
const broken = (message: string): string =>
  bundleEdited('inventory/reserve-stock', 'functions/inventory/reserve-stock.ts', (source) =>
    source.replace('const wanted = wantedOf(lines);', `throw new TypeError('${message} '.concat(orderId));`),
  );

it('tells of each failed attempt what its own handler threw, before a redrive and after it', async () => {
  const assembly = copyAssembly(inject('assemblyDirectory'));
  const path = assembly.bundle('inventory/reserve-stock');
  const bundles = { before: broken('AAA'), after: broken('BBB') };
  writeFileSync(path, bundles.before);
  const world = await createWorld({ assembly: assembly.directory });
  const told: string[] = [];
  world.flow.listen((change) => {
    if (change.kind === 'handled' && change.handling.consumer === 'inventory')
      told.push(`${change.handling.state} ${change.handling.error?.split(' ').slice(0, 2).join(' ') ?? '–'}`);
  });
  await world.placed();
  await world.settle();
  expect(told).toEqual([...Array<string>(4).fill('retrying TypeError: AAA'), 'dead TypeError: AAA']);

  told.length = 0;
  writeFileSync(path, bundles.after);
  await world.complete(world.plane.reloadAssets());
  const plan = await world.complete(world.operations.planRedrive({ consumer: 'inventory' }));
  await world.complete(world.operations.startRedrive({ planId: plan.id }));
  await world.settle();
  expect(told).toEqual(['waiting –', ...Array<string>(4).fill('retrying TypeError: BBB'), 'dead TypeError: BBB']);
  expect(world.bugs).toEqual([]);
});
