import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { CaseVerdict, ConformanceSet } from '../conformance-set.ts';
import { type CborCase, tryCbor } from '../smithy/cbor-vectors.ts';
import type { Suite } from '../smithy/model.ts';
import { type RequestCase, tryRequest } from '../smithy/requests.ts';
import { type ResponseCase, tryResponse } from '../smithy/responses.ts';

const exceptions = new Map<string, string>([
  [
    'input/restJson1/RestJsonQueryPrecedence',
    'a test of clients: given two values for one parameter the client sends one, so that the other cannot be read from the request',
  ],
]);

/** AWS's protocol tests: what clients send, read as a server; what a server answers, read by the SDK's clients; and CBOR by the byte. */
export const smithyProtocol: ConformanceSet = {
  name: 'smithy-protocol',
  run: async (folder) => {
    const visible = join(folder, 'visible');
    const read = (file: string): unknown => JSON.parse(readFileSync(join(visible, file), 'utf8'));
    const verdicts: CaseVerdict[] = [];
    for (const direction of ['input', 'output'] as const) {
      for (const file of readdirSync(join(visible, direction)).sort()) {
        const protocol = basename(file, '.json');
        for (const verdict of await trySuites(direction, protocol, read(join(direction, file)))) {
          verdicts.push(judged({ ...verdict, id: `${direction}/${protocol}/${verdict.id}` }));
        }
      }
    }
    for (const file of readdirSync(join(visible, 'cbor')).sort()) {
      for (const one of read(join('cbor', file)) as readonly CborCase[]) verdicts.push(judged({ ...tryCbor(one), id: `cbor/${one.description}` }));
    }
    return verdicts;
  },
};

async function trySuites(direction: 'input' | 'output', protocol: string, suites: unknown): Promise<CaseVerdict[]> {
  const verdicts: CaseVerdict[] = [];
  if (direction === 'input') {
    for (const suite of suites as readonly Suite<RequestCase>[]) for (const one of suite.cases) verdicts.push(await tryRequest(protocol, suite, one));
  } else {
    for (const suite of suites as readonly Suite<ResponseCase>[]) for (const one of suite.cases) verdicts.push(await tryResponse(protocol, suite, one));
  }
  return verdicts;
}

function judged(verdict: CaseVerdict): CaseVerdict {
  const reason = exceptions.get(verdict.id);
  return verdict.verdict === 'failed' && reason !== undefined ? { id: verdict.id, verdict: 'excepted', reason } : verdict;
}
